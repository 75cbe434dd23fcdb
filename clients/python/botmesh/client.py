"""Asking agents: delegate, stream, send, find. The same words inside a delegation (Task) and outside one (Mesh)."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from botmesh.caller import Ask, Caller
from botmesh.chain import Chain
from botmesh.directory import Directory
from botmesh.errors import RegistryUnreachable
from botmesh.interceptors import Call, End
from botmesh.limits import Limits
from botmesh.names import check_id, new_id
from botmesh.parts import Content, to_parts, to_struct
from botmesh.peers import Peers
from botmesh.registry import RegistryClient
from botmesh.reply import Event, Pieces, Reply
from botmesh.settings import Settings, load
from botmesh.telemetry import Telemetry, trace_id_of
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1 import message_pb2
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_pb2 import Agent


class Options(TypedDict, total=False):
    """What can be said of a delegation, besides whom and what."""

    timeout: float | None
    """Seconds; the default is the mesh's (30), never more than what is left of the parent's."""
    context: Mapping[str, Any] | None
    """Variables for the callee: what JSON can hold."""
    skill: str
    """The callee's skill that is meant."""
    conversation_id: str
    """The conversation; inside a delegation the same as its own."""
    message_id: str
    """The idempotency key; the same one again joins the work or gets the same reply."""
    max_hops: int | None
    """The most hops of the whole chain, if fewer than the mesh allows."""


@dataclass(frozen=True, slots=True)
class Match:
    """An agent that fits an utterance."""

    name: str
    """What to delegate to."""
    score: float
    """Greater is better; comparable within one answer only."""
    skill_id: str
    """The skill that fits best."""
    card: AgentCard
    confidence: float = 1.0
    """How sure the registry is that the skill is meant, 0 to 1; comparable between answers."""


class ReplyStream:
    """The events of a streamed reply: iterate it once. Leaving early cancels the callee.

    `async with` makes leaving immediate; without it the callee is cancelled when the stream is dropped.
    """

    def __init__(self, events: AsyncGenerator[tuple[pb.DelegateStreamResponse, Call]], spent: Callable[[Reply], None]):
        """Read from `events`; `spent` is told the usage at the end."""
        self._source = self._read(events, spent)
        self._reply: Reply | None = None

    @property
    def reply(self) -> Reply:
        """The whole reply, once the events have ended.

        Raises:
            RuntimeError: they have not.
        """
        if self._reply is None:
            raise RuntimeError("the stream has not ended: iterate it to the end before asking for its reply")
        return self._reply

    def __aiter__(self) -> AsyncIterator[Event]:
        """The events, once."""
        return self._source

    async def __aenter__(self) -> Self:
        """Nothing is sent before the first event is asked for."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cancel the callee if it still runs."""
        await self.aclose()

    async def aclose(self) -> None:
        """Cancel the callee if it still runs."""
        await self._source.aclose()

    async def _read(
        self, events: AsyncGenerator[tuple[pb.DelegateStreamResponse, Call]], spent: Callable[[Reply], None]
    ) -> AsyncGenerator[Event, None]:
        pieces = Pieces()
        try:
            async for response, call in events:
                kind = response.WhichOneof("event")
                if kind == "partial":
                    pieces.add(response.partial.part, append=response.partial.append)
                    yield Event(part=response.partial.part, append=response.partial.append)
                elif kind == "progress":
                    done = response.progress
                    yield Event(progress=done.text, fraction=done.fraction if done.HasField("fraction") else None)
                elif kind == "reset":
                    pieces.reset()
                    yield Event(reset=response.reset.reason or "the work runs again")
                elif kind == "reply":
                    self._reply = Reply.from_proto(pieces.whole(response.reply), trace_id_of(call.span))
                    spent(self._reply)
                    for part in response.reply.message.payload:
                        yield Event(part=part)
        finally:
            await events.aclose()


class Asking(ABC):
    """What both a Task and a Mesh can do."""

    _caller: Caller

    @abstractmethod
    def _ask(self, agent: str, timeout: float | None, conversation_id: str) -> Ask:
        """An ask of `agent` with an empty message, in the chain that this continues or starts."""

    def _spent(self, reply: Reply) -> None:  # noqa: B027 - a client need not
        """Take note of what an answer cost."""

    async def delegate(self, agent: str, content: Content = None, **options: Unpack[Options]) -> Reply:
        """Ask an agent to do a task and wait for its reply.

        Args:
            agent: a name, or account/name for one that another account shares.
            content: text, a dict, parts, or several of them.
            **options: see Options.

        Raises:
            BotmeshError: refused or failed; see botmesh.errors for the tree.
        """
        ask = self._compose(agent, content, options)
        request = pb.DelegateRequest(message=ask.message)
        response, call = await self._caller.unary("Delegate", ask, request, pb.DelegateResponse.FromString)
        reply = Reply.from_proto(response.reply, trace_id_of(call.span))
        self._spent(reply)
        return reply

    def stream(self, agent: str, content: Content = None, **options: Unpack[Options]) -> ReplyStream:
        """As `delegate`, with the reply as it comes."""
        return ReplyStream(self._caller.stream(self._compose(agent, content, options)), self._spent)

    async def send(self, agent: str, content: Content = None, **options: Unpack[Options]) -> str:
        """Delegate without waiting for the result: returns when the callee has taken the work.

        The work goes on under `timeout` and ends with it. Returns the message id.
        """
        ask = self._compose(agent, content, options)
        await self._caller.unary("Notify", ask, pb.NotifyRequest(message=ask.message), pb.NotifyResponse.FromString)
        return ask.message.message_id

    async def find(
        self,
        query: str,
        *,
        tags: Sequence[str] = (),
        languages: Sequence[str] = (),
        limit: int = 5,
        min_confidence: float | None = None,
    ) -> list[Match]:
        """The active agents whose skills fit an utterance, best first; empty if none fits.

        Args:
            query: what somebody said.
            tags: only agents with all of these.
            languages: only agents that speak one of these, or name none.
            limit: how many at most, 1 to 100.
            min_confidence: 0 to 1; default 0.5; with 0 all that share a word with the query.

        Raises:
            RegistryUnreachable: the registry does not answer.
        """
        directory = self._caller.directory
        if directory.registry is None:
            raise RegistryUnreachable("finding agents needs a registry, and here is none")
        found = await directory.registry.find(directory.account, query, tags, languages, limit, min_confidence)
        account = directory.account
        return [
            Match(
                one.card.name if one.card.account_id == account else f"{one.card.account_id}/{one.card.name}",
                one.score,
                one.skill_id,
                one.card,
                one.confidence,
            )
            for one in found
        ]

    def _compose(self, agent: str, content: Content, options: Options) -> Ask:
        ask = self._ask(agent, options.get("timeout"), options.get("conversation_id", ""))
        ask.chain = ask.chain.narrowed(options.get("max_hops"))
        message, message_id = ask.message, options.get("message_id", "")
        message.to_agent = agent.rpartition("/")[2]
        message.message_type = message_pb2.MESSAGE_TYPE_DELEGATE
        message.payload.extend(to_parts(content))
        message.correlation_id = ask.chain.correlation_id
        message.timestamp.GetCurrentTime()
        message.message_id = check_id("message_id", message_id) if message_id else new_id()
        message.conversation_id = ask.chain.conversation_id
        message.account_id = ask.chain.account_id
        message.skill_id = options.get("skill", "")
        variables = to_struct(options.get("context"))
        if variables is not None:
            message.context.CopyFrom(variables)
        return ask


class Mesh(Asking):
    """A client of the mesh that is no agent: every delegation starts a chain."""

    def __init__(self, end: End, directory: Directory, settings: Settings) -> None:
        """Use `connect` to make one."""
        self._end = end
        self._caller = Caller(end, directory, Peers(settings.set_aside), settings.connect_timeout)

    @property
    def directory(self) -> Directory:
        """The watched copy of the registry."""
        return self._caller.directory

    def agents(self) -> list[Agent]:
        """The agents in the watched copy, by account and name."""
        return self.directory.agents()

    def _ask(self, agent: str, timeout: float | None, conversation_id: str) -> Ask:
        if conversation_id:
            check_id("conversation_id", conversation_id)
        chain = Chain.root(self._end.account, conversation_id)
        return Ask(agent, message_pb2.Message(), chain, timeout)

    async def close(self) -> None:
        """Close all connections and export the last spans."""
        await self.directory.close()
        await self._caller.close()
        if self.directory.registry is not None:
            await self.directory.registry.close()
        await self._end.telemetry.stop()


class connect:  # noqa: N801 - reads as the verb it is: `async with botmesh.connect() as mesh`
    """Connects to a mesh: `async with botmesh.connect() as mesh: await mesh.delegate(...)`.

    Args:
        registry: IP and port of the registry; default from the settings.
        account: the tenant; default from the settings.
        settings: all settings at once; default from file and environment.
        name: what traces call this client.

    Raises:
        RegistryUnreachable: no registry answers within 5 s.
    """

    def __init__(
        self,
        registry: str | None = None,
        *,
        account: str | None = None,
        settings: Settings | None = None,
        name: str = "botmesh-client",
    ) -> None:
        """Nothing happens before `async with`."""
        self._settings = settings or load()
        self._registry = registry or self._settings.registry
        self._account = check_id("account", account or self._settings.account)
        self._name = name

    async def __aenter__(self) -> Mesh:
        """The mesh, with a first copy of its agents."""
        telemetry = Telemetry(self._name)
        narrowing = self._settings.narrowing
        end = End(telemetry, account=self._account, limits=Limits().narrow(narrowing))
        directory = Directory(self._account, RegistryClient(self._registry, end))
        end.targets = directory

        def learn(limits: Limits) -> None:
            end.ceiling, end.limits = limits, limits.narrow(narrowing)

        directory.on_limits = learn
        directory.on_trace_endpoint = telemetry.export_to
        self._mesh = Mesh(end, directory, self._settings)
        try:
            await directory.ready()
        except BaseException:
            await self._mesh.close()
            raise
        return self._mesh

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the mesh."""
        await self._mesh.close()
