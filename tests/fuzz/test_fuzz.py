"""Whatever anybody sends, the mesh goes on, answers everybody else, and can read all that it keeps.

FUZZ_CALLS calls (3,000; `make fuzz` makes 200,000) with FUZZ_SEED, which is printed. What fails is made as small as
it gets and printed, so that it can become a test.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.attacks.up import up
from tests.fuzz.after import doctor, histories, shown
from tests.fuzz.driver import AT_ONCE, Calm, Driver, Failure, forget_projections
from tests.fuzz.messages import METHODS, Recipe, recipes
from tests.fuzz.pool import CALM, Pool
from tests.fuzz.processes import Bot
from tests.languages import COMMANDS, scripted

CALLS = int(os.environ.get("FUZZ_CALLS", "3000"))
SEED = int(os.environ.get("FUZZ_SEED", "20260101"))
STEPS = 10
"""Calls of one of hypothesis' examples: as many as its budget of choices takes."""
ACCOUNTS = ("default", "other", CALM, "marks")
TRIGGERS = """
triggers:
  - {name: refund, when: {keyword: refund}, then: [{add_tag: money}, {assign: {to: go-bot, fallback: python-bot}}]}
  - {name: booked, when: {action: booked}, then: {add_tag: booked}}
  - {name: gold, when: {field: plan, value: gold}, then: {pause: 1s}}
  - {name: offer, when: {form: offer}, then: {assign: python-bot}}
  - {name: silent, when: {silence: 1s}, then: {add_tag: silent}}
"""


class Loop:
    """An event loop in a thread of its own: hypothesis runs in the test's."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, Any], within: float) -> Any:
        return self.submit(work).result(within)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


def machine(driver: Driver, calm: Calm, loop: Loop, limit: int) -> type[RuleBasedStateMachine]:
    """A state machine whose state is the mesh: it goes on from example to example."""
    pool, targets = driver.pool, list(driver.bots)
    window = threading.BoundedSemaphore(AT_ONCE)

    class Fuzz(RuleBasedStateMachine):
        def _make(self, recipe: Recipe) -> None:
            if driver.is_over or calm.failures or driver.made >= limit:
                return
            driver.learn()
            window.acquire()
            call = recipe.call(pool, targets, SEED + driver.made)
            loop.submit(driver.make(call)).add_done_callback(lambda _: window.release())

        @rule(recipe=recipes("none"))
        def is_asked(self, recipe: Recipe) -> None:
            self._make(recipe)

        @rule(recipe=recipes("none"))
        def is_asked_again(self, recipe: Recipe) -> None:
            self._make(recipe)

        @rule(recipe=recipes("fields"))
        def is_asked_with_wrong_fields(self, recipe: Recipe) -> None:
            self._make(recipe)

        @rule(recipe=recipes("fields"))
        def is_asked_with_other_wrong_fields(self, recipe: Recipe) -> None:
            self._make(recipe)

        @rule(recipe=recipes("bytes"))
        def is_sent_garbage(self, recipe: Recipe) -> None:
            self._make(recipe)

        @rule(recipe=recipes("metadata"))
        def is_sent_wrong_metadata(self, recipe: Recipe) -> None:
            self._make(recipe)

        @rule(recipe=recipes("time"))
        def is_left(self, recipe: Recipe) -> None:
            self._make(recipe)

        def teardown(self) -> None:
            found = driver.look()
            if found is not None:
                driver.note(found)

    return Fuzz


def run(driver: Driver, calm: Calm, loop: Loop, limit: int) -> list[Failure]:
    """Make so many calls, or fewer where too many break a rule: those, as small as they get."""
    made = machine(driver, calm, loop, limit)
    chosen = settings(
        max_examples=1_000_000 if limit > 100_000 else 10 * limit,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    number = 0
    while driver.made < limit and not driver.is_over and not calm.failures:
        # One run of hypothesis makes a few hundred examples and begins anew: it keeps what it has drawn.
        part = settings(chosen, max_examples=200)
        seed(SEED + number)(made)
        run_state_machine_as_test(made, settings=part)
        number += 1
    batch = list(driver.recent)
    loop.run(asyncio.sleep(1.0), 30)
    found = [*driver.failures, *calm.failures[:3], *(one for one in (driver.look(),) if one)]
    return [loop.run(driver.explain(one, batch), 300) for one in found]


def languages() -> list[str]:
    """FUZZ_BOTS, or all whose bots can be run here; on CI all of them have to be."""
    found = []
    for language in filter(None, os.environ.get("FUZZ_BOTS", ",".join(COMMANDS)).split(",")):
        try:
            scripted(language)
        except pytest.skip.Exception:
            continue
        found.append(language)
    return found


async def _start(stack: AsyncExitStack, folder: Any, which: str, address: list[str], names: list[str]) -> Any:
    triggers = folder.parent / f"{folder.name}-triggers"
    triggers.mkdir(exist_ok=True)
    (triggers / "default.yaml").write_text(TRIGGERS, encoding="utf-8")
    environment = {
        "BOTMESH_TURN_TIMEOUT": "3",
        "BOTMESH_OFFER_TIMEOUT": "1",
        "BOTMESH_SUGGESTION_TIMEOUT": "20",
        "BOTMESH_CLAIM_TIMEOUT": "20",
        "BOTMESH_LEASE_DURATION": "3",
        "BOTMESH_PRIMARY": "python-bot",
        "BOTMESH_TRIGGERS": str(triggers),
        "BOTMESH_PERSIST_MESSAGES": "true",
        "BOTMESH_LOG_LEVEL": "warning",
    }
    mesh = await stack.enter_async_context(up(folder, which, **environment))
    bots = {f"{name}-bot": Bot(f"{name}-bot", COMMANDS[name]) for name in names}
    for bot in bots.values():
        stack.push_async_callback(bot.stop)
        await bot.start(mesh.address, BOTMESH_PERSIST_MESSAGES="true")
    return mesh, bots


def fuzz(folder: Any, which: str, count: int, names: list[str]) -> None:
    """Fuzz a mesh on `folder`, then start it again twice: as it is, and with nothing but its log."""
    print(f"\nFUZZ_SEED={SEED} FUZZ_CALLS={count}, on {which}, with bots in {', '.join(names)}")
    loop, pool = Loop(), Pool()
    try:
        stack = AsyncExitStack()
        mesh, bots = loop.run(_start(stack, folder, which, [], names), 120)
        try:
            driver = loop.run(_driver(mesh, bots, pool), 120)
            stack.push_async_callback(driver.close)
            calm = Calm(mesh.address, pool)
            behaving = AsyncExitStack()
            loop.run(behaving.enter_async_context(calm.load()), 60)
            try:
                failures = run(driver, calm, loop, count)
            finally:
                loop.run(behaving.aclose(), 60)
            print(f"{driver.made} calls, {calm.done} of those who behave (the slowest {calm.slowest:.1f} s), "
                  f"mesh at most {driver.peak:.0f} MiB\n{driver.seen}")  # fmt: skip
            if failures:
                print("\n\n".join(map(str, failures)))  # whatever goes wrong when it is ended
                pytest.fail(f"FUZZ_SEED={SEED}\n" + "\n\n".join(map(str, failures)), pytrace=False)
            driver.acknowledged.messages |= calm.messages
            before = loop.run(shown(mesh, ACCOUNTS), 180)
        finally:
            loop.run(stack.aclose(), 120)
        again = loop.run(_again(folder, which, driver), 240)
        forget_projections(folder)
        anew = loop.run(_again(folder, which, driver), 240)
        for after in (again, anew):
            assert before.unreadable == after.unreadable == []
            assert before.conversations.items() <= after.conversations.items()
            assert before.tasks <= after.tasks
            assert before.posted.items() <= after.posted.items()
            assert before.positions <= after.positions
            for account in ACCOUNTS[:3]:
                assert before.counts[account] == after.counts[account]
        assert driver.acknowledged.messages.items() <= anew.posted.items()
        assert driver.acknowledged.tasks <= anew.tasks
    finally:
        loop.close()


async def _driver(mesh: Any, bots: dict[str, Bot], pool: Pool) -> Driver:
    driver = Driver(mesh, bots, pool)
    await driver.find()
    await driver.begin()
    return driver


async def _again(folder: Any, which: str, driver: Driver) -> Any:
    async with up(folder, which, BOTMESH_LOG_LEVEL="warning") as mesh:
        missing = await histories(mesh, driver.acknowledged)
        assert not missing, missing
        assert not await doctor(mesh, folder)
        return await shown(mesh, ACCOUNTS)


@pytest.mark.slow
@pytest.mark.languages
@pytest.mark.timeout(max(600, CALLS // 10))
def test_nothing_that_anybody_sends_breaks_a_mesh_or_a_bot(tmp_path):
    fuzz(
        tmp_path / "data",
        "uvloop",
        CALLS,
        languages(),
    )


@pytest.mark.slow
@pytest.mark.languages
@pytest.mark.timeout(max(600, CALLS // 10))
def test_nor_one_on_asyncios_own_loop(tmp_path):
    fuzz(tmp_path / "data", "asyncio", max(CALLS // 6, 200), ["python"])


def test_every_rpc_of_the_contract_is_called():
    assert {one.service.rpartition(".")[2] for one in METHODS} >= {
        "RegistryService",
        "AgentService",
        "ConversationService",
        "TaskService",
        "TeamService",
        "JournalService",
        "TraceService",
        "ProblemService",
    }
