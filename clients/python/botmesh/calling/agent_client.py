"""Calls agents: runs the caller's policies once around a call, and its attempts inside."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

from google.protobuf.message import Message as AnyMessage

from botmesh.calling.cancellation import CANCEL_TIMEOUT, cancel_at, unreachable_receipt
from botmesh.calling.directory import Directory
from botmesh.calling.invocation import Invocation
from botmesh.calling.mesh_services import MeshServices
from botmesh.calling.peers import Peer, Peers
from botmesh.calling.responses import ended_without_reply, note_reply, read_response
from botmesh.calling.retry import Attempts, Budget, is_idempotent
from botmesh.errors import BotmeshError, DeadlineExpired, NoLiveInstance, Unreachable
from botmesh.policies import Call, CallInfo, CallScope, Endpoint, MethodClass, around
from botmesh.policies.methods import AGENT
from botmesh.telemetry.context import inject
from botmesh.transport.idle_limit import within_idle_limit
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1.instance_pb2 import Instance
from botmesh.v1.turn_pb2 import Turn

MAX_BUDGETS = 10_000
"""Agents whose retry budgets are kept; beyond, the budget of the agent that was first called is dropped."""
_SAFE = {"Transfer"}
"""Methods that may be repeated at any instance. Transfer is one because an offer grants nothing."""


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
            endpoint: the identity, limits and counters of the caller.
            directory: the watched copy of the registry.
            peers: the connections to instances.
            services: the stubs of the mesh's services.
            connect_timeout: seconds that connecting to an instance may take.
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
        """Call `method` (Delegate, Notify or Transfer); return its response and the call as the policies saw it.

        Raises:
            BotmeshError: the call was refused at either end, or failed.
        """
        data = request.SerializeToString()
        call = await self._call(method, invocation, request, len(data))
        with around(call) as scope:
            response = await self._until_answered(method, invocation, call, data)
            scope.received(len(response))
            message = read_response(scope, response_type, response)
            note_reply(call, message)
        return message, call

    async def stream(
        self, invocation: Invocation, turn: Turn | None = None
    ) -> AsyncGenerator[tuple[pb.DelegateStreamResponse, Call], None]:
        """Yield the events of DelegateStream as they come, each with the call. Closing it early cancels the callee.

        Raises:
            BotmeshError: the call was refused at either end, or failed.
        """
        request = pb.DelegateStreamRequest(
            message=invocation.message, turn=turn, after_sequence=invocation.after_sequence
        )
        call = await self._call("DelegateStream", invocation, request, request.ByteSize())
        with around(call) as scope:
            async with aclosing(self._events(invocation, scope, request)) as events:
                async for event in events:
                    if event.WhichOneof("event") == "reply":
                        note_reply(call, event)
                    yield event, call

    async def close(self) -> None:
        """Send the last reports and Cancel calls, then close the connections."""
        await self.endpoint.journal.close()
        await self.services.close()
        if self._background:
            await asyncio.wait(self._background, timeout=CANCEL_TIMEOUT)
        await self.peers.close()

    async def _call(self, method: str, invocation: Invocation, request: AnyMessage, size: int) -> Call:
        """Look the target up, and return the call for the policies."""
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
            del self._budgets[next(iter(self._budgets))]  # bounded, because agents come and go
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
                        event = read_response(scope, pb.DelegateStreamResponse.FromString, response)
                        kind = event.WhichOneof("event")
                        ended = kind == "reply"
                        if kind is not None:  # an event that this version does not know is skipped
                            yield event
                if not ended:
                    raise ended_without_reply(invocation.target)
            except BotmeshError as error:
                ended = error.from_peer or isinstance(error, DeadlineExpired)  # the callee has ended the work itself
                raise
            finally:
                if not ended:
                    self._give_up(invocation, peer)

    async def _connected(self, call: Call, peer: Peer) -> float:
        """Connect to the instance, and return the seconds that are left until the deadline."""
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
        if (
            attempts.is_of_this_hop(error, peer)
            and failed >= {instance.instance_id for instance in live}
            and call.deadline
        ):
            # All known instances have failed, and a new one may not be in the copy yet.
            await self.directory.refresh(invocation.chain.account_id, invocation.target, call.deadline.remaining)
            live = self._live(invocation)
        return await attempts.after(error, peer, live)

    def _live(self, invocation: Invocation) -> Sequence[Instance]:
        """The instances that may be called for an invocation."""
        live = self.directory.live(invocation.chain.account_id, invocation.target)
        if not invocation.instance:
            return live
        return [instance for instance in live if instance.instance_id == invocation.instance]

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
        """Cancel the work in the background, so that it ends before the callee notices that its caller is lost."""
        if invocation.lasting:
            return
        task = self._spawn(cancel_at(peer, invocation))
        if invocation.work is not None:
            invocation.work.cancels.append(task)

    async def cancel(self, invocation: Invocation, reason: str) -> list[pb.CancelReceipt]:
        """End the work of an invocation at its instance and all work below it; return one receipt for each hop.

        Nothing is raised: an instance that is gone or does not answer gets a receipt with UNREACHABLE.
        """
        live = self._live(invocation)
        if not live:
            return [unreachable_receipt(invocation, invocation.instance)]
        with (peer := self.peers.get(live[0])):
            return await cancel_at(peer, invocation, reason)

    def _spawn(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def _metadata(call: Call, peer: Peer) -> tuple[tuple[str, str], ...]:
    return (*call.chain.to_metadata(f"{peer.instance.agent}/{peer.id}"), *inject(call.span))
