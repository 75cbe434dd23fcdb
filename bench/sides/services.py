"""Registry, conversations and the rest in one process, with real files."""

import tempfile
from pathlib import Path

from bench.worker import serve_until_told
from botmesh.serving import Server, tune_collector
from botmesh.settings import load as settings
from botmesh_mesh import SERVICE_NAMES, Embedded
from botmesh_registry import SERVICE_NAME as REGISTRY
from botmesh_registry import Registry


async def server(primary: str) -> None:
    """Serve; contacts are answered by `primary`."""
    with tempfile.TemporaryDirectory(prefix="botmesh-bench-") as folder:
        chosen = settings(environ={}, flags={"primary": primary})
        server = Server("botmesh", limits=lambda: chosen.limits)
        address = server.bind("127.0.0.1:0")
        registry = Registry(limits=chosen.limits)
        registry.add_to(server.grpc)
        services = Embedded(Path(folder), chosen, server)
        await server.start(address, [REGISTRY, *SERVICE_NAMES])
        await registry.open()
        await services.open()
        tune_collector()
        await serve_until_told(address)
        await services.close()
        await registry.close()
        await server.stop(0)
