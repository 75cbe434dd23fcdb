"""The base class of policies, and the scope that runs an ordered list of them around a call."""

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
    """One rule of the mesh, at both ends. A policy overrides the hooks that it needs, and refuses by raising."""

    applies_to: frozenset[MethodClass] = frozenset({MethodClass.WORK})

    def caller(self, call: Call) -> None:
        """See a call before it is sent."""

    def callee(self, call: Call) -> None:
        """See a call that has arrived, before it is served."""

    def sending(self, call: Call, size: int) -> None:
        """See the size in bytes of a message before it is sent: a request at the caller, a response at the callee."""

    def received(self, call: Call, size: int) -> None:
        """See the size in bytes of a message before it is parsed."""

    def read(self, call: Call, message: Message) -> None:
        """See a parsed message: one request of a stream at the callee, a response at the caller."""

    def finish(self, call: Call) -> None:
        """See the end of a call; `call.error` has its error. Not called if the policy itself refused the call."""


class Pipeline:
    """The policies of one method class. The first one is outermost."""

    def __init__(self, policies: Iterable[Policy], kind: MethodClass) -> None:
        """Take the policies that apply to `kind`, in their order."""
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
        """Return the scope of a call: `with pipeline.around(call) as scope:` encloses all that this end does for it."""
        return CallScope(self, call)


class CallScope:
    """The scope of one call, as a context manager.

    Entering shows the call to each policy in order, and raises the first refusal. Leaving shows the end of the call to
    the policies that have passed it, innermost first. Errors of the peer and of gRPC leave a caller's scope as a
    BotmeshError, and every error leaves a callee's scope as one.
    """

    __slots__ = ("_is_over", "_passed", "_pipeline", "call")

    def __init__(self, pipeline: Pipeline, call: Call) -> None:
        """Do nothing until the scope is entered or opened."""
        self.call = call
        self._pipeline = pipeline
        self._passed = -1
        self._is_over = False

    def __enter__(self) -> Self:
        """Open the scope, unless it is open already."""
        if self._passed < 0:
            self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the scope, and raise the typed error in place of an untyped one."""
        self.close(error)
        if error is None:
            return
        raised = self._raised(error)
        if raised is not error:
            raise raised from None

    def open(self) -> None:
        """Show the call to each policy in order.

        Raises:
            BotmeshError: a policy refused the call. The scope is closed then.
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
        """Show the end of the call to the policies that have passed it. Only the first call of `close` counts."""
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
        """Show the policies a message of `size` bytes before it is sent.

        Raises:
            BotmeshError: a policy refuses it.
        """
        for hook in self._pipeline.sending:
            hook(self.call, size)

    def received(self, size: int) -> None:
        """Show the policies a message of `size` bytes before it is parsed.

        Raises:
            BotmeshError: a policy refuses it.
        """
        for hook in self._pipeline.received:
            hook(self.call, size)

    def read(self, message: Message) -> None:
        """Show the policies a parsed message.

        Raises:
            BotmeshError: a policy refuses it.
        """
        for hook in self._pipeline.reading:
            hook(self.call, message)

    def _raised(self, error: BaseException) -> BaseException:
        """Return the error that leaves the scope in place of `error`."""
        call = self.call
        if call.refusal is not None and isinstance(error, Exception | asyncio.CancelledError):
            return call.refusal
        if isinstance(error, BotmeshError) or not isinstance(error, Exception) or call.error is None:
            return error
        return call.error if isinstance(error, grpc.aio.AioRpcError) or not call.info.at_caller else error
