"""Search: finds active agents whose skills match an utterance, by BM25 of SQLite's full-text index in memory."""

import math
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from botmesh.v1.agent_card_pb2 import AgentCard, Skill
from botmesh.v1.registry_service_pb2 import AgentMatch
from botmesh_registry.changelog import Key
from botmesh_registry.roster import Roster
from botmesh_registry.view import RESPONSE_BYTES

_WORD = re.compile(r"\w+")
_MAX_WORDS = 64
"""Words of an utterance that count."""
_FEWEST_FILLERS = 32
_MAX_FILLERS = 256
_FILLER = " ".join(["\ue000"] * 12)
"""As long as a usual skill, and of a character that nobody types."""

_SAYS_NOTHING = frozenset(
    _WORD.findall(
        """
        a about am an and any are as at be been but by can cannot could d did do does don for from get got had has have
        he her here him his how i if in into is it its just ll m me my no nor not of off on or our out please re s she
        so some t than that the their them then there these they this those to too up us ve very was we were what when
        where which while who whom whose why will with would you your yours
        """
    )
)
"""Common English words, which are left out of a query."""

DEFAULT_CONFIDENCE = 0.5
"""The default of the lowest confidence of a match; docs/find.md has the measurement."""
_WEIGHTS = "3.0, 1.0, 2.0, 2.0"
"""BM25 weights of the columns name, description, examples and tags."""

_SCHEMA = """
CREATE VIRTUAL TABLE skills USING fts5(
    name, description, examples, tags, tokenize = "porter unicode61 remove_diacritics 2"
)
"""
_INSERT = "INSERT INTO skills VALUES (?, ?, ?, ?)"
_QUERY = f"""
SELECT rowid, -bm25(skills, {_WEIGHTS}) AS score FROM skills WHERE skills MATCH ? ORDER BY score DESC
"""  # noqa: S608 - the weights are a constant of this module

Text = tuple[str, str, str, str]
"""Name, description, examples and tags, of a skill or of an agent as a whole."""


@dataclass(slots=True)
class Row:
    """One text of the index with the agents that declare it; equal texts share a row, so that none ranks lower."""

    number: int
    text: Text
    holders: dict[tuple[Key, str], None] = field(default_factory=dict)
    """(agent, skill id); the skill id is empty for the agent as a whole."""


class Search:
    """An index of the skills of active agents. `mark` notes a changed agent, `refresh` updates the index."""

    def __init__(self, roster: Roster) -> None:
        """Start with an empty index."""
        self._roster = roster
        self._rows: dict[int, Row] = {}
        self._by_text: dict[Text, Row] = {}
        self._declared: dict[Key, list[tuple[Row, str]]] = {}
        self._cards: dict[Key, AgentCard] = {}  # as indexed
        self._stale: dict[Key, None] = {}
        self._fillers = 0
        self._index = sqlite3.connect(":memory:", isolation_level=None)
        self._index.execute(_SCHEMA)
        for _ in range(_FEWEST_FILLERS):
            self._insert_filler()

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def mark(self, agent: Key) -> None:
        """Note that an agent changed."""
        self._stale[agent] = None

    def refresh(self, most: int | None = None) -> None:
        """Update the index for all changed agents, or for `most` of them."""
        for _ in range(len(self._stale) if most is None else min(most, len(self._stale))):
            key = next(iter(self._stale))
            del self._stale[key]
            self._follow(key)

    def find(
        self,
        account: str,
        query: str,
        *,
        tags: Iterable[str] = (),
        languages: Sequence[str] = (),
        limit: int = 5,
        min_confidence: float = DEFAULT_CONFIDENCE,
    ) -> list[AgentMatch]:
        """The active agents that `account` sees and that fit `query`, best first, each with its best skill."""
        self.refresh()
        found: dict[Key, AgentMatch] = {}
        size = 0
        for key, skill, score in self._ranked(query, min_confidence):
            known = found.get(key)
            if known is None and len(found) == limit:
                if all(one.skill_id for one in found.values()):
                    break
                continue
            match = self._match(account, key, skill, set(tags), languages)
            if match is None:
                continue
            if known is not None:
                known.skill_id = known.skill_id or skill  # the card as a whole fitted best: name a skill all the same
                continue
            size += match.ByteSize() + 16
            if size > RESPONSE_BYTES:
                break
            match.score, match.confidence = score, self._confidence(score)
            found[key] = match
        return list(found.values())

    def _ranked(self, query: str, min_confidence: float) -> Iterator[tuple[Key, str, float]]:
        """Agent, skill id and score, best first."""
        words = [word for word in dict.fromkeys(_WORD.findall(query.lower())) if word not in _SAYS_NOTHING]
        if not words:
            return
        # What a user typed is data: a quoted word is no syntax, and \w has no quotes.
        rows = self._index.execute(_QUERY, (" OR ".join(f'"{word}"' for word in words[:_MAX_WORDS]),))
        for number, score in rows:
            if self._confidence(score) < min_confidence:
                return
            for key, skill in self._rows[number].holders:
                yield key, skill, score

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
        for row, skill in self._declared.pop(key, ()):
            self._withdraw(row, (key, skill))
        self._cards.pop(key, None)
        if card is not None:
            self._cards[key] = card
            self._declared[key] = [(self._declare(text, (key, skill)), skill) for skill, text in _texts_of(card)]

    def _declare(self, text: Text, holder: tuple[Key, str]) -> Row:
        row = self._by_text.get(text)
        if row is None:
            # To FTS5 a word in half of the rows means nothing, and in a mesh of three bots that is most words: with a
            # row of filler for each row and some to begin with, its weight falls to nothing only where all have it.
            if self._fillers < _MAX_FILLERS:
                self._insert_filler()
            row = Row(self._index.execute(_INSERT, text).lastrowid or 0, text)
            self._by_text[text] = self._rows[row.number] = row
        row.holders[holder] = None
        return row

    def _withdraw(self, row: Row, holder: tuple[Key, str]) -> None:
        row.holders.pop(holder, None)
        if not row.holders and self._rows.pop(row.number, None) is not None:
            del self._by_text[row.text]
            self._index.execute("DELETE FROM skills WHERE rowid = ?", (row.number,))

    def _insert_filler(self) -> None:
        self._fillers += 1
        self._index.execute(_INSERT, (_FILLER, "", "", ""))

    def _confidence(self, score: float) -> float:
        """0.5 where the score is that of one word which no other row has; the more such words, the nearer to 1."""
        rows = self._fillers + len(self._rows)
        return 1 - 2 ** (-score / math.log((rows - 0.5) / 1.5))


def tags_of(card: AgentCard) -> set[str]:
    """The tags on the card and on its skills."""
    return {*card.tags, *(tag for skill in card.skills for tag in skill.tags)}


def _texts_of(card: AgentCard) -> Iterator[tuple[str, Text]]:
    """Skill id and text: of the card as a whole, and of each skill."""
    yield "", (card.name.replace("-", " "), card.description, "", " ".join(card.tags))
    for skill in card.skills:
        words = re.sub(r"[._-]+", " ", skill.id)
        yield skill.id, (f"{words} {skill.name}", skill.description, " ".join(skill.examples), " ".join(skill.tags))


def _speaks(card: AgentCard, skill: Skill | None, asked: Sequence[str]) -> bool:
    spoken = (skill.languages if skill is not None else ()) or card.languages
    return not spoken or any(_same_language(one, other) for one in spoken for other in asked)


def _same_language(one: str, other: str) -> bool:
    """Whether one tag names the other's language or a variety of it: "en" and "en-GB", not "en-US" and "en-GB"."""
    one, other = f"{one.lower()}-", f"{other.lower()}-"
    return one.startswith(other) or other.startswith(one)
