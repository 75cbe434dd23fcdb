"""Every language's agent passes every case of the kit, as caller and as callee."""

import pytest

from tests.languages import COMMANDS, scripted


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", COMMANDS)
async def test_it_passes_every_case(language, outcomes):
    command = scripted(language)
    found = await outcomes("--command", command)
    assert len(found) >= 250
    late = [case for case, (outcome, _) in found.items() if outcome != "passed"]
    if late and len(late) <= 3:  # a busy machine is late sometimes; alone and at rest, each of them has to pass
        found = await outcomes("--command", command, *(word for case in late for word in ("--case", case)))
    assert {case: text for case, (outcome, text) in found.items() if outcome != "passed"} == {}
