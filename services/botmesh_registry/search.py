"""Search: which active agent's skills fit an utterance. BM25 by SQLite's full-text index, in memory."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from botmesh.v1.agent_card_pb2 import AgentCard, Skill
from botmesh.v1.registry_service_pb2 import AgentMatch
from botmesh_registry.changelog import Key
from botmesh_registry.roster import Roster
from botmesh_registry.view import RESPONSE_BYTES

_WORD = re.compile(r"\w+")
_MOST_WORDS = 64
"""Words of an utterance that count."""
_MOST_FILLERS = 256
_FILLER = " ".join(["\ue000"] * 12)
"""As long as a usual skill, and of a character that nobody types."""

_WEIGHTS = "0, 0, 0, 3.0, 1.0, 2.0, 2.0"
"""Of the columns below: a name says more than a description, an example or a tag lies between."""

_SCHEMA = """
CREATE VIRTUAL TABLE skills USING fts5(
    account UNINDEXED, agent UNINDEXED, skill UNINDEXED, name, description, examples, tags,
    tokenize = "porter unicode61 remove_diacritics 2"
)
"""
_INSERT = "INSERT INTO skills VALUES (?, ?, ?, ?, ?, ?, ?)"
_QUERY = f"""
SELECT account, agent, skill, -bm25(skills, {_WEIGHTS}) AS score
FROM skills WHERE skills MATCH ? ORDER BY score DESC
"""  # noqa: S608 - the weights are a constant of this module


class Search:
    """An index of the skills of active agents. It follows the roster: mark what changed, refresh now and then."""

    def __init__(self, roster: Roster) -> None:
        """Start with an empty index."""
        self._roster = roster
        self._rows: dict[Key, list[int]] = {}
        self._cards: dict[Key, AgentCard] = {}  # as indexed
        self._stale: dict[Key, None] = {}
        self._fillers = 0
        self._index = sqlite3.connect(":memory:", isolation_level=None)
        self._index.execute(_SCHEMA)

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    def mark(self, agent: Key) -> None:
        """Note that an agent changed."""
        self._stale[agent] = None

    def refresh(self, most: int | None = None) -> None:
        """Bring the index up to date, at most `most` agents of it."""
        for _ in range(len(self._stale) if most is None else min(most, len(self._stale))):
            key = next(iter(self._stale))
            del self._stale[key]
            self._follow(key)

    def find(
        self, account: str, query: str, *, tags: Iterable[str] = (), languages: Sequence[str] = (), limit: int = 5
    ) -> list[AgentMatch]:
        """The active agents that `account` sees and that fit `query`, best first, each with its best skill."""
        self.refresh()
        words = list(dict.fromkeys(word.lower() for word in _WORD.findall(query)))[:_MOST_WORDS]
        if not words:
            return []
        # What a user typed is data: a quoted word is no syntax, and \w has no quotes.
        rows = self._index.execute(_QUERY, (" OR ".join(f'"{word}"' for word in words),))
        found: dict[Key, AgentMatch] = {}
        size = 0
        for owner, name, skill, score in rows:
            match = self._match(account, (owner, name), skill, set(tags), languages)
            if match is None:
                continue
            known = found.get((owner, name))
            if known is not None:
                known.skill_id = known.skill_id or skill  # the card as a whole fitted best: name a skill all the same
                continue
            if len(found) == limit:
                if all(one.skill_id for one in found.values()):
                    break
                continue
            size += match.ByteSize() + 16
            if size > RESPONSE_BYTES:
                break
            match.score = score
            found[owner, name] = match
        return list(found.values())

    def _match(
        self, account: str, key: Key, skill_id: str, tags: set[str], languages: Sequence[str]
    ) -> AgentMatch | None:
        agent = self._roster.agents[key]
        if not agent.seen_by(account):
            return None
        card = self._cards[key]
        if not tags <= tags_of(card):
            return None
        skill = next((skill for skill in card.skills if skill.id == skill_id), None)
        if languages and not _speaks(card, skill, languages):
            return None
        return AgentMatch(card=card, skill_id=skill_id)

    def _follow(self, key: Key) -> None:
        agent = self._roster.agents.get(key)
        card = agent.card if agent is not None and agent.active else None
        if card is self._cards.get(key):
            return
        for row in self._rows.pop(key, ()):
            self._index.execute("DELETE FROM skills WHERE rowid = ?", (row,))
        self._cards.pop(key, None)
        if card is not None:
            self._cards[key] = card
            self._rows[key] = [self._insert(key, row) for row in _rows_of(card)]

    def _insert(self, key: Key, row: tuple[str, ...]) -> int:
        # To FTS5 a word in half of the rows means nothing, and in a mesh of three bots that is most words: with a
        # row of filler for each row, a word's weight falls to nothing only where all rows have it.
        if self._fillers < _MOST_FILLERS:
            self._fillers += 1
            self._index.execute(_INSERT, ("", "", "", "", _FILLER, "", ""))
        return self._index.execute(_INSERT, (*key, *row)).lastrowid or 0


def tags_of(card: AgentCard) -> set[str]:
    """The tags on the card and on its skills."""
    return {*card.tags, *(tag for skill in card.skills for tag in skill.tags)}


def _rows_of(card: AgentCard) -> Iterator[tuple[str, ...]]:
    """Skill id, name, description, examples and tags: of the card as a whole, and of each skill."""
    yield "", card.name.replace("-", " "), card.description, "", " ".join(card.tags)
    for skill in card.skills:
        words = re.sub(r"[._-]+", " ", skill.id)
        yield skill.id, f"{words} {skill.name}", skill.description, " ".join(skill.examples), " ".join(skill.tags)


def _speaks(card: AgentCard, skill: Skill | None, asked: Sequence[str]) -> bool:
    spoken = (skill.languages if skill is not None else ()) or card.languages
    return not spoken or any(_same_language(one, other) for one in spoken for other in asked)


def _same_language(one: str, other: str) -> bool:
    """Whether one tag names the other's language or a variety of it: "en" and "en-GB", not "en-US" and "en-GB"."""
    one, other = f"{one.lower()}-", f"{other.lower()}-"
    return one.startswith(other) or other.startswith(one)
