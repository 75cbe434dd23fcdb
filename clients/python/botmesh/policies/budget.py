"""Budget: reports what delegations cost, and refuses further ones once a budget is spent."""

from botmesh.errors import BudgetSpent
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy
from botmesh.telemetry.journal import Exchange
from botmesh.v1.message_pb2 import MESSAGE_TYPE_TURN, Reply
from botmesh.work.work import Work


class Budget(Policy):
    """Compares the costs of the chain, the conversation and the account with their budgets.

    A contact's turn is no delegation, and is never refused.
    """

    def caller(self, call: Call) -> None:
        """Refuse a call whose chain, conversation or account has spent its budget."""
        _check(call)

    def callee(self, call: Call) -> None:
        """Refuse as at the caller, which may not know all costs."""
        _check(call)

    def finish(self, call: Call) -> None:
        """Report the call and its cost to the journal."""
        info = call.info
        if info.message is None:
            return
        call.endpoint.journal.note(
            Exchange(
                account=call.account,
                chain=call.chain,
                at_caller=info.at_caller,
                callee=info.target.rpartition("/")[2] or call.endpoint.agent,
                message=info.message,
                reply=call.reply or _outcome(call.work),
                pieces=call.work.events if call.work is not None else (),
                error=call.error,
                joined=call.joined,
                span=call.span,
            )
        )


def _outcome(work: Work | None) -> Reply | None:
    """The reply of this callee's work, if it has one."""
    outcome = work.outcome if work is not None else None
    return outcome if isinstance(outcome, Reply) else None


def _check(call: Call) -> None:
    if call.info.message is not None and call.info.message.message_type == MESSAGE_TYPE_TURN:
        return
    spent = call.endpoint.journal.spent(call.limits, call.chain, call.account)
    if spent is not None:
        scope, micros, currency = spent
        limit = getattr(call.limits, {"account": "daily"}.get(scope, scope) + "_budget")
        raise BudgetSpent(
            f"the {scope} has cost {micros / 1e6:g} {currency} and may cost {limit / 1e6:g}: answer with what there is",
            scope=scope,
            spent=micros,
            limit=limit,
            currency=currency,
        )
