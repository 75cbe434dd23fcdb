"""Idempotency: a repeat under the same message id joins the running work or gets the same reply."""

from botmesh.errors import InvalidField
from botmesh.names import new_id
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Idempotency(Policy):
    """Finds or reserves the work of a call. server.py runs it; refusals are not remembered."""

    def caller(self, call: Call) -> None:
        """Every message has an id, so that a retry can be told from a new task."""
        if call.message is not None and not call.message.message_id:
            call.message.message_id = new_id()

    def callee(self, call: Call) -> None:
        """Join what runs, replay what ran, or reserve a place."""
        if call.message is None:
            return
        if call.deadline is None:
            raise InvalidField("work needs a deadline", field="deadline")
        call.work, call.joined = call.end.works.claim(call, call.deadline)

    def finish(self, call: Call) -> None:
        """A call that an inner policy refused leaves nothing behind."""
        if call.work is not None and not call.work.began:
            call.end.works.forget(call.work)
