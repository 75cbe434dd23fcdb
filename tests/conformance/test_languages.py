"""Every language's agent passes every case of the kit, as caller and as callee."""

import grpc
import pytest

from botmesh_conformance.calls import Call
from tests.languages import LANGUAGES, scripted

pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_passes_every_case(language, outcomes):
    await passes(outcomes, "--command", scripted(language))


@pytest.mark.timeout(600)
async def test_python_passes_every_case_over_links(outcomes):
    await passes(outcomes, "--links", "--command", scripted("python"))


async def test_what_knows_no_links_fails_over_links():
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    call = Call(f"127.0.0.1:{port}", "agent", {"text": "hello"}, over_link=True)
    assert (await call.result())["code"] == "UNIMPLEMENTED"
    await server.stop(0)


async def passes(outcomes, *options):
    found = await outcomes(*options)
    assert len(found) >= 250
    late = [case for case, (outcome, _) in found.items() if outcome != "passed"]
    if late and len(late) <= 3:  # a busy machine is late sometimes; alone and at rest, each of them has to pass
        found = await outcomes(*options, *(word for case in late for word in ("--case", case)))
    assert {case: text for case, (outcome, text) in found.items() if outcome != "passed"} == {}
