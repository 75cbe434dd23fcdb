"""A call over a link, as raw as the kit's other calls: what comes of it has to be what a call by itself brings."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from typing import Any

import grpc
from google.rpc.status_pb2 import Status
from grpc import StatusCode

from botmesh.policies.methods import LINK
from botmesh.status import CODES, DETAILS_KEY
from botmesh.v1.link_pb2 import LinkedAnswer, LinkedCall, LinkRequest, LinkResponse


async def responses(
    channel: grpc.aio.Channel, method: str, request: bytes, metadata: Iterable[tuple[str, str]], timeout: float | None
) -> AsyncGenerator[bytes, None]:
    """What a method of AgentService answers; leaving early drops the link.

    Raises:
        grpc.aio.AioRpcError: as the call by itself would end.
    """
    link: Any = channel.stream_stream(LINK)()
    begun = LinkedCall(id=1)
    begun.start.method, begun.start.request = method, request
    begun.start.metadata.update(metadata)
    if timeout is not None:
        begun.start.timeout.FromNanoseconds(int(timeout * 1e9))
    try:
        async with asyncio.timeout(timeout):
            await link.write(LinkRequest(calls=[begun]).SerializeToString())
            read = 0
            while (frame := await link.read()) is not grpc.aio.EOF:
                for answer in LinkResponse.FromString(frame).answers:
                    response = _response(answer)
                    if response is not None:
                        yield response
                        read += len(response)
                    if answer.HasField("response") or answer.HasField("status"):
                        return
                await link.write(LinkRequest(calls=[LinkedCall(id=1, read_bytes=read)]).SerializeToString())
        raise _error(StatusCode.UNAVAILABLE, "the link ended without an answer")
    except TimeoutError:
        raise _error(StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded") from None
    finally:
        link.cancel()


def _response(answer: LinkedAnswer) -> bytes | None:
    if answer.HasField("closing") and answer.id < 1:
        raise _error(StatusCode.UNAVAILABLE, "the link closes and has not taken the call")
    if answer.status:
        status = Status.FromString(answer.status)
        raise _error(CODES.get(status.code, StatusCode.UNKNOWN), status.message, (DETAILS_KEY, answer.status))
    if answer.HasField("response"):
        return answer.response
    return answer.part if answer.HasField("part") else None


def _error(code: StatusCode, text: str, *trailers: tuple[str, bytes]) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(*trailers), details=text)
