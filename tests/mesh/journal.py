"""What bots wrote down, each in its own process."""

import asyncio
from typing import NamedTuple

import pytest


class Entry(NamedTuple):
    at: float
    bot: str
    pid: str
    event: str
    message_id: str


class Journal:
    """What the bots wrote down."""

    def __init__(self, path):
        self.path = path
        path.touch()

    def entries(self, bot=None, event=None):
        rows = [Entry(float(row[0]), *row[1:]) for row in map(str.split, self.path.read_text().splitlines())]
        return [row for row in rows if bot in (None, row.bot) and event in (None, row.event)]

    async def wait_for(self, bot, event, count=1, seconds=5.0):
        """The entries, once there are `count` of them."""
        try:
            async with asyncio.timeout(seconds):
                while len(found := self.entries(bot, event)) < count:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"{bot} never noted {event!r} {count} times; the journal:\n{self.path.read_text()}")
        return found
