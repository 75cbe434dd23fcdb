"""Makes calls against a mesh that runs, checks what must hold for each, and makes those that fail small."""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from h2.exceptions import ProtocolError

import botmesh
from botmesh.errors import InvalidField
from botmesh.fields import check_fields
from botmesh.names import new_id
from botmesh.settings import load
from botmesh.status import error_info
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1 import registry_service_pb2 as registry_pb
from botmesh.v1 import task_service_pb2 as task_api
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.message_pb2 import Message
from botmesh.v1.part_pb2 import Part
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub
from tests.attacks.frames import raw_call
from tests.attacks.up import Up
from tests.fuzz.messages import METHODS, Call, Seen
from tests.fuzz.pool import CALM, Pool
from tests.fuzz.processes import Bot, mebibytes, trouble

GRACE = 5.0
"""Seconds that a call may take beyond its deadline, and that anything of those who behave may take."""
PATIENCE = 6.0
"""Seconds after which a call without a deadline, or with one far off, is given up here."""
MOST_MEMORY = 700.0
"""MiB of the mesh."""
MOST_FAILURES = 5
"""Kinds of failures after which it ends."""
AT_ONCE = 24
_WAITING = frozenset(
    {"Post", "WaitTask", "WatchTask", "WatchConversations", "WatchAgents", "Delegate", "DelegateStream", "Notify",
     "Transfer", "TransferConversation", "HandBack", "DelegateToSkill", "Consult", "Collaborate", "Broadcast", "Cancel",
     "CancelTask"}
)  # fmt: skip
"""Methods that may wait for an agent, or for news."""
_OF_GRPC = frozenset({grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})
"""What gRPC says by itself, without us."""
_OWN_TROUBLE = "Internal error from Core"
"""What grpc.aio says here where a stream ended while it was still being written."""
_TOO_LARGE = re.compile("larger than max|exceeds (hard|soft) limit|with status: 431|GOAWAY received")
"""How gRPC refuses what is too large for it: before us."""
_BUGS = ("2", "13")
"""UNKNOWN and INTERNAL, as they stand in trailers."""
_ROUNDS = 120
"""Calls that are spent on making a failing one smaller."""


_METHOD = {one.name: one for one in METHODS if one.is_ours}
_HELLO = [Part(text="hello")]


@dataclass
class Failure:
    """A rule that was broken."""

    rule: str
    text: str
    call: Call | None = None
    log: str = ""

    @property
    def kind(self) -> str:
        """The same for failures that have one cause, as far as one can tell."""
        where = f"{self.call.target} {self.call.method.path}" if self.call else ""
        return f"{self.rule} {where} {re.sub(r'[0-9]+', '', self.text)[:80]}"

    def __str__(self) -> str:
        parts = [f"{self.rule}: {self.text}", f"by {self.call}" if self.call else "", self.log]
        return "\n".join(part for part in parts if part)


@dataclass
class Acknowledged:
    """What the mesh said that it has taken in."""

    messages: dict[tuple[str, str], int] = field(default_factory=dict)
    """By conversation and message: its sequence."""
    tasks: set[tuple[str, str]] = field(default_factory=set)


class Driver:
    """Calls everything of a mesh and of its bots, raw."""

    def __init__(self, mesh: Up, bots: dict[str, Bot], pool: Pool) -> None:
        self.mesh = mesh
        self.bots = bots
        self.pool = pool
        self.seen = Seen()
        self.acknowledged = Acknowledged()
        self.failures: list[Failure] = []
        self.recent: deque[Call] = deque(maxlen=4 * AT_ONCE)
        self.peak = 0.0
        self.made = 0
        self._news: deque[tuple[Any, Any]] = deque(maxlen=2_000)
        """Answers that the pool has not taken in: it is hypothesis' thread that reads it."""
        self._addresses = {"mesh": mesh.address}
        self._channels: dict[str, grpc.aio.Channel] = {"mesh": _channel(mesh.address)}
        self._logs: dict[str, int] = {}
        """How much of each log was looked at."""

    async def find(self) -> None:
        """Wait until all bots are listed, and connect to them."""
        stub = RegistryServiceStub(self._channels["mesh"])
        for name in self.bots:
            async with asyncio.timeout(60):
                while True:
                    with suppress(grpc.aio.AioRpcError):
                        found = await stub.GetAgent(registry_pb.GetAgentRequest(name=name), timeout=5)
                        if found.agent.instances:
                            break
                    await asyncio.sleep(0.1)
            self._addresses[name] = found.agent.instances[0].address
            self._channels[name] = _channel(found.agent.instances[0].address)
            self.pool.add("address", found.agent.instances[0].address)
            self.pool.add("instance_id", found.agent.instances[0].instance_id)

    async def begin(self) -> None:
        """Conversations and tasks of every kind, so that there is something to be wrong about."""
        for number in range(12):
            account = ("default", "other")[number % 3 == 2]
            context = {"script": [{"op": "echo"}, {"op": "sleep", "seconds": number % 4}]}
            post = api.PostRequest(
                account_id=account, contact_id=f"contact-{number}", message_id=new_id(), context=context, payload=_HELLO
            )
            await self.make(Call(_METHOD["Post"], "mesh", post))
        self.learn()
        for number, entity in enumerate(list(self.pool.entities["conversation"])):
            one = entity["conversation_id"]
            if number % 3 == 0:
                await self.make(Call(_METHOD["SetMode"], "mesh", api.SetModeRequest(conversation_id=one, mode=2)))
                await self.make(Call(_METHOD["Post"], "mesh", api.PostRequest(conversation_id=one, payload=_HELLO)))
            elif number % 3 == 1:
                wanted = api.TransferConversationRequest(conversation_id=one, target={"desk": ""})
                await self.make(Call(_METHOD["TransferConversation"], "mesh", wanted))
            await self.make(Call(_METHOD["GetConversation"], "mesh", api.GetConversationRequest(conversation_id=one)))
        for name in self.bots:
            for script in ([], [{"op": "sleep", "seconds": 1}], [{"op": "fail"}]):
                message = Message(to_agent=name, message_id=new_id(), context={"script": script}, payload=_HELLO)
                await self.make(Call(_METHOD["SubmitTask"], "mesh", task_api.SubmitTaskRequest(message=message)))
        self.learn()

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()

    async def make(self, call: Call) -> None:
        """Make a call; a rule that it breaks is noted."""
        self.recent.append(call)
        self.made += 1
        try:
            failure = await self.check(call)
        except Exception as error:
            failure = Failure("the fuzzer itself failed", repr(error), call)
        if failure is not None:
            self.note(failure)

    def note(self, failure: Failure) -> None:
        """Keep one failure of each kind."""
        if failure.kind not in {one.kind for one in self.failures}:
            self.failures.append(failure)

    @property
    def is_over(self) -> bool:
        """Whether enough has failed."""
        return len(self.failures) >= MOST_FAILURES or any(one.rule == "a process ends" for one in self.failures)

    async def check(self, call: Call) -> Failure | None:
        """Make a call; the rule that it breaks."""
        began = time.monotonic()
        patience = min(call.timeout or PATIENCE, PATIENCE)
        try:
            async with asyncio.timeout(patience + GRACE):
                failure, ending = await self._made(call, patience)
        except TimeoutError:
            return Failure("a call outlives its deadline", f"{time.monotonic() - began:.1f} s", call)
        self.seen.add(call.method, ending)
        return failure

    async def _made(self, call: Call, patience: float) -> tuple[Failure | None, str]:
        if call.raw:
            return await self._made_raw(call, patience)
        responses: list[Any] = []
        rpc = self._start(call)
        giving_up = asyncio.get_running_loop().call_later(
            patience if call.cancel_after is None else call.cancel_after, rpc.cancel
        )
        began = time.monotonic()
        try:
            if call.method.gives_many:
                async for response in rpc:
                    responses.append(self._read(call, response))
                    if len(responses) > call.leave_after:
                        rpc.cancel()
                        break
            else:
                responses.append(self._read(call, await rpc))
        except grpc.aio.AioRpcError as error:
            return self._judge(call, error, time.monotonic() - began, patience), error.code().name
        except asyncio.CancelledError:
            if not rpc.cancelled():
                raise
            long = call.cancel_after is None and call.method.name not in _WAITING
            if long and patience > 2 and time.monotonic() - began >= patience - 0.5:
                return Failure("a call that waits for nobody is not answered", f"{patience} s", call), "STUCK"
            return None, "left"
        except InvalidField as error:
            return Failure("an answer holds what nobody may send", str(error), call), "WRONG"
        except (json_format.Error, ValueError, TypeError) as error:
            return Failure("an answer cannot be printed as JSON", repr(error), call), "WRONG"
        finally:
            giving_up.cancel()
            for response in responses:
                self._remember(call, response)
        return None, "OK"

    async def _made_raw(self, call: Call, patience: float) -> tuple[Failure | None, str]:
        """As bare frames; what gRPC itself refuses has no status at all."""
        try:
            fields = await raw_call(self._addresses[call.target], call.method.path, call.data, call.metadata, patience)
        except (TimeoutError, OSError, ProtocolError) as error:
            return None, f"raw {type(error).__name__}"
        status = dict(fields).get("grpc-status", "")
        if status in _BUGS and not call.may_crash:
            return Failure("INTERNAL or UNKNOWN is a bug", str(fields), call), status
        is_work = call.method.of_agent and call.method.name in ("Delegate", "Notify", "Transfer")
        if status == "0" and is_work and any(byte > 127 for _, value in call.metadata for byte in value):
            return Failure("metadata that cannot be read is taken as absent", str(fields), call), status
        return None, f"raw {status}"

    def _start(self, call: Call) -> Any:
        channel, method = self._channels[call.target], call.method
        kind = channel.unary_stream if method.gives_many else channel.unary_unary
        if method.takes_many:
            kind = channel.stream_stream if method.gives_many else channel.stream_unary
        stub = kind(method.path, request_serializer=bytes, response_deserializer=bytes)
        data = call.data
        request = _several(data) if method.takes_many else data
        return stub(request, timeout=call.timeout, metadata=call.metadata or None)

    def _read(self, call: Call, data: bytes) -> Any:
        response = call.method.response.FromString(data)
        if call.method.is_ours and len(data) < 65_536:
            check_fields(response)
            json.dumps(json_format.MessageToDict(response), allow_nan=False)
        return response

    def _judge(self, call: Call, error: grpc.aio.AioRpcError, took: float, patience: float) -> Failure | None:
        code, text = error.code(), error.details() or ""
        info = error_info(error)
        if text == _OWN_TROUBLE or (info is None and _TOO_LARGE.search(text)):
            return None
        if code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN):
            if info is not None and info.reason == "AGENT_ERROR" and (call.may_crash or call.method.of_agent is False):
                return None if call.may_crash else Failure("an agent failed inside", text, call)
            return Failure(f"{code.name} is a bug", f"{text} ({info and info.reason})", call)
        if code is grpc.StatusCode.DEADLINE_EXCEEDED and info is None:
            if patience > 2 and call.method.name not in _WAITING:
                return Failure("a call that waits for nobody is not answered", f"{took:.1f} s", call)
            return None
        if info is None and code not in _OF_GRPC and call.method.is_ours:
            return Failure("a refusal without ErrorInfo", f"{code.name}: {text}", call)
        return None

    def _remember(self, call: Call, response: Any) -> None:
        self._news.append((response, call.request))
        name = response.DESCRIPTOR.name
        if name == "PostResponse" and response.HasField("accepted"):
            accepted = response.accepted
            self.acknowledged.messages[accepted.conversation_id, accepted.message_id] = accepted.sequence
        elif name == "SubmitTaskResponse":
            self.acknowledged.tasks.add((response.task.account_id, response.task.task_id))

    def learn(self) -> None:
        """Let the pool take in what the answers have named."""
        while self._news:
            self.pool.take_in(*self._news.popleft())

    # Processes.

    def look(self) -> Failure | None:
        """What is wrong with a process since the last look."""
        memory = mebibytes(self.mesh.process.pid) if self.mesh.process._process.returncode is None else 0.0
        self.peak = max(self.peak, memory)
        if memory > MOST_MEMORY:
            return Failure("memory grows", f"the mesh holds {memory:.0f} MiB and may hold {MOST_MEMORY:.0f}")
        for name, process, code in self._processes():
            log = process.log()
            fresh, self._logs[name] = log[self._logs.get(name, 0) :], len(log)
            if code is not None:
                return Failure("a process ends", f"{name} with {code}", log=log[-4_000:])
            found = trouble(fresh)
            if found:
                return Failure("a log shows trouble", name, log=found)
        return None

    def _processes(self) -> list[tuple[str, Any, int | None]]:
        mesh = self.mesh.process
        bots = [(name, bot, bot.exit_code) for name, bot in self.bots.items()]
        return [("mesh", mesh, mesh._process.returncode), *bots]

    async def explain(self, failure: Failure, batch: list[Call]) -> Failure:
        """The same failure by the smallest call that still causes it."""
        if failure.call is not None:
            return replace(failure, call=await self._smallest(failure.call, self._repeats(failure)))
        if failure.rule == "a log shows trouble":
            for call in reversed(batch):
                if await self._troubles(call):
                    return replace(failure, call=await self._smallest(call, self._troubles))
        return replace(failure, log=f"{failure.log}\nthe last calls:\n" + "\n\n".join(str(call) for call in batch[-8:]))

    async def _troubles(self, call: Call) -> bool:
        self.look()
        await self.check(replace(call, timeout=min(call.timeout or 3.0, 3.0)))
        await asyncio.sleep(0.3)
        found = self.look()
        return found is not None and found.rule == "a log shows trouble"

    def _repeats(self, failure: Failure) -> Callable[[Call], Any]:
        async def repeats(call: Call) -> bool:
            found = await self.check(call)
            return found is not None and found.rule == failure.rule

        return repeats

    async def _smallest(self, call: Call, fails: Callable[[Call], Any]) -> Call:
        """Leave out all that the failure does not need."""
        if not await fails(call):
            return replace(call, note=f"{call.note} (does not fail again by itself)")
        tries = 0
        if call.metadata and await fails(replace(call, metadata=())):
            call = replace(call, metadata=())
        again = True
        while again and tries < _ROUNDS:
            again = False
            for without in _smaller(call):
                tries += 1
                if tries > _ROUNDS:
                    break
                if await fails(without):
                    call, again = without, True
                    break
        return call


def _smaller(call: Call) -> list[Call]:
    """The call with one field less, for each field."""
    made = []
    for path in _paths(call.request):
        request = type(call.request)()
        request.CopyFrom(call.request)
        owner: Any = request
        for name, index in path[:-1]:
            owner = getattr(owner, name) if index is None else getattr(owner, name)[index]
        owner.ClearField(path[-1][0])
        made.append(replace(call, request=request))
    return made


def _paths(message: Any) -> list[list[tuple[str, int | None]]]:
    found: list[list[tuple[str, int | None]]] = []
    for one, value in message.ListFields():
        found.append([(one.name, None)])
        kind = one.message_type
        if kind is not None and not kind.GetOptions().map_entry and kind.full_name.startswith("botmesh"):
            inner = list(enumerate(value))[:2] if one.is_repeated else [(None, value)]
            found += [[(one.name, index), *path] for index, each in inner for path in _paths(each)]
    return found[:60]


async def _several(data: bytes) -> AsyncIterator[bytes]:
    for _ in range(2):
        yield data


def _channel(address: str) -> grpc.aio.Channel:
    options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    return grpc.aio.insecure_channel(address, options=options)


class Calm:
    """Those who behave: a contact and a caller in an account of their own, and a bot that nobody else knows."""

    def __init__(self, address: str, pool: Pool) -> None:
        self.address = address
        self._pool = pool
        self.failures: list[Failure] = []
        self.slowest = 0.0
        self.done = 0
        self.messages: dict[tuple[str, str], int] = {}
        self._running: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def load(self) -> AsyncIterator["Calm"]:
        settings = load(environ={}, flags={"registry": self.address, "account": CALM})
        agent = botmesh.Agent("calm-bot", settings=settings)

        @agent.on_delegate
        @agent.on_turn
        async def answer(task: botmesh.Task) -> str:
            return task.text.upper()

        async with AsyncExitStack() as stack:
            await agent.start()
            stack.push_async_callback(agent.stop, drain=False)
            await asyncio.wait_for(agent.listed(), 20)
            self._mesh = await stack.enter_async_context(botmesh.connect(self.address, settings=settings))
            channel = await stack.enter_async_context(_channel(self.address))
            self._stub = ConversationServiceStub(channel)
            await self._stub.SetPrimary(api.SetPrimaryRequest(account_id=CALM, agent="calm-bot"), timeout=10)
            await self._post("first")
            going = [asyncio.create_task(self._every(one)) for one in (self._post, self._delegate)]
            try:
                yield self
            finally:
                for one in going:
                    one.cancel()
                await asyncio.wait([*going, *self._running])

    async def _every(self, act: Callable[[str], Any]) -> None:
        number = 0
        while True:
            number += 1
            task = asyncio.create_task(self._timed(act, f"calm {number}"))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.sleep(0.1)

    async def _timed(self, act: Callable[[str], Any], text: str) -> None:
        began = time.monotonic()
        try:
            await asyncio.wait_for(act(text), 2 * GRACE)
        except Exception as error:
            took = time.monotonic() - began
            self.failures.append(Failure("one who behaves is refused", f"{act.__name__} after {took:.1f} s: {error!r}"))
            return
        took = time.monotonic() - began
        self.slowest, self.done = max(self.slowest, took), self.done + 1
        if took > GRACE:
            self.failures.append(Failure("one who behaves waits", f"{act.__name__} {took:.1f} s"))

    async def _post(self, text: str) -> None:
        request = api.PostRequest(account_id=CALM, contact_id="calm", message_id=new_id(), payload=[botmesh.text(text)])
        async for response in self._stub.Post(request, timeout=2 * GRACE):
            if response.HasField("accepted"):
                accepted = response.accepted
                self._pool.private.add(accepted.conversation_id)
                self.messages[accepted.conversation_id, accepted.message_id] = accepted.sequence

    async def _delegate(self, text: str) -> None:
        reply = await self._mesh.delegate("calm-bot", text, timeout=2 * GRACE)
        assert reply.text == text.upper()


FOLDER_FILES = ("projection.sqlite", "tasks.sqlite")


def forget_projections(folder: Path) -> None:
    """Delete what is told from the log."""
    for name in FOLDER_FILES:
        for one in folder.glob(f"{name}*"):
            one.unlink()
