"""Which failures of a turn are the owner's own, and how often one that cannot be reached is asked again."""

import pytest
from grpc import StatusCode

from botmesh import errors
from botmesh_conversations.turn_attempts import MAX_BEGUN, TurnAttempts, is_unreached


def from_peer(error, *, started):
    error.from_peer, error.started = True, started
    return error


UNREACHED = [
    errors.NoLiveInstance("x"),
    errors.UnknownAgent("x"),
    errors.Unreachable("x"),
    errors.OutcomeUnknown("x"),
    errors.RegistryUnreachable("x"),
    errors.PeerError("x", StatusCode.UNAVAILABLE),
    errors.Cancelled("x"),
    from_peer(errors.Draining("x"), started=False),
    from_peer(errors.TooManyDelegations("x"), started=False),
]
OWN = [
    errors.AgentFailed("x"),
    errors.AgentError("x"),
    errors.DeadlineExpired("x"),
    errors.StreamIdle("x"),
    errors.MessageTooLarge("x"),
    errors.InvalidField("x"),
    errors.NotSupported("x"),
    errors.PeerError("x", StatusCode.INTERNAL),
    from_peer(errors.NoLiveInstance("of another agent"), started=True),
    from_peer(errors.UnknownAgent("another agent"), started=True),
    from_peer(errors.TooManyDelegations("below"), started=True),
]


@pytest.mark.parametrize("error", UNREACHED, ids=lambda error: type(error).__name__)
def test_an_owner_that_cannot_be_reached_is_asked_again(error):
    assert is_unreached(error)
    assert TurnAttempts(patience=30).may_go_on(error)


@pytest.mark.parametrize("error", OWN, ids=lambda error: type(error).__name__)
def test_an_owner_that_failed_is_not_asked_again(error):
    attempts = TurnAttempts(patience=30)
    assert not attempts.may_go_on(error)
    assert not attempts.owner_was_away(error)


def test_an_owner_that_is_lost_at_work_each_time_has_failed():
    attempts, lost = TurnAttempts(patience=30), errors.OutcomeUnknown("lost")
    assert [attempts.may_go_on(lost) for _ in range(MAX_BEGUN)] == [True, True, False]
    assert not attempts.owner_was_away(lost)


def test_an_unreachable_owner_is_asked_as_long_as_it_is_waited_for_and_three_times_at_least():
    refused = errors.Unreachable("refused")
    impatient = TurnAttempts(patience=0)
    assert [impatient.may_go_on(refused) for _ in range(3)] == [True, True, False]
    assert impatient.owner_was_away(refused)
    assert all(TurnAttempts(patience=60).may_go_on(refused) for _ in range(20))


def test_without_an_instance_an_owner_is_asked_again_only_while_it_is_waited_for():
    assert not TurnAttempts(patience=0).may_go_on(errors.NoLiveInstance("x"))
