"""What a policy is, and the scope in which an ordered list of them looks after a call."""

import asyncio
import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import grpc
from google.protobuf.message import Message

from botmesh.errors import BotmeshError
from botmesh.policies.call import Call
from botmesh.policies.methods import MethodClass
from botmesh.status import from_exception

logger = logging.getLogger("botmesh")


class Policy:
    """One rule of the mesh, both ends of it. A policy implements what it needs and refuses by raising."""

    applies_to: frozenset[MethodClass] = frozenset({MethodClass.WORK})

    def caller(self, call: Call) -> None:
        """Before a call leaves."""

    def callee(self, call: Call) -> None:
        """Before an arrived call is served."""

    def sending(self, call: Call, size: int) -> None:
        """Before a message of `size` bytes is sent: a request by the caller, a response by the callee."""

    def received(self, call: Call, size: int) -> None:
        """Before a message of `size` bytes is read."""

    def read(self, call: Call, message: Message) -> None:
        """After a message was read: one of several requests by the callee, a response by the caller."""

    def finish(self, call: Call) -> None:
        """When the call is over; `call.error` tells how. Not called where the policy itself refused."""


class Pipeline:
    """The policies of one method class, the first one outermost."""

    def __init__(self, policies: Iterable[Policy], kind: MethodClass) -> None:
        """Keep the policies that apply to `kind`, in order."""
        own = [policy for policy in policies if kind in policy.applies_to]
        self.length = len(own)
        self.starting = {
            True: [(n, p.caller) for n, p in enumerate(own) if type(p).caller is not Policy.caller],
            False: [(n, p.callee) for n, p in enumerate(own) if type(p).callee is not Policy.callee],
        }
        self.sending = [p.sending for p in own if type(p).sending is not Policy.sending]
        self.received = [p.received for p in own if type(p).received is not Policy.received]
        self.reading = [p.read for p in own if type(p).read is not Policy.read]
        self.finishing = [(n, p.finish) for n, p in enumerate(own) if type(p).finish is not Policy.finish]
        self.finishing.reverse()

    def around(self, call: Call) -> "CallScope":
        """The scope of a call: `with pipeline.around(call) as scope:` around all that this end does for it."""
        return CallScope(self, call)


class CallScope:
    """A call from the first policy's look at it to the last one's.

    Entering lets each policy look at the call, and raises the first refusal. Leaving tells the policies that let it
    pass how it ended, innermost first, and gives every error its type: the caller sees a BotmeshError for whatever
    the peer or gRPC said, and what a callee raises is one, whatever went wrong.
    """

    __slots__ = ("_is_over", "_passed", "_pipeline", "call")

    def __init__(self, pipeline: Pipeline, call: Call) -> None:
        """Nothing happens before it is entered."""
        self.call = call
        self._pipeline = pipeline
        self._passed = -1
        self._is_over = False

    def __enter__(self) -> Self:
        """Open it, unless that was done before."""
        if self._passed < 0:
            self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it, and raise the typed error in place of one that is not."""
        self.close(error)
        if error is None:
            return
        raised = self._raised(error)
        if raised is not error:
            raise raised from None

    def open(self) -> None:
        """Let each policy look at the call.

        Raises:
            BotmeshError: a policy refused. The call is over then.
        """
        call = self.call
        self._passed = 0
        try:
            for number, look in self._pipeline.starting[call.info.at_caller]:
                self._passed = number
                look(call)
        except Exception as error:  # noqa: BLE001 - raised again, typed
            self.close(error)
            raise call.error or error from None
        self._passed = self._pipeline.length

    def close(self, error: BaseException | None = None) -> None:
        """Tell the policies that let the call pass that it is over. Only the first time counts."""
        if self._is_over:
            return
        self._is_over = True
        call = self.call
        if error is None:
            call.error = None
        else:
            if not call.info.at_caller and isinstance(error, Exception) and not isinstance(error, BotmeshError):
                logger.error("%s failed; its caller gets INTERNAL without this text", call.info.method, exc_info=error)
            call.error = from_exception(call.refusal or error)
        for undo in call.at_end:
            undo()
        for number, finish in self._pipeline.finishing:
            if number < self._passed:
                finish(call)

    def sending(self, size: int) -> None:
        """A message of `size` bytes is about to leave.

        Raises:
            BotmeshError: a policy refuses it.
        """
        for hook in self._pipeline.sending:
            hook(self.call, size)

    def received(self, size: int) -> None:
        """A message of `size` bytes has come in.

        Raises:
            BotmeshError: a policy refuses it.
        """
        for hook in self._pipeline.received:
            hook(self.call, size)

    def read(self, message: Message) -> None:
        """A message was read.

        Raises:
            BotmeshError: a policy refuses it.
        """
        for hook in self._pipeline.reading:
            hook(self.call, message)

    def _raised(self, error: BaseException) -> BaseException:
        """What leaves the scope for an error inside it."""
        call = self.call
        if call.refusal is not None and isinstance(error, Exception | asyncio.CancelledError):
            return call.refusal
        if isinstance(error, BotmeshError) or not isinstance(error, Exception) or call.error is None:
            return error
        return call.error if isinstance(error, grpc.aio.AioRpcError) or not call.info.at_caller else error
