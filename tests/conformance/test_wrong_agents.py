"""The kit finds out agents that break a promise; one that finds nothing proves nothing."""

import pytest

from tests.conformance.conftest import WRONG

pytestmark = pytest.mark.slow
FOUND = {
    "resets_the_path": {"chain/of-four", "hops/caller-adds-itself", "loops/caller-of-two"},
    "ignores_the_deadline": {"deadline/ends-the-work", "deadline/default", "deadline/excess"},
    "gives_children_all_the_time": {"deadline/shrinks", "deadline/never-later"},
    "answers_twice": {"idempotency/running", "idempotency/finished", "concurrency/joining"},
    "ends_streams_twice": {"streaming/pieces-then-reply", "streaming/only-a-reply"},
    "counts_no_hops": {"hops/depth-6", "hops/caller-at-5", "hops/lowered-by-the-call"},
    "lets_loops_pass": {"loops/itself", "loops/callee-of-three", "loops/caller-of-two"},
    "takes_any_size": {"size/reply-over-the-limit", "size/caller-response"},
    "takes_any_number": {"concurrency/incoming", "concurrency/outgoing", "concurrency/open-in-the-path"},
    "answers_for_others": {"target/wrong-instance", "target/wrong-agent-in-the-message"},
    "cannot_be_switched_off": {"target/disabled"},
    "tells_its_bugs": {"errors/bug", "errors/bug-in-a-stream"},
    "gives_no_reasons": {"errors/declared", "deadline/excess"},
    "takes_any_field": {"fields/year-9999", "fields/arrays-33", "fields/caller-arrays-33", "fields/notification"},
    "streams_without_end": {"reply_size/without-end", "reply_size/as-a-whole", "reply_size/caller"},
    "breaks_the_trace": {"trace/continues", "trace/passes-on", "chain/of-four"},
}


@pytest.mark.parametrize("fault", FOUND)
async def test_an_agent_is_found_out_that(fault, outcomes):
    groups = sorted({case.partition("/")[0] for case in FOUND[fault]})
    found = await outcomes(
        "--command", f"{WRONG} {fault}", *(word for group in groups for word in ("--case", f"{group}/*"))
    )
    failed = {case for case, (outcome, _) in found.items() if outcome == "failed"}
    assert FOUND[fault] <= failed
    assert all(found[case][1] for case in failed), "a failure says what did not fit"
    assert len(failed) < len(found), "what it does right passes"
