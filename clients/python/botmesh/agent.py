"""What a bot author writes against: a name, skills, a few decorated functions, `run()`."""

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
from botmesh.calling.registry_client import RegistryClient
from botmesh.errors import BotmeshError, InvalidField
from botmesh.limits import Limits
from botmesh.names import check_agent, check_id, new_id
from botmesh.participant import Participant
from botmesh.policies import Endpoint
from botmesh.serving.agent_service import AgentServicer
from botmesh.serving.grpc_server import Server, run, tune_collector
from botmesh.serving.registration import Registration
from botmesh.serving.runs import BotFunction, Functions
from botmesh.settings import Settings, load
from botmesh.task import Task
from botmesh.telemetry.telemetry import Telemetry, TraceIdFilter
from botmesh.v1 import agent_card_pb2, instance_pb2
from botmesh.v1.agent_service_pb2_grpc import add_AgentServiceServicer_to_server
from botmesh.work.table import WorkTable

logger = logging.getLogger("botmesh")
SERVICE = "botmesh.v1.AgentService"
DRAIN_NOTICE_SECONDS = 0.3
"""Seconds that a draining instance keeps answering DRAINING, so that every caller's directory has seen the change."""
F = TypeVar("F", bound=Callable[..., Any])
_EXPOSURES = {"public": agent_card_pb2.EXPOSURE_PUBLIC, "internal": agent_card_pb2.EXPOSURE_INTERNAL}


def Skill(  # noqa: N802 - reads as the thing that it makes
    id: str,  # noqa: A002 - the contract's word
    description: str = "",
    *,
    name: str = "",
    examples: Sequence[str] = (),
    tags: Sequence[str] = (),
    languages: Sequence[str] = (),
    idempotent: bool = False,
) -> agent_card_pb2.Skill:
    """Something that an agent can do.

    Args:
        id: unique within the agent.
        description: what it does, in a sentence or two.
        name: for people; default the id.
        examples: utterances that it answers; they are what `find` matches.
        tags: key words.
        languages: BCP 47 tags; default the agent's.
        idempotent: whether doing it twice is harmless, so that it may be tried again elsewhere.
    """
    return agent_card_pb2.Skill(
        id=check_id("skill", id),
        name=name,
        description=description,
        examples=examples,
        tags=tags,
        languages=languages,
        idempotent=idempotent,
    )


class Agent:
    """A bot: what it is called, what it can do, and the functions that do it."""

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
            description: what it is for.
            skills: what it can do.
            version: its own version.
            exposure: "public" (may own conversations) or "internal" (only other agents reach it).
            account: the tenant; default from the settings, once it starts.
            shared: whether other accounts see it.
            tags: key words of the bot as a whole.
            languages: BCP 47 tags.
            limits: narrower limits than the mesh's by their names, {"max_hops": 3}.
            capacity: with this many tasks running it says that it is busy; None: never.
            settings: all settings at once; default from file, environment and config.csv.

        Raises:
            InvalidField: a name or limit is malformed.
        """
        if exposure not in _EXPOSURES:
            raise ValueError(f"exposure must be public or internal but is {exposure!r}")
        self._settings = settings
        self.functions = Functions()
        self.instance_id = new_id()
        self.address = ""
        self.capacity = capacity
        """Tasks at which it says that it is busy; None: never."""
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
        self._running: _Running | None = None

    @property
    def name(self) -> str:
        """The agent's name."""
        return self.card.name

    @property
    def settings(self) -> Settings:
        """Its settings, read from file, environment and config.csv when they are first needed."""
        if self._settings is None:
            self._settings = load()
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings

    def narrow(self, limits: Limits) -> Limits:
        """`limits`, no wider than the bot's own."""
        return limits.narrow(self._limits)

    def on_delegate(self, function: F) -> F:
        """Let `function` do the tasks that are delegated to this bot.

        It takes a Task (or, if its parameter is annotated `str`, the task's text) and returns text, a dict, parts
        or a Reply; an async generator yields them piece by piece.
        """
        self.functions.delegate = _taking_text(function)
        self.card.capabilities.streaming = inspect.isasyncgenfunction(function)
        return function

    def on_turn(self, function: F) -> F:
        """Let `function` answer the contacts whose conversations this bot owns.

        It takes a Conversation and answers as a delegation does, or returns botmesh.NOT_MINE. A bot without one
        answers turns with its `on_delegate` function.
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
        """Let `function` hear what is broadcast to this bot; it takes a Task and returns nothing."""
        self.functions.notify = _taking_text(function)
        return function

    def on_receipt(self, function: F) -> F:
        """Let `function` hear how the tasks ended that this bot has submitted.

        It takes a Task: `task_id` says which, the text is the answer or what went wrong, and the context has the
        `state` ("completed", "failed", "canceled", "rejected") and the error's `reason`. It returns nothing. A bot
        without one hears of it in its `on_notify` function.
        """
        self.functions.receipt = _taking_text(function)
        return function

    def on_transfer(self, function: F) -> F:
        """Let `function` decide about offered conversations.

        It takes a Task and the offer (botmesh.v1 TransferOffer) and returns True or None to accept, False or a
        reason to decline. It may be asked twice for one offer: deciding must have no side effects.
        """
        self.functions.transfer = function
        self.card.capabilities.transfer = True
        return function

    def on_start(self, function: F) -> F:
        """Await `function()` before the bot takes work."""
        self._on_start.append(function)
        return function

    def on_stop(self, function: F) -> F:
        """Await `function()` after the bot's last work."""
        self._on_stop.append(function)
        return function

    async def start(self, *, directory: Directory | None = None) -> str:
        """Serve and register; the address as bound.

        Returns as soon as the bot serves: the registry may still be on its way (see `listed`).

        Args:
            directory: whom the bot can call, if there is no registry to register with and to ask.

        Raises:
            BotmeshError: the address is in use, or the registry refuses the bot.
        """
        if self._running is not None:
            raise RuntimeError(f"{self.name} runs already")
        for function in self._on_start:
            await function()
        self._running = _Running(self, directory)
        try:
            self.address = await self._running.start()
        except BaseException:
            await self.stop(drain=False)
            raise
        return self.address

    async def listed(self) -> None:
        """Return when the registry has found the bot at its address: others can call it from now on."""
        if self._running is not None and self._running.registration is not None:
            await self._running.registration.listed.wait()

    async def stop(self, *, drain: bool = True) -> None:
        """Take no new work, finish what runs (`drain`) or end it, and leave. Nothing happens if it does not run."""
        running, self._running = self._running, None
        if running is not None:
            await running.stop(self.settings.drain_timeout if drain else 0.0)
            for function in self._on_stop:
                await function()

    def run(self) -> None:
        """Serve until SIGTERM (finish what runs, then leave) or Ctrl-C (leave at once)."""
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
        if not leaving.done():  # a second signal: nobody wants to wait any longer
            leaving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leaving

    async def _announce(self) -> None:
        await self.listed()
        print(f"{self.name} ready at {self.address} (instance {self.instance_id})", flush=True)


class _Running:
    """The parts of an agent that serves."""

    def __init__(self, agent: Agent, directory: Directory | None) -> None:
        settings = agent.settings
        self.agent = agent
        agent.card.account_id = agent.card.account_id or settings.account
        self.endpoint = Endpoint(
            Telemetry(agent.name, agent.instance_id),
            account=agent.card.account_id,
            agent=agent.name,
            instance=agent.instance_id,
            shared=agent.card.shared,
            works=WorkTable(
                settings.idempotency_ttl,
                settings.idempotency_entries,
                settings.idempotency_bytes,
                settings.orphan_grace,
            ),
        )
        self.registry = None if directory is not None else RegistryClient(settings.registry, self.endpoint)
        self.participant = Participant(
            self.endpoint, settings, registry=self.registry, directory=directory, narrow=agent.narrow
        )
        self.participant.learn(Limits())
        self.registration: Registration | None = None
        self.server = Server(agent.name, endpoint=self.endpoint)
        servicer = AgentServicer(agent.card, agent.functions, self.participant.client, lambda: self.state()[0])
        add_AgentServiceServicer_to_server(servicer, self.server.grpc)

    def state(self) -> tuple[instance_pb2.Readiness, instance_pb2.Load]:
        """How ready the instance is, and how much it has to do."""
        running = len(self.endpoint.works.running)
        capacity = self.agent.capacity
        readiness = instance_pb2.READINESS_READY
        if self.endpoint.draining:
            readiness = instance_pb2.READINESS_DRAINING
        elif capacity is not None and running >= capacity:
            readiness = instance_pb2.READINESS_BUSY
        return readiness, instance_pb2.Load(in_flight=running, recent_failures=self.endpoint.stats.recent_failures())

    async def start(self) -> str:
        settings = self.agent.settings
        address = await self.server.start(settings.bind, [SERVICE])
        if self.registry is not None:
            advertised = settings.advertise or _reachable(address)
            self.registration = Registration(
                self.registry,
                self.agent.card,
                self.agent.instance_id,
                advertised,
                self.state,
                takes_links=settings.links,
            )
            self.registration.on_limits = self.participant.learn
            self.registration.on_trace_endpoint = self.endpoint.telemetry.export_to
            await self.registration.start()
        return address

    async def stop(self, drain_timeout: float) -> None:
        self.endpoint.draining = True
        if self.registration is not None:
            self.registration.tell_soon()
        if drain_timeout:
            await self.server.set_serving(False)
        notice = asyncio.create_task(
            asyncio.sleep(DRAIN_NOTICE_SECONDS if drain_timeout and self.registration is not None else 0)
        )
        await self.endpoint.works.drain(drain_timeout)
        await notice
        if self.registration is not None:
            await self.registration.stop()
        await self.participant.directory.close()
        await self.server.stop(grace=0.5)
        await self.participant.client.close()
        if self.registry is not None:
            await self.registry.close()


def _reachable(address: str) -> str:
    """What to register where nothing is said: the address as bound, if others can call that.

    Raises:
        InvalidField: it stands for all addresses of this machine.
    """
    if address.startswith(("0.0.0.0:", "[::]:")):
        raise InvalidField(
            f"{address} stands for all addresses of this machine: set advertise to the one that others reach",
            field="advertise",
        )
    return address


def _taking_text(function: Callable[..., Any]) -> BotFunction:
    """`function`, given the task's text if that is what its parameter is annotated with."""
    if not (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
        raise TypeError(f"{function.__name__} must be an async function or an async generator")
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    if not parameters or parameters[0].annotation is not str:
        return function

    def with_text(task: Task) -> Awaitable[Any] | AsyncIterator[Any]:
        answer: Awaitable[Any] | AsyncIterator[Any] = function(task.text)
        return answer

    return with_text
