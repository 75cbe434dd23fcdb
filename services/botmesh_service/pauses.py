"""Pauses before retries, which grow with each failure in a row."""

from collections import OrderedDict

MAX_KNOWN = 10_000
"""Names that are remembered; beyond that, those that failed longest ago begin with the shortest pause again."""


class Pauses:
    """Pauses by name, doubled with each failure in a row."""

    def __init__(self, least: float = 1.0, most: float = 300.0) -> None:
        """Begin with `least` seconds and go up to `most` seconds."""
        self._least = least
        self._most = most
        self._times: OrderedDict[str, int] = OrderedDict()

    def next(self, name: str) -> float:
        """Count one more failure, and return the seconds to wait before the retry."""
        times = self._times.get(name, 0)
        self._times[name] = times + 1
        self._times.move_to_end(name)
        if len(self._times) > MAX_KNOWN:
            self._times.popitem(last=False)
        return float(min(self._most, self._least * 2.0 ** min(times, 30)))

    def forget(self, name: str) -> None:
        """Note a success: the next failure gets the shortest pause."""
        self._times.pop(name, None)
