"""The lease table by itself: no gRPC, no waiting."""

import random
import time

import pytest

from botmesh_registry.lease_table import LeaseTable


@pytest.fixture
def table(clock):
    return LeaseTable[str](clock)


def test_a_value_is_kept_until_its_time(table, clock):
    table.put("a", "value", 10)
    clock.now += 9.9
    assert table.expired() == []
    assert table.get("a") == "value"
    clock.now += 0.1
    assert table.expired() == ["value"]
    assert table.get("a") is None
    assert table.expired() == []


def test_renewing_starts_the_time_anew(table, clock):
    table.put("a", "value", 10)
    for _ in range(5):
        clock.now += 9
        assert table.renew("a", 10)
        assert table.expired() == []
    clock.now += 10
    assert table.expired() == ["value"]


def test_renewing_can_shorten(table, clock):
    table.put("a", "value", 100)
    table.renew("a", 5)
    clock.now += 5
    assert table.expired() == ["value"]


def test_what_expired_cannot_be_renewed(table, clock):
    table.put("a", "value", 1)
    clock.now += 1
    table.expired()
    assert not table.renew("a", 1)


def test_what_was_deleted_does_not_expire(table, clock):
    table.put("a", "value", 1)
    assert table.delete("a") == "value"
    assert table.delete("a") is None
    clock.now += 2
    assert table.expired() == []


def test_a_key_that_comes_back_has_its_new_time(table, clock):
    table.put("a", "old", 1)
    table.delete("a")
    table.put("a", "new", 10)
    clock.now += 5
    assert table.expired() == []
    clock.now += 5
    assert table.expired() == ["new"]


def test_what_expires_comes_oldest_first(table, clock):
    for number in (3, 1, 2):
        table.put(str(number), str(number), number)
    clock.now += 10
    assert table.expired() == ["1", "2", "3"]
    assert len(table) == 0


def test_coming_and_going_leaves_nothing_behind(table):
    for number in range(10_000):
        table.put(str(number), "", 10)
        table.delete(str(number))
    assert len(table._heap) < 2000


def test_it_agrees_with_a_plain_dictionary(table, clock):
    chance = random.Random(7)
    plain = {}
    for _ in range(5000):
        key = str(chance.randrange(40))
        match chance.randrange(5):
            case 0:
                duration = chance.randrange(1, 20)
                table.put(key, key, duration)
                plain[key] = clock.now + duration
            case 1:
                duration = chance.randrange(1, 20)
                assert table.renew(key, duration) == (key in plain)
                if key in plain:
                    plain[key] = clock.now + duration
            case 2:
                assert (table.delete(key) is None) == (plain.pop(key, None) is None)
            case _:
                clock.now += chance.randrange(3)
                gone = {name for name, at in plain.items() if at <= clock.now}
                assert set(table.expired()) == gone
                plain = {name: at for name, at in plain.items() if name not in gone}
        assert set(table) == set(plain)


def test_ten_thousand_leases_are_cheap(table, clock):
    began = time.perf_counter()
    for number in range(10_000):
        table.put(str(number), "", 30)
    for _ in range(10):
        clock.now += 10
        for number in range(10_000):
            table.renew(str(number), 30)
        table.expired()
    assert time.perf_counter() - began < 2.0  # 0.1 s alone on a machine
    assert len(table) == 10_000
