"""The cases: each starts the processes of its sides, measures them, and ends them."""

from collections.abc import Callable

from bench.cases.delegations import chain, consult, delegation, latency, peers, sampled, shares, stream
from bench.cases.scale import find, in_flight, registry, starting
from bench.cases.talks import conversations, growth, transfer
from bench.figures import Figure

CHECKED = ("delegation", "latency", "stream")
"""Cases of the regression check; they take under a minute together."""
CASES: dict[str, Callable[[int], list[Figure]]] = {
    one.__name__: one
    for one in (
        delegation,
        shares,
        sampled,
        latency,
        chain,
        stream,
        consult,
        conversations,
        growth,
        transfer,
        peers,
        in_flight,
        registry,
        find,
        starting,
    )
}
"""Every case by its name. A case takes the number of rounds and returns its figures."""

__all__ = ["CASES", "CHECKED"]
