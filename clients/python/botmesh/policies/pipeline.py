"""What a policy is, and how an ordered list of them is run around a call."""

from collections.abc import Iterable

from google.protobuf.message import Message

from botmesh.policies.call import Call, MethodClass
from botmesh.status import from_exception


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
        self._policies = [policy for policy in policies if kind in policy.applies_to]
        self._starting = {
            True: [(n, p.caller) for n, p in enumerate(self._policies) if type(p).caller is not Policy.caller],
            False: [(n, p.callee) for n, p in enumerate(self._policies) if type(p).callee is not Policy.callee],
        }
        self._sending = [p.sending for p in self._policies if type(p).sending is not Policy.sending]
        self._received = [p.received for p in self._policies if type(p).received is not Policy.received]
        self._reading = [p.read for p in self._policies if type(p).read is not Policy.read]
        self._finishing = [(n, p.finish) for n, p in enumerate(self._policies) if type(p).finish is not Policy.finish]
        self._finishing.reverse()

    def start(self, call: Call) -> int:
        """Let each policy look at the call; the number of those that let it pass.

        Raises:
            BotmeshError: a policy refused. The call is finished then, and `call.error` set.
        """
        passed = 0
        try:
            for passed, look in self._starting[call.at_caller]:  # noqa: B007 - read where one refuses
                look(call)
        except Exception as error:  # noqa: BLE001 - raised again, typed
            self.finish(call, passed, error)
            raise call.error or error from None
        return len(self._policies)

    def sending(self, call: Call, size: int) -> None:
        """A message is about to leave."""
        for hook in self._sending:
            hook(call, size)

    def received(self, call: Call, size: int) -> None:
        """A message has come in."""
        for hook in self._received:
            hook(call, size)

    def read(self, call: Call, message: Message) -> None:
        """A message was read."""
        for hook in self._reading:
            hook(call, message)

    def finish(self, call: Call, passed: int, error: BaseException | None = None) -> None:
        """Tell the policies that passed the call that it is over, innermost first."""
        call.error = None if error is None else from_exception(error)
        for undo in call.at_end:
            undo()
        for index, end in self._finishing:
            if index < passed:
                end(call)
