"""Calls agents: the policies once around a call, and as many attempts inside as it takes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as AnyMessage
from opentelemetry.context import Context

from botmesh.calling.directory import Directory
from botmesh.calling.mesh_services import MeshServices
from botmesh.calling.peers import Peer, Peers
from botmesh.calling.retry import Attempts, Budget, is_idempotent
from botmesh.chain import Chain
from botmesh.deadline import Deadline
from botmesh.errors import BotmeshError, DeadlineExpired, InvalidField, NoLiveInstance, Unreachable
from botmesh.fields import check_fields
from botmesh.policies import Call, CallInfo, CallScope, Endpoint, MethodClass, around
from botmesh.policies.methods import AGENT
from botmesh.status import from_exception
from botmesh.telemetry.context import inject
from botmesh.transport.idle_limit import within_idle_limit
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1.instance_pb2 import Instance
from botmesh.v1.message_pb2 import Message
from botmesh.v1.turn_pb2 import Turn
from botmesh.work.work import Work

CANCEL_TIMEOUT = 1.0
"""Seconds for telling a callee that its work is no longer wanted."""
MAX_BUDGETS = 10_000
"""Agents whose failures are remembered for retries."""
T = TypeVar("T", bound=AnyMessage)
_SAFE = {"Transfer"}
"""Methods that may be repeated anywhere: an offer grants nothing."""


@dataclass(slots=True)
class Invocation:
    """What is asked of whom, and on whose behalf."""

    target: str
    message: Message
    chain: Chain
    timeout: float | None = None
    deadline: Deadline | None = None
    """The parent's."""
    context: Context | None = None
    """Under which span; None: the current one."""
    work: Work | None = None
    """The work that asks, where an agent does."""
    instance: str = ""
    """The only instance that will do; empty: any."""
    after_sequence: int = 0
    """The last event of a stream that is known already."""
    lasting: bool = False
    """Whether the work goes on when this caller leaves: it is not told to stop."""


class AgentClient:
    """Calls agents for one endpoint."""

    def __init__(
        self,
        endpoint: Endpoint,
        directory: Directory,
        peers: Peers,
        services: MeshServices,
        connect_timeout: float = 2.0,
    ) -> None:
        """Call the instances that `directory` knows over the connections of `peers`.

        Args:
            endpoint: who calls.
            directory: the copy of the registry.
            peers: connections to instances.
            services: the services of the mesh that are no agents.
            connect_timeout: seconds that one connection may take.
        """
        self.endpoint = endpoint
        self.directory = directory
        self.peers = peers
        self.services = services
        self.connect_timeout = connect_timeout
        self._budgets: dict[str, Budget] = {}
        self._background: set[asyncio.Task[Any]] = set()

    async def unary(
        self, method: str, invocation: Invocation, request: Any, response_type: Callable[[bytes], Any]
    ) -> tuple[Any, Call]:
        """The response of `method` (Delegate, Notify or Transfer), and the call as the policies saw it.

        Raises:
            BotmeshError: refused here or there, or failed.
        """
        data = request.SerializeToString()
        call = await self._call(method, invocation, request, len(data))
        with around(call) as scope:
            response = await self._until_answered(method, invocation, call, data)
            scope.received(len(response))
            answer = _read(scope, response_type, response)
            _note_usage(call, answer)
        return answer, call

    async def stream(
        self, invocation: Invocation, turn: Turn | None = None
    ) -> AsyncGenerator[tuple[pb.DelegateStreamResponse, Call], None]:
        """The events of DelegateStream as they come, each with the call; leaving early cancels the callee."""
        request = pb.DelegateStreamRequest(
            message=invocation.message, turn=turn, after_sequence=invocation.after_sequence
        )
        call = await self._call("DelegateStream", invocation, request, request.ByteSize())
        with around(call) as scope:
            async with aclosing(self._events(invocation, scope, request)) as events:
                async for event in events:
                    if event.WhichOneof("event") == "reply":
                        _note_usage(call, event)
                    yield event, call

    async def close(self) -> None:
        """Wait for what was still to be told, then close the connections."""
        await self.endpoint.journal.close()
        await self.services.close()
        if self._background:
            await asyncio.wait(self._background, timeout=CANCEL_TIMEOUT)
        await self.peers.close()

    async def _call(self, method: str, invocation: Invocation, request: AnyMessage, size: int) -> Call:
        """The call that an invocation makes, once its target has been looked for."""
        limits, chain = self.endpoint.limits, invocation.chain
        timeout = invocation.timeout
        within = timeout if timeout is not None and timeout > 0 else limits.default_timeout
        if invocation.deadline is not None:
            within = min(within, invocation.deadline.remaining)
        if not self.directory.live(chain.account_id, invocation.target):
            await self.directory.look_up(chain.account_id, invocation.target, within)
        info = CallInfo(
            AGENT + method,
            MethodClass.WORK,
            at_caller=True,
            target=invocation.target,
            request=request,
            request_size=size,
            message=invocation.message,
            timeout=timeout,
            parent_deadline=invocation.deadline,
            parent_span=invocation.context,
        )
        return Call(self.endpoint, info, limits, chain)

    def _attempts(self, method: str, invocation: Invocation, call: Call) -> Attempts:
        card = self.directory.find(invocation.chain.account_id, invocation.target)
        idempotent = method in _SAFE or is_idempotent(card, invocation.message.skill_id)
        budget = self._budgets.setdefault(invocation.target, Budget())
        if len(self._budgets) > MAX_BUDGETS:
            del self._budgets[next(iter(self._budgets))]  # agents come and go: the one that was called first
        return Attempts(call, self.peers, budget, idempotent)

    async def _until_answered(self, method: str, invocation: Invocation, call: Call, data: bytes) -> bytes:
        attempts = self._attempts(method, invocation, call)
        peer = self._first(attempts, invocation)
        while True:
            try:
                response = await self._attempt(method, invocation, call, peer, data)
            except BotmeshError as error:
                peer = await self._after(attempts, invocation, call, error, peer)
            else:
                attempts.budget.succeeded()
                return response

    async def _attempt(self, method: str, invocation: Invocation, call: Call, peer: Peer, data: bytes) -> bytes:
        with peer:
            timeout = await self._connected(call, peer)
            try:
                return await peer.unary(method, data, timeout, _metadata(call, peer))
            except asyncio.CancelledError:
                self._give_up(invocation, peer)
                raise

    async def _events(
        self, invocation: Invocation, scope: CallScope, request: pb.DelegateStreamRequest
    ) -> AsyncGenerator[pb.DelegateStreamResponse, None]:
        call = scope.call
        attempts = self._attempts("DelegateStream", invocation, call)
        peer = self._first(attempts, invocation)
        while True:
            try:
                async with aclosing(self._attempt_stream(invocation, scope, peer, request)) as events:
                    async for event in events:
                        request.after_sequence = event.sequence
                        yield event
            except BotmeshError as error:
                before, peer = peer, await self._after(attempts, invocation, call, error, peer)
                if peer is not before and request.after_sequence:
                    request.after_sequence = 0
                    yield pb.DelegateStreamResponse(
                        reset=pb.Reset(reason=f"{invocation.target} was lost and starts again")
                    )
            else:
                attempts.budget.succeeded()
                return

    async def _attempt_stream(
        self, invocation: Invocation, scope: CallScope, peer: Peer, request: pb.DelegateStreamRequest
    ) -> AsyncGenerator[pb.DelegateStreamResponse, None]:
        call = scope.call
        with peer:
            timeout = await self._connected(call, peer)
            responses = peer.stream("DelegateStream", request.SerializeToString(), timeout, _metadata(call, peer))
            ended = False
            try:
                bounded = within_idle_limit(responses, call.idle_limit, call.deadline)
                async with aclosing(bounded):
                    async for response in bounded:
                        scope.received(len(response))
                        event = _read(scope, pb.DelegateStreamResponse.FromString, response)
                        kind = event.WhichOneof("event")
                        ended = kind == "reply"
                        if kind is not None:  # what this version does not know is nobody's business here
                            yield event
                if not ended:
                    raise _cut_short(invocation.target)
            except BotmeshError as error:
                ended = error.from_peer or isinstance(error, DeadlineExpired)  # the callee knows
                raise
            finally:
                if not ended:
                    self._give_up(invocation, peer)

    async def _connected(self, call: Call, peer: Peer) -> float:
        """Seconds that are left once the connection stands."""
        call.peer_instance = peer.id
        deadline = call.required_deadline
        try:
            if not peer.is_at_hand():
                await peer.connect(min(self.connect_timeout, deadline.remaining))
                await peer.admit()
        finally:
            remaining = deadline.remaining
        if remaining <= 0:
            raise DeadlineExpired("the deadline passed before the call could be sent")
        return remaining

    async def _after(
        self, attempts: Attempts, invocation: Invocation, call: Call, error: BotmeshError, peer: Peer
    ) -> Peer:
        if isinstance(error, Unreachable) or (error.reason == "UNSPECIFIED" and error.status.name == "UNAVAILABLE"):
            self._report(peer, error)
        live = self._live(invocation)
        failed = {*attempts.tried, peer.id}
        if attempts.is_of_this_hop(error, peer) and failed >= {one.instance_id for one in live} and call.deadline:
            # All that we know of have failed: one that came a moment ago may not be in the copy yet.
            await self.directory.refresh(invocation.chain.account_id, invocation.target, call.deadline.remaining)
            live = self._live(invocation)
        return await attempts.after(error, peer, live)

    def _live(self, invocation: Invocation) -> Sequence[Instance]:
        """The instances that may be called for this."""
        live = self.directory.live(invocation.chain.account_id, invocation.target)
        return [one for one in live if one.instance_id == invocation.instance] if invocation.instance else live

    def _first(self, attempts: Attempts, invocation: Invocation) -> Peer:
        live = self._live(invocation)
        if not live:
            raise NoLiveInstance(
                f"instance {invocation.instance} of {invocation.target} is gone", agent=invocation.target
            )
        return attempts.first(live)

    def _report(self, peer: Peer, error: BotmeshError) -> None:
        if self.directory.registry is not None:
            self._spawn(self.directory.registry.report_unreachable(peer.id, error.text))

    def _give_up(self, invocation: Invocation, peer: Peer) -> None:
        """Tell the callee, so that its work ends at once and not when it notices."""
        if invocation.lasting:
            return
        task = self._spawn(self._cancel(invocation, peer))
        if invocation.work is not None:
            invocation.work.cancels.append(task)

    async def cancel(self, invocation: Invocation, reason: str) -> list[pb.CancelReceipt]:
        """End the work of an ask at its instance, and all below it; what became of each hop."""
        live = self._live(invocation)
        if not live:
            return [_unreachable(invocation, invocation.instance)]
        with (peer := self.peers.get(live[0])):
            return await self._cancel(invocation, peer, reason)

    async def _cancel(
        self, invocation: Invocation, peer: Peer, reason: str = "the caller gave up"
    ) -> list[pb.CancelReceipt]:
        request = pb.CancelRequest(
            message_id=invocation.message.message_id,
            from_agent=invocation.message.from_agent,
            account_id=invocation.chain.account_id,
            reason=reason,
        )
        try:
            response = pb.CancelResponse.FromString(
                await peer.unary("Cancel", request.SerializeToString(), CANCEL_TIMEOUT)
            )
            check_fields(response)
        except (BotmeshError, DecodeError, grpc.aio.UsageError):  # away, out of its mind, or this process closes
            return [_unreachable(invocation, peer.id)]
        return list(response.receipts)

    def _spawn(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def _metadata(call: Call, peer: Peer) -> tuple[tuple[str, str], ...]:
    return (*call.chain.to_metadata(f"{peer.instance.agent}/{peer.id}"), *inject(call.span))


def _unreachable(invocation: Invocation, instance: str) -> pb.CancelReceipt:
    return pb.CancelReceipt(
        agent=invocation.target,
        instance_id=instance,
        message_id=invocation.message.message_id,
        outcome=pb.CANCEL_OUTCOME_UNREACHABLE,
    )


def _read(scope: CallScope, parse: Callable[[bytes], T], response: bytes) -> T:
    """A response that this end can use.

    Raises:
        InvalidField: it cannot be read, or holds what nobody could store or print.
    """
    call = scope.call
    try:
        message = parse(response)
    except DecodeError:
        raise _unusable(
            call, InvalidField(f"the answer of {call.info.target} cannot be read", field="response")
        ) from None
    try:
        scope.read(message)
    except InvalidField as error:
        raise _unusable(call, error) from None
    return message


def _unusable(call: Call, error: InvalidField) -> InvalidField:
    error.text = f"{call.info.target} answered what cannot be used: {error.text}"
    error.started = True
    return error


def _cut_short(target: str) -> BotmeshError:
    return from_exception(EOFError(f"{target} ended its stream without a reply"))


def _note_usage(call: Call, answer: Any) -> None:
    call.reply = getattr(answer, "reply", None)
    if call.reply is not None and call.reply.HasField("usage"):
        call.usage = call.reply.usage
