"""A registry with limits that no measurement reaches."""

from bench.worker import serve_until_told
from botmesh.limits import Limits
from botmesh_registry import Registry


async def server() -> None:
    """Serve the registry."""
    registry = Registry(limits=Limits(max_delegations=100_000))
    await serve_until_told(await registry.start("127.0.0.1:0"))
    await registry.stop()
