"""A bot: its name and skills, the functions that do its work, and `run()`."""

import asyncio
import contextlib
import inspect
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from botmesh import limits as limits_module
from botmesh.calling.directory import Directory
from botmesh.errors import BotmeshError
from botmesh.limits import Limits
from botmesh.names import check_agent, check_id, new_id
from botmesh.serving.grpc_server import run, tune_collector
from botmesh.serving.running_agent import RunningAgent
from botmesh.serving.runs import BotFunction, Functions
from botmesh.settings import Settings, load
from botmesh.task import Task
from botmesh.telemetry.telemetry import TraceIdFilter
from botmesh.v1 import agent_card_pb2

F = TypeVar("F", bound=Callable[..., Any])
_EXPOSURES = {"public": agent_card_pb2.EXPOSURE_PUBLIC, "internal": agent_card_pb2.EXPOSURE_INTERNAL}


class Agent:
    """A bot: its name, its skills, and the functions that do its work."""

    def __init__(
        self,
        name: str,
        *,
        description: str = "",
        skills: Sequence[agent_card_pb2.Skill] = (),
        version: str = "",
        exposure: str = "public",
        account: str | None = None,
        shared: bool = False,
        tags: Sequence[str] = (),
        languages: Sequence[str] = (),
        limits: Mapping[str, float] | None = None,
        capacity: int | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Describe the bot.

        Args:
            name: a DNS label, "billing-bot".
            description: the bot's purpose, in a sentence or two.
            skills: what the bot can do.
            version: the bot's own version.
            exposure: "public" (may own conversations) or "internal" (only other agents reach it).
            account: the bot's account; default from the settings, when the bot starts.
            shared: whether other accounts see the bot.
            tags: key words of the bot as a whole.
            languages: BCP 47 tags.
            limits: limits narrower than the mesh's by their names, {"max_hops": 3}.
            capacity: the number of running tasks at which the bot reports that it is busy; None: never.
            settings: all settings at once; default from file, environment and config.csv.

        Raises:
            InvalidField: a name or limit is malformed.
            ValueError: the exposure is neither of the two.
        """
        if exposure not in _EXPOSURES:
            raise ValueError(f"exposure must be public or internal but is {exposure!r}")
        self._settings = settings
        self.functions = Functions()
        self.instance_id = new_id()
        self.address = ""
        self.capacity = capacity
        """The number of running tasks at which the bot reports that it is busy; None: never."""
        self._on_start: list[Callable[[], Awaitable[None]]] = []
        self._on_stop: list[Callable[[], Awaitable[None]]] = []
        self._limits = limits_module.partial(limits or {})
        self.card = agent_card_pb2.AgentCard(
            account_id=check_id("account", account) if account else "",
            name=check_agent("name", name),
            description=description,
            version=version,
            exposure=_EXPOSURES[exposure],
            skills=skills,
            tags=tags,
            languages=languages,
            limits=self._limits,
            shared=shared,
        )
        self._running: RunningAgent | None = None

    @property
    def name(self) -> str:
        """The agent's name."""
        return self.card.name

    @property
    def settings(self) -> Settings:
        """The bot's settings, read from file, environment and config.csv when they are first needed."""
        if self._settings is None:
            self._settings = load()
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings

    def narrow(self, limits: Limits) -> Limits:
        """Return `limits`, narrowed by the bot's own limits."""
        return limits.narrow(self._limits)

    def on_delegate(self, function: F) -> F:
        """Let `function` do the tasks that are delegated to this bot.

        The function takes a Task (or, if its parameter is annotated `str`, the task's text) and returns text, a dict,
        parts or a Reply. An async generator yields them piece by piece.

        Raises:
            TypeError: the function is neither async nor an async generator.
        """
        self.functions.delegate = _taking_text(function)
        self.card.capabilities.streaming = inspect.isasyncgenfunction(function)
        return function

    def on_turn(self, function: F) -> F:
        """Let `function` answer the contacts whose conversations this bot owns.

        The function takes a Conversation. It returns what an `on_delegate` function returns, or botmesh.NOT_MINE. A
        bot without such a function answers turns with its `on_delegate` function.
        """
        self.functions.turn = _taking_text(function)
        self.card.capabilities.transfer = True
        return function

    def on_intent(self, intent: str) -> Callable[[F], F]:
        """Let the decorated function answer the first turn of a transfer that names `intent`."""

        def keep(function: F) -> F:
            self.functions.intents[intent] = _taking_text(function)
            return function

        return keep

    def on_notify(self, function: F) -> F:
        """Let `function` receive what is broadcast to this bot. It takes a Task, and its result is ignored."""
        self.functions.notify = _taking_text(function)
        return function

    def on_receipt(self, function: F) -> F:
        """Let `function` receive the receipts of the tasks that this bot has submitted.

        The function takes a Task. Its `task_id` names the submitted task, its text is the answer or the error's text,
        and its context has the `state` ("completed", "failed", "canceled", "rejected") and the error's `reason`. The
        result of the function is ignored. A bot without such a function gets receipts in its `on_notify` function.
        """
        self.functions.receipt = _taking_text(function)
        return function

    def on_transfer(self, function: F) -> F:
        """Let `function` decide about offered conversations.

        The async function takes a Task and the offer (botmesh.v1 TransferOffer). It returns True or None to accept,
        and False or a reason to decline. It must have no side effects, because it may run twice for one offer.
        """
        self.functions.transfer = function
        self.card.capabilities.transfer = True
        return function

    def on_start(self, function: F) -> F:
        """Await `function()`, an async function without parameters, before the bot takes work."""
        self._on_start.append(function)
        return function

    def on_stop(self, function: F) -> F:
        """Await `function()`, an async function without parameters, after the bot's last work."""
        self._on_stop.append(function)
        return function

    async def start(self, *, directory: Directory | None = None) -> str:
        """Serve and register, and return the address as bound, "127.0.0.1:40123".

        The method returns as soon as the bot serves. The registry may list the bot later (see `listed`).

        Args:
            directory: the agents that the bot can call, if there is no registry.

        Raises:
            BotmeshError: the address is in use, or the registry refuses the bot.
            RuntimeError: the bot runs already.
        """
        if self._running is not None:
            raise RuntimeError(f"{self.name} runs already")
        for function in self._on_start:
            await function()
        self.card.account_id = self.card.account_id or self.settings.account
        self._running = RunningAgent(
            self.card,
            self.functions,
            self.instance_id,
            self.settings,
            capacity=lambda: self.capacity,
            narrow=self.narrow,
            directory=directory,
        )
        try:
            self.address = await self._running.start()
        except BaseException:
            await self.stop(drain=False)
            raise
        return self.address

    async def listed(self) -> None:
        """Return when the registry has reached the bot at its address, so that other agents can call it."""
        if self._running is not None and self._running.registration is not None:
            await self._running.registration.listed.wait()

    async def stop(self, *, drain: bool = True) -> None:
        """Refuse new work, finish running work (`drain`) or cancel it, and leave the mesh.

        A bot that does not run is left as it is. The setting `drain_timeout` bounds the wait for running work.
        """
        running, self._running = self._running, None
        if running is not None:
            await running.stop(self.settings.drain_timeout if drain else 0.0)
            for function in self._on_stop:
                await function()

    def run(self) -> None:
        """Serve until SIGTERM (finish running work, then leave) or Ctrl-C (leave at once)."""
        try:
            logging.basicConfig(
                stream=sys.stderr,
                level=self.settings.log_level.upper(),
                format="%(asctime)s %(levelname)s %(name)s [%(trace_id)s] %(message)s",
            )
            for handler in logging.getLogger().handlers:
                handler.addFilter(TraceIdFilter())
            run(self._run())
        except BotmeshError as error:
            sys.exit(f"{self.name}: {error}")

    async def _run(self) -> None:
        stopping: asyncio.Queue[bool] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        for name, drain in ((signal.SIGTERM, True), (signal.SIGINT, False)):
            loop.add_signal_handler(name, stopping.put_nowait, drain)
        await self.start()
        tune_collector()
        announcing = asyncio.create_task(self._announce())
        drain = await stopping.get()
        announcing.cancel()
        leaving = asyncio.create_task(self.stop(drain=drain))
        again = asyncio.create_task(stopping.get())
        await asyncio.wait([leaving, again], return_when=asyncio.FIRST_COMPLETED)
        again.cancel()
        if not leaving.done():  # a second signal ends the wait
            leaving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leaving

    async def _announce(self) -> None:
        await self.listed()
        print(f"{self.name} ready at {self.address} (instance {self.instance_id})", flush=True)


def _taking_text(function: Callable[..., Any]) -> BotFunction:
    """Wrap `function` so that it gets the task's text, if its first parameter is annotated `str`.

    Raises:
        TypeError: the function is neither async nor an async generator.
    """
    if not (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
        raise TypeError(f"{function.__name__} must be an async function or an async generator")
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    if not parameters or parameters[0].annotation is not str:
        return function

    def with_text(task: Task) -> Awaitable[Any] | AsyncIterator[Any]:
        answer: Awaitable[Any] | AsyncIterator[Any] = function(task.text)
        return answer

    return with_text
