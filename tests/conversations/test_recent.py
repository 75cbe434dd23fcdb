"""What is kept of a conversation's history in memory: the newest, within bounds, as it was said."""

import copy

import pytest

from botmesh.v1.history_pb2 import HistoryEntry
from botmesh_conversations.model.recent_history import HISTORY_BYTES, HISTORY_ENTRIES, RecentHistory


def entry(sequence, text="hello"):
    made = HistoryEntry(sequence=sequence, author="anna")
    made.payload.add(text=text)
    return made


def numbers(entries):
    return [one.sequence for one in entries]


def test_entries_come_back_as_they_were_said():
    said = [entry(1, "a"), entry(3, "b"), entry(7, "")]
    recent = RecentHistory(said)
    assert (list(recent), list(reversed(recent)), len(recent), recent.last) == (said, said[::-1], 3, 7)


def test_nothing_was_said_yet():
    recent = RecentHistory()
    assert (list(recent), recent.last, list(recent.after(0)), recent.newest(9)) == ([], 0, [], ([], False))


def test_the_oldest_go_when_there_are_too_many():
    recent = RecentHistory(map(entry, range(1, HISTORY_ENTRIES + 11)))
    assert numbers(recent) == list(range(11, HISTORY_ENTRIES + 11))


def test_the_oldest_go_when_they_are_too_large():
    recent = RecentHistory(entry(number, "x" * (HISTORY_BYTES // 4)) for number in range(1, 9))
    assert numbers(recent) == [6, 7, 8]


def test_the_newest_stays_however_large_it_is():
    assert numbers(RecentHistory([entry(1), entry(2, "x" * HISTORY_BYTES)])) == [2]


def test_what_is_newer_than_a_sequence():
    recent = RecentHistory(map(entry, (1, 4, 6)))
    assert [numbers(recent.after(at)) for at in (0, 1, 3, 4, 6)] == [[1, 4, 6], [4, 6], [4, 6], [6], []]


@pytest.mark.parametrize(
    ("through", "most", "expected"),
    [(6, 9, ([1, 4, 6], False)), (5, 9, ([1, 4], False)), (6, 2, ([4, 6], True)), (0, 2, ([], False))],
)
def test_the_newest_up_to_a_sequence(through, most, expected):
    chosen, left_out = RecentHistory(map(entry, (1, 4, 6))).newest(through, most)
    assert (numbers(chosen), left_out) == expected


def test_a_copy_goes_its_own_way():
    recent = RecentHistory([entry(1)])
    made = copy.copy(recent)
    assert made == recent
    made.append(entry(2))
    assert (numbers(recent), numbers(made)) == ([1], [1, 2])
    assert made != recent


def test_what_is_answered_is_forgotten():
    recent = RecentHistory(map(entry, (1, 4, 6)))
    assert recent.oldest == entry(1)
    recent.drop_through(4)
    assert (recent.oldest, numbers(recent)) == (entry(6), [6])
    recent.drop_through(9)
    assert len(recent) == 0
