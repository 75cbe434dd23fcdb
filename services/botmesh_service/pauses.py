"""How long to leave something alone that failed: longer with each failure in a row."""

from collections import OrderedDict

MAX_KNOWN = 10_000
"""Beyond, those that failed longest ago are forgotten, and begin anew with the shortest pause."""


class Pauses:
    """Pauses by name, doubled with each failure in a row."""

    def __init__(self, least: float = 1.0, most: float = 300.0) -> None:
        """Begin with `least` seconds, and never wait for more than `most`."""
        self._least = least
        self._most = most
        self._times: OrderedDict[str, int] = OrderedDict()

    def next(self, name: str) -> float:
        """Seconds before it is tried again; it has failed once more."""
        times = self._times.get(name, 0)
        self._times[name] = times + 1
        self._times.move_to_end(name)
        if len(self._times) > MAX_KNOWN:
            self._times.popitem(last=False)
        return float(min(self._most, self._least * 2.0 ** min(times, 30)))

    def forget(self, name: str) -> None:
        """It has worked."""
        self._times.pop(name, None)
