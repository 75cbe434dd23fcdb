"""Bare grpc.aio with the same messages, without policies and spans."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from bench.worker import TEXT, bursts, obey, serve_until_told
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1.agent_service_pb2_grpc import AgentServiceServicer, AgentServiceStub, add_AgentServiceServicer_to_server
from botmesh.v1.message_pb2 import MESSAGE_TYPE_DELEGATE, Message, Reply

PARTS = 1000
AT_ONCE = 100
_METADATA = (
    ("botmesh-correlation", "0" * 32),
    ("botmesh-account", "default"),
    ("botmesh-to", "echo-bot/" + "0" * 32),
    ("traceparent", f"00-{'1' * 32}-{'2' * 16}-01"),
)


def message(number: int) -> Message:
    """Return a message as the SDK would send it."""
    made = Message(
        to_agent="echo-bot",
        message_type=MESSAGE_TYPE_DELEGATE,
        correlation_id=f"{number:032x}",
        message_id=f"{number:032x}",
        account_id="default",
    )
    made.payload.add(text=TEXT)
    made.timestamp.GetCurrentTime()
    return made


class Echo(AgentServiceServicer):
    """Replies with the message of the request, or calls the next server."""

    def __init__(self, following: AgentServiceStub | None) -> None:
        """Create the servicer; `following` is the stub of the next server, or None."""
        self._following = following

    async def Delegate(self, request: pb.DelegateRequest, _: grpc.aio.ServicerContext) -> pb.DelegateResponse:
        """Reply with the message of the request."""
        if self._following is not None:
            response: pb.DelegateResponse = await self._following.Delegate(request, timeout=30)
            return response
        return pb.DelegateResponse(reply=Reply(message=request.message, instance_id="0" * 32))

    async def DelegateStream(
        self,
        request: pb.DelegateStreamRequest,
        _: grpc.aio.ServicerContext,
    ) -> AsyncIterator[pb.DelegateStreamResponse]:
        """Stream a reply of a thousand parts."""
        for number in range(PARTS):
            event = pb.DelegateStreamResponse(sequence=number + 1)
            event.partial.part.text = TEXT
            yield event
        yield pb.DelegateStreamResponse(sequence=PARTS + 1, reply=Reply(message=Message()))


async def server(following: str = "") -> None:
    """Serve Echo, which calls the server at the address `following` if it is given."""
    channel = grpc.aio.insecure_channel(following) if following else None
    server = grpc.aio.server()
    add_AgentServiceServicer_to_server(Echo(AgentServiceStub(channel) if channel is not None else None), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await serve_until_told(f"127.0.0.1:{port}")
    await server.stop(0)
    if channel is not None:
        await channel.close()


async def load(address: str, metadata: str = "") -> None:
    """Make unary calls; if `metadata` is not empty, with as much metadata as the mesh sends."""
    sent = _METADATA if metadata else None
    async with grpc.aio.insecure_channel(address) as channel:
        stub = AgentServiceStub(channel)
        numbers = iter(range(1 << 62))
        await obey(lambda: stub.Delegate(pb.DelegateRequest(message=message(next(numbers))), timeout=30, metadata=sent))


class PlumbedEcho(Echo):
    """Replies from a task of its own under a timer, the least that work needs to outlive its call."""

    async def Delegate(self, request: pb.DelegateRequest, context: grpc.aio.ServicerContext) -> pb.DelegateResponse:
        """Reply with the message of the request."""
        timer = asyncio.get_running_loop().call_later(30, int)
        response = await asyncio.create_task(super().Delegate(request, context))
        timer.cancel()
        return response


class Passing(grpc.aio.ServerInterceptor):
    """An interceptor that does nothing but handle bytes, as the mesh's does."""

    def __init__(self) -> None:
        self._wrapped: dict[str, Any] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Return the handler of the method, wrapped."""
        method = handler_call_details.method
        if method not in self._wrapped:
            handler = await continuation(handler_call_details)

            async def serve(request: bytes, context: grpc.aio.ServicerContext) -> bytes:
                tuple(context.invocation_metadata() or ())
                context.time_remaining()
                parsed = handler.request_deserializer(request)
                return bytes(handler.response_serializer(await handler.unary_unary(parsed, context)))

            self._wrapped[method] = grpc.unary_unary_rpc_method_handler(serve)
        return self._wrapped[method]


async def plumbed() -> None:
    """Serve with an interceptor, a task and a timer for each call: what the mesh needs without any policy."""
    server = grpc.aio.server(interceptors=[Passing()])
    add_AgentServiceServicer_to_server(PlumbedEcho(None), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await serve_until_told(f"127.0.0.1:{port}")
    await server.stop(0)


class Sleeper(AgentServiceServicer):
    """Replies after a pause."""

    def __init__(self, seconds: float) -> None:
        """Create the servicer; `seconds` is the pause of each call."""
        self._seconds = seconds

    async def Delegate(self, request: pb.DelegateRequest, _: grpc.aio.ServicerContext) -> pb.DelegateResponse:
        """Reply with the message of the request after the pause."""
        await asyncio.sleep(self._seconds)
        return pb.DelegateResponse(reply=Reply(message=request.message, instance_id="0" * 32))


async def sleeper(seconds: str) -> None:
    """Serve Sleeper with a pause of `seconds`."""
    server = grpc.aio.server()
    add_AgentServiceServicer_to_server(Sleeper(float(seconds)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await serve_until_told(f"127.0.0.1:{port}")
    await server.stop(0)


async def burst(address: str) -> None:
    """Make the requested calls, a hundred every 30 ms; of calls that start at once, bare gRPC fails half."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = AgentServiceStub(channel)

        async def paced(count: int) -> list[BaseException]:
            calls = []
            for number in range(count):
                calls.append(asyncio.ensure_future(_awaited(stub, number)))
                if number % AT_ONCE == AT_ONCE - 1:
                    await asyncio.sleep(0.03)
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            return [one for one in outcomes if isinstance(one, BaseException)]

        await bursts(paced)


async def _awaited(stub: AgentServiceStub, number: int) -> pb.DelegateResponse:
    response: pb.DelegateResponse = await stub.Delegate(pb.DelegateRequest(message=message(number)), timeout=120)
    return response


async def gathered(*addresses: str) -> None:
    """Call all servers concurrently."""
    channels = [grpc.aio.insecure_channel(address) for address in addresses]
    stubs = [AgentServiceStub(channel) for channel in channels]
    numbers = iter(range(1 << 62))

    async def ask_all() -> None:
        requests = [pb.DelegateRequest(message=message(next(numbers))) for _ in stubs]
        await asyncio.gather(*(stub.Delegate(one, timeout=30) for stub, one in zip(stubs, requests, strict=True)))

    await obey(ask_all)
    for channel in channels:
        await channel.close()


async def stream(address: str) -> None:
    """Read streams of a thousand parts to their end."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = AgentServiceStub(channel)
        numbers = iter(range(1 << 62))

        async def read() -> None:
            request = pb.DelegateStreamRequest(message=message(next(numbers)))
            async for _ in stub.DelegateStream(request, timeout=30):
                pass

        await obey(read)
