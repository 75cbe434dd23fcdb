"""Accounts: each with its agents, its primary, its people at the desk, its variables and its triggers."""

from collections.abc import Callable, Mapping, Sequence

from botmesh.calling.agent_client import AgentClient
from botmesh.errors import QuotaExceeded, UnknownPerson
from botmesh.names import did_you_mean, nearest
from botmesh.v1.conversation_pb2 import ConversationEvent, DutyChanged, PrimaryChanged
from botmesh_conversations.event_stream import EventStream
from botmesh_conversations.model.account_state import AccountState
from botmesh_conversations.model.fold import apply_to_account
from botmesh_conversations.model.streams import account_stream
from botmesh_conversations.routing import Routing
from botmesh_conversations.triggers.trigger import Trigger
from botmesh_log.event_log import EventLog
from botmesh_log.stream import OnUnreadable, log_unreadable
from botmesh_service.stream_cache import StreamCache

KEPT = 1_000
"""Accounts in memory, at most, as far as nothing is being done in them."""
MAX_PEOPLE = 1_000
"""At the desk of one account."""


class Account(EventStream[AccountState]):
    """One tenant."""

    def __init__(
        self, name: str, log: EventLog, caller: AgentClient, primary: str, on_unreadable: OnUnreadable = log_unreadable
    ) -> None:
        """`primary` answers until another agent is made primary."""
        super().__init__(account_stream(name), log, AccountState(), apply_to_account, on_unreadable)
        self.name = name
        self.caller = caller
        self.routing = Routing(name, caller.directory, primary)
        self.triggers: Sequence[Trigger] = ()

    def _take_in(self, event: ConversationEvent) -> None:
        super()._take_in(event)
        if event.HasField("primary_changed"):
            self.routing.primary = event.primary_changed.agent
            self.routing.channels = tuple(event.primary_changed.channels)

    async def set_primary(self, agent: str, channels: Sequence[str]) -> str:
        """Move the flag; who had it until now."""
        previous = ""

        def decide(_: AccountState) -> list[ConversationEvent]:
            nonlocal previous
            previous = self.routing.primary
            if (agent, tuple(channels)) == (previous, tuple(self.routing.channels)):
                return []
            moved = PrimaryChanged(agent=agent, channels=channels, previous=previous)
            return [ConversationEvent(primary_changed=moved)]

        await self.write(decide)
        return previous

    async def set_duty(self, person: str, *, on_duty: bool) -> None:
        """Note that a person came, or left."""

        def decide(state: AccountState) -> list[ConversationEvent]:
            if state.people.get(person) == on_duty:
                return []
            if person not in state.people and len(state.people) >= MAX_PEOPLE:
                text = f"{MAX_PEOPLE} people work at the desk of {self.name}, and no more can be noted"
                raise QuotaExceeded(text, limit=MAX_PEOPLE, field="person")
            return [ConversationEvent(duty_changed=DutyChanged(person=person, on_duty=on_duty))]

        await self.write(decide)

    def check_person(self, person: str) -> None:
        """Refuse whom nobody knows.

        Raises:
            UnknownPerson: the nearest names are in its metadata.
        """
        if person not in self.state.people:
            close = nearest(person, self.state.people)
            text = f"nobody called {person!r} works at the desk.{did_you_mean(close)}"
            raise UnknownPerson(text, nearest=",".join(close))


class Accounts:
    """The accounts of one service, each read when it is first needed."""

    def __init__(
        self,
        log: EventLog,
        caller_of: Callable[[str], AgentClient],
        primaries: Mapping[str, str],
        triggers_of: Callable[[str], Sequence[Trigger]],
        on_unreadable: OnUnreadable = log_unreadable,
    ) -> None:
        """`primaries` are those that the settings name."""
        self._on_unreadable = on_unreadable
        self._log = log
        self._caller_of = caller_of
        self._primaries = primaries
        self._triggers_of = triggers_of
        self._cache: StreamCache[str, Account] = StreamCache(self._load, max_streams=KEPT)

    async def of(self, name: str) -> Account:
        """An account, also one that nothing is known of."""
        return await self._cache.get(name)

    def take_triggers(self) -> None:
        """The triggers have changed."""
        for account in list(self._cache.held.values()):
            account.triggers = self._triggers_of(account.name)

    async def _load(self, name: str) -> Account:
        primary = self._primaries.get(name, "")
        account = Account(name, self._log, self._caller_of(name), primary, self._on_unreadable)
        account.triggers = self._triggers_of(name)
        await account.load()
        return account
