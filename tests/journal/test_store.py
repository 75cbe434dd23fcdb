"""What the journal keeps: each id once, within its bounds."""

import time

from botmesh.v1.journal_service_pb2 import (
    COST_SCOPE_ACCOUNT_DAY,
    COST_SCOPE_AGENT,
    COST_SCOPE_CHAIN,
    JournalEntry,
    ListMessagesRequest,
)
from botmesh.v1.message_pb2 import Message
from botmesh.v1.part_pb2 import Part
from botmesh.v1.usage_pb2 import Usage
from botmesh_journal import Store
from botmesh_journal.store import Bounds


def entry(message_id, text="x", micros=0, **fields):
    facts = {"account_id": "default", "correlation_id": "c1", "from_agent": "a", "to_agent": "b"} | fields
    made = JournalEntry(message=Message(message_id=message_id, payload=[Part(text=text)], **facts), logged=True)
    if micros:
        made.usage.CopyFrom(Usage(agent=facts["from_agent"], cost_micros=micros, currency="EUR", input_tokens=10))
    return made


def ids(store, account="default", size=50, **wanted):
    found, token = store.messages(ListMessagesRequest(**wanted), account, size)
    return [one.message.message_id for one in found], token


def test_messages_are_found_by_what_is_asked_for_the_newest_first():
    store = Store()
    store.record([entry("1"), entry("2", correlation_id="c2"), entry("3", from_agent="z", conversation_id="v")])
    assert ids(store) == (["3", "2", "1"], "")
    assert ids(store, correlation_id="c2") == (["2"], "")
    assert ids(store, conversation_id="v") == (["3"], "")
    assert ids(store, agent="a") == (["2", "1"], "")
    assert ids(store, agent="b") == (["3", "2", "1"], "")
    assert ids(store, account="other") == ([], "")
    first, token = ids(store, size=2)
    assert first == ["3", "2"]
    assert ids(store, size=2, page_token=token) == (["1"], "")


def test_of_two_reports_of_one_message_the_fuller_one_is_kept():
    store = Store()
    store.record([entry("1", "short")])
    store.record([entry("1", "much longer than before")])
    store.record([entry("1", "x")])
    (found,), _ = store.messages(ListMessagesRequest(), "default", 10)
    assert found.message.payload[0].text == "much longer than before"


def test_an_answer_is_counted_once_however_many_report_it():
    store = Store()
    for _ in range(2):
        store.record([entry("1", micros=300), entry("2", micros=200, from_agent="z", correlation_id="c2")])
    (total,) = store.costs("default", COST_SCOPE_CHAIN, "c1")
    assert (total.cost_micros, total.currency, total.input_tokens, total.answers) == (300, "EUR", 10, 1)
    assert [(one.id, one.cost_micros) for one in store.costs("default", COST_SCOPE_AGENT)] == [("a", 300), ("z", 200)]
    assert [one.cost_micros for one in store.costs("default", COST_SCOPE_ACCOUNT_DAY)] == [500]
    assert store.costs("other", COST_SCOPE_AGENT) == []


def test_the_oldest_messages_go_where_there_are_too_many_bytes():
    store = Store(bounds=Bounds(max_bytes=2000))
    for number in range(20):
        store.record([entry(str(number), "x" * 200)])
    kept, _ = ids(store)
    assert 5 <= len(kept) <= 9
    assert kept[0] == "19"


def test_what_is_too_old_goes(monkeypatch):
    store = Store(bounds=Bounds(max_age=60))
    store.record([entry("1", micros=5)])
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    store.record([entry("2", correlation_id="c2")])
    assert ids(store)[0] == ["2"]
    assert store.costs("default", COST_SCOPE_CHAIN, "c1") == []
    assert store.costs("default", COST_SCOPE_AGENT) != []


def test_it_outlasts_its_process(tmp_path):
    store = Store(tmp_path / "journal.sqlite")
    store.record([entry("1", micros=5)])
    store.close()
    again = Store(tmp_path / "journal.sqlite")
    again.record([entry("1", micros=5)])
    assert ids(again) == (["1"], "")
    assert [one.cost_micros for one in again.costs("default", COST_SCOPE_AGENT)] == [5]


def test_the_cost_of_one_chain_is_looked_up_however_many_there_are():
    store = Store()
    store.record(
        [
            JournalEntry(
                message=Message(
                    account_id="default", message_id=f"m{number}", correlation_id=f"c{number}", from_agent="a"
                ),
                usage=Usage(cost_micros=10, currency="EUR"),
            )
            for number in range(3000)
        ]
    )
    steps = 0

    def count():
        nonlocal steps
        steps += 100

    store._file._db._db.set_progress_handler(count, 100)
    (total,) = store.costs("default", COST_SCOPE_CHAIN, "c1500")
    assert total.cost_micros == 10
    assert steps < 1000  # of SQLite's machine: a look at all of them takes tens of thousands


def test_sums_stay_within_what_the_contract_carries():
    store = Store()
    for number in range(5):
        store.record([entry(str(number), micros=2**62)])
    (total,) = store.costs("default", COST_SCOPE_CHAIN, "c1")
    assert total.cost_micros == 2**62


def test_sums_that_an_older_version_let_grow_are_read():
    store = Store()
    store.record([entry("1", micros=5)])
    store._file.execute("UPDATE cost SET micros = 9223372036854775807 + 1")  # SQLite makes a fraction of it
    store._file.execute("UPDATE cost SET input = -5")
    (total,) = store.costs("default", COST_SCOPE_CHAIN, "c1")
    assert (total.cost_micros, total.input_tokens) == (2**62, 0)
    store.record([entry("2", micros=5)])
    assert store.costs("default", COST_SCOPE_CHAIN, "c1")[0].cost_micros == 2**62


def test_an_entry_that_cannot_be_read_is_left_out_and_told():
    told = []
    store = Store(on_unreadable=lambda subject, text: told.append(subject))
    store.record([entry("1"), entry("2")])
    store._file.execute("UPDATE message SET entry = x'ffff' WHERE id = '1'")
    assert ids(store) == (["2"], "")
    assert told == ["message log"]


def test_a_page_is_no_larger_than_one_response_takes():
    store = Store()
    store.record([entry(str(number), text="x" * 400_000) for number in range(4)])
    first, token = ids(store, size=500)
    assert (first, bool(token)) == (["3"], True)
    assert ids(store, size=500, page_token=token)[0] == ["2"]
