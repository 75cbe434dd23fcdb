"""How this process calls agents: the policies once around a call, and as many attempts as it takes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as AnyMessage
from opentelemetry.context import Context

from botmesh import policies
from botmesh.calling.directory import Directory
from botmesh.calling.peers import CHANNEL_OPTIONS, Peer, Peers
from botmesh.calling.retry import Attempts, Budget, is_idempotent
from botmesh.chain import Chain
from botmesh.deadline import Deadline
from botmesh.errors import BotmeshError, DeadlineExpired, InvalidField, NoLiveInstance, NotSupported, Unreachable
from botmesh.fields import check_fields
from botmesh.policies import PIPELINES, Call, End, MethodClass, inject
from botmesh.policies.call import AGENT
from botmesh.status import from_exception
from botmesh.telemetry.journal import Journal
from botmesh.transport.idle_limit import within_idle_limit
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.instance_pb2 import Instance
from botmesh.v1.journal_service_pb2_grpc import JournalServiceStub
from botmesh.v1.message_pb2 import Message
from botmesh.v1.task_service_pb2_grpc import TaskServiceStub
from botmesh.v1.turn_pb2 import Turn
from botmesh.work.work import Work

PIPELINE = PIPELINES[MethodClass.WORK]
MAX_CHANNELS = 32
"""To services that are no agents."""
CLOSING_SECONDS = 60.0
"""That calls have on a channel that makes room for another."""
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


@dataclass(slots=True)
class AgentClient:
    """Calls agents from one end."""

    end: End
    directory: Directory
    peers: Peers
    connect_timeout: float = 2.0
    services: Mapping[str, str] = field(default_factory=dict)
    """Where the services of the mesh answer that are no agents: "conversations", "tasks"."""
    _channels: dict[str, Any] = field(default_factory=dict)
    """To services, by address; those that were used last come last."""
    _budgets: dict[str, Budget] = field(default_factory=dict)
    _background: set[asyncio.Task[Any]] = field(default_factory=set)

    async def unary(
        self, method: str, ask: Invocation, request: Any, response_type: Callable[[bytes], Any]
    ) -> tuple[Any, Call]:
        """The response of `method` (Delegate, Notify or Transfer), and the call as the policies saw it.

        Raises:
            BotmeshError: refused here or there, or failed.
        """
        data = request.SerializeToString()
        call, passed = await self._start(method, ask, request, len(data))
        try:
            response = await self._until_answered(method, ask, call, data)
            PIPELINE.received(call, len(response))
            answer = _read(call, response_type, response)
            _note_usage(call, answer)
        except BaseException as error:  # noqa: BLE001 - raised again, typed
            raise self._failed(call, passed, error) from error.__cause__
        PIPELINE.finish(call, passed)
        return answer, call

    async def stream(
        self, ask: Invocation, turn: Turn | None = None
    ) -> AsyncGenerator[tuple[pb.DelegateStreamResponse, Call], None]:
        """The events of DelegateStream as they come, each with the call; leaving early cancels the callee."""
        request = pb.DelegateStreamRequest(message=ask.message, turn=turn, after_sequence=ask.after_sequence)
        call, passed = await self._start("DelegateStream", ask, request, request.ByteSize())
        try:
            async with aclosing(self._events(ask, call, request)) as events:
                async for event in events:
                    if event.WhichOneof("event") == "reply":
                        _note_usage(call, event)
                    yield event, call
        except BaseException as error:  # noqa: BLE001 - raised again, typed
            raise self._failed(call, passed, error) from error.__cause__
        PIPELINE.finish(call, passed)

    def conversations(self, address: str) -> Any:
        """The ConversationService that a turn came from, with typed errors."""
        return ConversationServiceStub(self._channel(address))

    def tasks(self) -> Any:
        """TaskService, with typed errors.

        Raises:
            NotSupported: this mesh has none.
        """
        return TaskServiceStub(self._channel(self.services_at("tasks")))

    def services_at(self, name: str) -> str:
        """Where a service of the mesh answers.

        Raises:
            NotSupported: this mesh has none.
        """
        address = self.services.get(name, "")
        if not address:
            raise NotSupported(f"{name} need a mesh with services: start `botmesh up`", method=name)
        return address

    def _channel(self, address: str) -> grpc.aio.Channel:
        channel = self._channels.pop(address, None)
        if channel is None:
            channel = grpc.aio.insecure_channel(
                address, options=CHANNEL_OPTIONS, interceptors=policies.client(self.end)
            )
        self._channels[address] = channel
        if len(self._channels) > MAX_CHANNELS:  # turns name the address of their service, and turns can be forged
            self._spawn(self._channels.pop(next(iter(self._channels))).close(CLOSING_SECONDS))
        return channel

    def report(self, *, logged: bool) -> None:
        """Report messages (`logged`) and costs to the journal, if there is one."""
        at = self.services.get("journal", "")
        self.end.journal = Journal(logged=logged, stub=(lambda: JournalServiceStub(self._channel(at))) if at else None)

    async def close(self) -> None:
        """Wait for what was still to be told, then close the connections."""
        await self.end.journal.close()
        for channel in self._channels.values():
            await channel.close()
        if self._background:
            await asyncio.wait(self._background, timeout=CANCEL_TIMEOUT)
        await self.peers.close()

    async def _start(self, method: str, ask: Invocation, request: AnyMessage, size: int) -> tuple[Call, int]:
        within = ask.timeout if ask.timeout is not None and ask.timeout > 0 else self.end.limits.default_timeout
        if ask.deadline is not None:
            within = min(within, ask.deadline.remaining)
        if not self.directory.live(ask.chain.account_id, ask.target):
            await self.directory.look_up(ask.chain.account_id, ask.target, within)
        call = Call(
            self.end,
            AGENT + method,
            MethodClass.WORK,
            at_caller=True,
            limits=self.end.limits,
            chain=ask.chain,
            request=request,
            message=ask.message,
            target=ask.target,
            timeout=ask.timeout,
            deadline=ask.deadline,
            request_size=size,
            parent=ask.context,
        )
        return call, PIPELINE.start(call)

    def _failed(self, call: Call, passed: int, error: BaseException) -> BaseException:
        PIPELINE.finish(call, passed, error)
        if isinstance(error, BotmeshError) and call.error is not None:
            return call.error
        return error

    def _attempts(self, method: str, ask: Invocation, call: Call) -> Attempts:
        card = self.directory.find(ask.chain.account_id, ask.target)
        idempotent = method in _SAFE or is_idempotent(card, ask.message.skill_id)
        budget = self._budgets.setdefault(ask.target, Budget())
        if len(self._budgets) > MAX_BUDGETS:
            del self._budgets[next(iter(self._budgets))]  # agents come and go: the one that was called first
        return Attempts(call, self.peers, budget, idempotent)

    async def _until_answered(self, method: str, ask: Invocation, call: Call, data: bytes) -> bytes:
        attempts = self._attempts(method, ask, call)
        peer = self._first(attempts, ask)
        while True:
            try:
                response = await self._attempt(method, ask, call, peer, data)
            except BotmeshError as error:
                peer = await self._after(attempts, ask, call, error, peer)
            else:
                attempts.budget.succeeded()
                return response

    async def _attempt(self, method: str, ask: Invocation, call: Call, peer: Peer, data: bytes) -> bytes:
        with peer:
            timeout = await self._connected(call, peer)
            try:
                return await peer.unary(method, data, timeout, _metadata(call, peer))
            except asyncio.CancelledError:
                self._give_up(ask, peer)
                raise

    async def _events(
        self, ask: Invocation, call: Call, request: pb.DelegateStreamRequest
    ) -> AsyncGenerator[pb.DelegateStreamResponse, None]:
        attempts = self._attempts("DelegateStream", ask, call)
        peer = self._first(attempts, ask)
        while True:
            try:
                async with aclosing(self._attempt_stream(ask, call, peer, request)) as events:
                    async for event in events:
                        request.after_sequence = event.sequence
                        yield event
            except BotmeshError as error:
                before, peer = peer, await self._after(attempts, ask, call, error, peer)
                if peer is not before and request.after_sequence:
                    request.after_sequence = 0
                    yield pb.DelegateStreamResponse(reset=pb.Reset(reason=f"{ask.target} was lost and starts again"))
            else:
                attempts.budget.succeeded()
                return

    async def _attempt_stream(
        self, ask: Invocation, call: Call, peer: Peer, request: pb.DelegateStreamRequest
    ) -> AsyncGenerator[pb.DelegateStreamResponse, None]:
        with peer:
            timeout = await self._connected(call, peer)
            responses = peer.stream("DelegateStream", request.SerializeToString(), timeout, _metadata(call, peer))
            ended = False
            try:
                async with aclosing(within_idle_limit(call, responses)) as bounded:
                    async for response in bounded:
                        PIPELINE.received(call, len(response))
                        event = _read(call, pb.DelegateStreamResponse.FromString, response)
                        kind = event.WhichOneof("event")
                        ended = kind == "reply"
                        if kind is not None:  # what this version does not know is nobody's business here
                            yield event
                if not ended:
                    raise _cut_short(ask.target)
            except BotmeshError as error:
                ended = error.from_peer or isinstance(error, DeadlineExpired)  # the callee knows
                raise
            finally:
                if not ended:
                    self._give_up(ask, peer)

    async def _connected(self, call: Call, peer: Peer) -> float:
        """Seconds that are left once the connection stands."""
        call.peer_instance = peer.id
        assert call.deadline is not None  # noqa: S101 - work always has one
        try:
            if not peer.is_at_hand():
                await peer.connect(min(self.connect_timeout, call.deadline.remaining))
                await peer.admit()
        finally:
            remaining = call.deadline.remaining
        if remaining <= 0:
            raise DeadlineExpired("the deadline passed before the call could be sent")
        return remaining

    async def _after(self, attempts: Attempts, ask: Invocation, call: Call, error: BotmeshError, peer: Peer) -> Peer:
        if isinstance(error, Unreachable) or (error.reason == "UNSPECIFIED" and error.status.name == "UNAVAILABLE"):
            self._report(peer, error)
        live = self._live(ask)
        failed = {*attempts.tried, peer.id}
        if attempts.is_of_this_hop(error, peer) and failed >= {one.instance_id for one in live} and call.deadline:
            # All that we know of have failed: one that came a moment ago may not be in the copy yet.
            await self.directory.refresh(ask.chain.account_id, ask.target, call.deadline.remaining)
            live = self._live(ask)
        return await attempts.after(error, peer, live)

    def _live(self, ask: Invocation) -> Sequence[Instance]:
        """The instances that may be called for this."""
        live = self.directory.live(ask.chain.account_id, ask.target)
        return [one for one in live if one.instance_id == ask.instance] if ask.instance else live

    def _first(self, attempts: Attempts, ask: Invocation) -> Peer:
        live = self._live(ask)
        if not live:
            raise NoLiveInstance(f"instance {ask.instance} of {ask.target} is gone", agent=ask.target)
        return attempts.first(live)

    def _report(self, peer: Peer, error: BotmeshError) -> None:
        if self.directory.registry is not None:
            self._spawn(self.directory.registry.report_unreachable(peer.id, error.text))

    def _give_up(self, ask: Invocation, peer: Peer) -> None:
        """Tell the callee, so that its work ends at once and not when it notices."""
        if ask.lasting:
            return
        task = self._spawn(self._cancel(ask, peer))
        if ask.work is not None:
            ask.work.cancels.append(task)

    async def cancel(self, ask: Invocation, reason: str) -> list[pb.CancelReceipt]:
        """End the work of an ask at its instance, and all below it; what became of each hop."""
        live = self._live(ask)
        if not live:
            return [_unreachable(ask, ask.instance)]
        with (peer := self.peers.get(live[0])):
            return await self._cancel(ask, peer, reason)

    async def _cancel(self, ask: Invocation, peer: Peer, reason: str = "the caller gave up") -> list[pb.CancelReceipt]:
        request = pb.CancelRequest(
            message_id=ask.message.message_id,
            from_agent=ask.message.from_agent,
            account_id=ask.chain.account_id,
            reason=reason,
        )
        try:
            response = pb.CancelResponse.FromString(
                await peer.unary("Cancel", request.SerializeToString(), CANCEL_TIMEOUT)
            )
            check_fields(response)
        except (BotmeshError, DecodeError, grpc.aio.UsageError):  # away, out of its mind, or this process closes
            return [_unreachable(ask, peer.id)]
        return list(response.receipts)

    def _spawn(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def _metadata(call: Call, peer: Peer) -> tuple[tuple[str, str], ...]:
    return (*call.chain.to_metadata(f"{peer.instance.agent}/{peer.id}"), *inject(call))


def _unreachable(ask: Invocation, instance: str) -> pb.CancelReceipt:
    return pb.CancelReceipt(
        agent=ask.target,
        instance_id=instance,
        message_id=ask.message.message_id,
        outcome=pb.CANCEL_OUTCOME_UNREACHABLE,
    )


def _read(call: Call, parse: Callable[[bytes], T], response: bytes) -> T:
    """A response that this end can use.

    Raises:
        InvalidField: it cannot be read, or holds what nobody could store or print.
    """
    try:
        message = parse(response)
    except DecodeError:
        raise _unusable(call, InvalidField(f"the answer of {call.target} cannot be read", field="response")) from None
    try:
        PIPELINE.read(call, message)
    except InvalidField as error:
        raise _unusable(call, error) from None
    return message


def _unusable(call: Call, error: InvalidField) -> InvalidField:
    error.text = f"{call.target} answered what cannot be used: {error.text}"
    error.started = True
    return error


def _cut_short(target: str) -> BotmeshError:
    return from_exception(EOFError(f"{target} ended its stream without a reply"))


def _note_usage(call: Call, answer: Any) -> None:
    call.reply = getattr(answer, "reply", None)
    if call.reply is not None and call.reply.HasField("usage"):
        call.usage = call.reply.usage
