"""Budget: what is spent is spent. Reports what delegations cost, and refuses further ones once it is too much."""

from botmesh.errors import BudgetSpent
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy
from botmesh.v1.message_pb2 import MESSAGE_TYPE_TURN


class Budget(Policy):
    """Looks at what chain, conversation and account have cost; a contact's turn is no delegation and always goes."""

    def caller(self, call: Call) -> None:
        """Refuse here what would cost even more."""
        _check(call)

    def callee(self, call: Call) -> None:
        """Refuse what comes all the same."""
        _check(call)

    def finish(self, call: Call) -> None:
        """Let the journal know what it cost."""
        call.end.journal.note(call)


def _check(call: Call) -> None:
    if call.message is not None and call.message.message_type == MESSAGE_TYPE_TURN:
        return
    found = call.end.journal.spent(call)
    if found is not None:
        scope, micros, currency = found
        limit = getattr(call.limits, {"account": "daily"}.get(scope, scope) + "_budget")
        raise BudgetSpent(
            f"the {scope} has cost {micros / 1e6:g} {currency} and may cost {limit / 1e6:g}: answer with what there is",
            scope=scope,
            spent=micros,
            limit=limit,
            currency=currency,
        )
