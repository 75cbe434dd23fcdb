"""Every rpc says whether it may be repeated, to people in its comment and to programs by its idempotency level."""

import re
from pathlib import Path

import pytest

PROTOS = Path(__file__).parents[2] / "protos"
RPC = re.compile(
    r"((?:  //[^\n]*\n)+)  rpc (\w+)\([^)]*\) returns \([^)]*\)(;| \{\n    option idempotency_level = (\w+);)"
)
NOT_TO_BE_REPEATED = {
    "Link": "a stream of calls",
    "Heartbeat": "a stream that lives as long as its instance",
    "Claim": "one wins, and a repeat by somebody else loses",
    "HandBack": "the conversation may have come back meanwhile",
    "FireAction": "an action fires as often as it is fired",
    "ResumeTask": "the task may ask again meanwhile",
    "DelegateToSkill": "has no message id of its own",
    "Consult": "has no message id of its own",
    "Collaborate": "has no message id of its own",
    "Broadcast": "has no message id of its own",
}
RPCS = [found for file in sorted(PROTOS.rglob("*.proto")) for found in RPC.findall(file.read_text())]


def test_all_rpcs_are_read():
    assert len(RPCS) == sum(file.read_text().count("\n  rpc ") for file in PROTOS.rglob("*.proto")) > 60


@pytest.mark.parametrize(("comment", "name", "_", "level"), RPCS, ids=[name for _, name, *_ in RPCS])
def test_an_rpc_says_whether_it_may_be_repeated(comment, name, _, level):
    if name in NOT_TO_BE_REPEATED:
        assert not level
    elif re.match("Get|List|Watch|Find|Resolve|Wait", name):
        assert level == "NO_SIDE_EFFECTS"
    else:
        assert level == "IDEMPOTENT"
    if re.search(r"[Mm]ay\s+(//\s+)?be\s+(//\s+)?repeated", comment):
        assert level
