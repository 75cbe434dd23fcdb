"""NATS: a request to a service and its reply, through the server, without policies, spans and agents."""

import asyncio
import contextlib
import shutil
import socket
import sys
from pathlib import Path

import nats
import nats.micro
from nats.aio.client import Client
from nats.micro import Request, Service

from bench.worker import TEXT, obey, serve_until_told


async def host() -> None:
    """Run nats-server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    beside = Path(sys.executable).parent
    program = shutil.which("nats-server", path=str(beside)) or "nats-server"
    process = await asyncio.create_subprocess_exec(program, "-a", "127.0.0.1", "-p", str(port), "-l", "/dev/null")
    for _ in range(100):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        await asyncio.sleep(0.05)
    await serve_until_told(f"nats://127.0.0.1:{port}")
    process.terminate()
    await process.wait()


async def server(address: str) -> None:
    """Serve one endpoint that replies with the data of the request."""
    client: Client = await nats.connect(address)
    service: Service = await nats.micro.add_service(client, name="echo-bot", version="1.0.0")

    async def answer(request: Request) -> None:
        await request.respond(request.data)

    await service.add_endpoint(name="delegate", handler=answer)
    await client.flush()
    await serve_until_told(address)
    await client.close()


async def load(address: str) -> None:
    """Send requests and wait for each reply."""
    client: Client = await nats.connect(address)

    async def ask() -> None:
        answer = await client.request("delegate", TEXT.encode(), timeout=30)
        if answer.data != TEXT.encode():
            raise RuntimeError("no answer")

    await ask()
    await obey(ask)
    await client.close()
