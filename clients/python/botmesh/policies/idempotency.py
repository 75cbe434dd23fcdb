"""Idempotency: a repeat under the same message id joins the running work or gets the same reply."""

from botmesh.names import new_id
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Idempotency(Policy):
    """Finds or reserves the work of a call. The servicer runs it; refusals are not remembered."""

    def caller(self, call: Call) -> None:
        """Every message has an id, so that a retry can be told from a new task."""
        if call.info.message is not None and not call.info.message.message_id:
            call.info.message.message_id = new_id()

    def callee(self, call: Call) -> None:
        """Join what runs, replay what ran, or reserve a place."""
        message = call.info.message
        if message is None:
            return
        call.work, call.joined = call.endpoint.works.claim(
            call.work_key, call.info.method, message, call.required_deadline, call.limits.max_reply_bytes
        )

    def finish(self, call: Call) -> None:
        """A call that an inner policy refused leaves nothing behind."""
        if call.work is not None and not call.work.began:
            call.endpoint.works.forget(call.work)
