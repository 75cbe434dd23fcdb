"""Every language's agent passes every case of the kit, as caller and as callee."""

import pytest

from tests.conformance.conftest import SCRIPTED


@pytest.mark.timeout(300)
async def test_python_passes_every_case(outcomes):
    found = await outcomes("--command", SCRIPTED)
    assert {case: text for case, (outcome, text) in found.items() if outcome != "passed"} == {}
