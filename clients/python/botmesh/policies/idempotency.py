"""Idempotency: a repeat of a message id joins the running work, or gets the same reply."""

from botmesh.names import new_id
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Idempotency(Policy):
    """Finds or reserves the work of a call. The servicer starts it. Refusals are not kept."""

    def caller(self, call: Call) -> None:
        """Give every message an id, so that the callee can tell a retry from a new message."""
        if call.info.message is not None and not call.info.message.message_id:
            call.info.message.message_id = new_id()

    def callee(self, call: Call) -> None:
        """Find running or ended work of the message id, or reserve a place for new work."""
        message = call.info.message
        if message is None:
            return
        call.work, call.joined = call.endpoint.works.claim(
            call.work_key, call.info.method, message, call.required_deadline, call.limits.max_reply_bytes
        )

    def finish(self, call: Call) -> None:
        """Drop work that never began, because an inner policy refused the call."""
        if call.work is not None and not call.work.began:
            call.endpoint.works.forget(call.work)
