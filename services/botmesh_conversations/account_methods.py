"""The methods of ConversationService that are about accounts, contacts and their variables."""

import time
from collections.abc import Iterable

from google.protobuf.struct_pb2 import Struct

from botmesh.errors import InvalidField
from botmesh.limits import seconds
from botmesh.names import DEFAULT_ACCOUNT, check_agent, check_id
from botmesh.transport.context import ServicerContext
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceServicer
from botmesh_conversations.accounts import Account
from botmesh_conversations.contact_aggregate import ContactAggregate
from botmesh_conversations.contacts import again_if_merged
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.model import rules
from botmesh_conversations.model.contact_rules import check_text
from botmesh_conversations.model.variables import lookup
from botmesh_conversations.triggers.summary import summary

MAX_CHANNELS = 64
"""That a primary agent can be limited to."""


class AccountMethods(ConversationServiceServicer):
    """Variables, the primary flag, duty at the desk."""

    _all: Conversations

    async def GetContext(self, request: api.GetContextRequest, context: ServicerContext) -> api.GetContextResponse:
        """Variables that have not ended."""
        scope = await self._scope(request.scope)
        names = _names(request.names)
        if scope.namespace == api.CONTEXT_NAMESPACE_CONVERSATION:
            state = (await self._all.get(scope.conversation_id)).must_exist().state
            return lookup(state.view.context, state.expires_at, names, time.time())
        if scope.namespace == api.CONTEXT_NAMESPACE_ACCOUNT:
            return (await self._all.accounts.of(scope.account_id)).state.variables.get(names, time.time())
        return (await self._variables_of(scope)).state.variables.get(names, time.time())

    @again_if_merged
    async def SetContext(self, request: api.SetContextRequest, context: ServicerContext) -> api.SetContextResponse:
        """Set variables."""
        scope = await self._scope(request.scope)
        _names(request.values.fields)
        ttl = seconds(request.ttl) if request.HasField("ttl") else None
        if ttl is not None and ttl <= 0:
            raise InvalidField("ttl must be more than nothing; leave it out to keep variables", field="ttl", value=ttl)
        await self._write(scope, request.values, ttl)
        return api.SetContextResponse()

    @again_if_merged
    async def DeleteContext(
        self, request: api.DeleteContextRequest, context: ServicerContext
    ) -> api.DeleteContextResponse:
        """Delete variables."""
        scope = await self._scope(request.scope)
        names = _names(request.names)
        if scope.namespace == api.CONTEXT_NAMESPACE_CONVERSATION:
            live = (await self._all.get(scope.conversation_id)).must_exist()
            await live.write(lambda state: rules.delete_context(state, names))
        elif scope.namespace == api.CONTEXT_NAMESPACE_ACCOUNT:
            account = await self._all.accounts.of(scope.account_id)
            await account.write(lambda state: state.variables.delete(names))
        else:
            contact = await self._variables_of(scope)
            await contact.write(lambda state: state.variables.delete(names))
        return api.DeleteContextResponse()

    async def SetPrimary(self, request: api.SetPrimaryRequest, context: ServicerContext) -> api.SetPrimaryResponse:
        """Move the flag."""
        account = await self._account(request.account_id)
        channels = [check_text("channels", channel) for channel in dict.fromkeys(request.channels)]
        if len(channels) > MAX_CHANNELS:
            text = f"a primary answers on at most {MAX_CHANNELS} named channels: leave them out for all"
            raise InvalidField(text, field="channels", value=len(channels))
        if request.agent:
            await account.routing.check_target(check_agent("agent", request.agent))
        return api.SetPrimaryResponse(previous=await account.set_primary(request.agent, channels))

    async def SetDuty(self, request: api.SetDutyRequest, context: ServicerContext) -> api.SetDutyResponse:
        """Note who is at the desk."""
        account = await self._account(request.account_id)
        await account.set_duty(check_id("person", request.person), on_duty=request.on_duty)
        return api.SetDutyResponse(on_duty=account.state.on_duty)

    async def GetAccount(self, request: api.GetAccountRequest, context: ServicerContext) -> api.GetAccountResponse:
        """An account as it stands."""
        account = await self._account(request.account_id)
        return api.GetAccountResponse(
            primary=account.routing.primary,
            channels=account.routing.channels,
            on_duty=account.state.on_duty,
            people=sorted(account.state.people),
            triggers=[summary(trigger) for trigger in account.triggers],
            queued=self._all.projection.queued(account.name),
        )

    async def _write(self, scope: api.ContextScope, values: Struct, ttl: float | None) -> None:
        if scope.namespace == api.CONTEXT_NAMESPACE_CONVERSATION:
            live = (await self._all.get(scope.conversation_id)).must_exist()
            await live.write(lambda state: rules.set_context(state, values, time.time(), ttl))
        elif scope.namespace == api.CONTEXT_NAMESPACE_ACCOUNT:
            account = await self._all.accounts.of(scope.account_id)
            await account.write(lambda state: state.variables.set(values, time.time(), ttl))
        else:
            contact = await self._variables_of(scope)
            await contact.write(lambda state: state.variables.set(values, time.time(), ttl))

    async def _account(self, name: str) -> Account:
        return await self._all.accounts.of(check_id("account_id", name or DEFAULT_ACCOUNT))

    async def _variables_of(self, scope: api.ContextScope) -> ContactAggregate:
        return await self._all.contacts.of(scope.account_id, scope.contact_id)

    async def _scope(self, asked: api.ContextScope) -> api.ContextScope:
        """Where exactly: what is left out is the conversation's."""
        scope = api.ContextScope(
            namespace=asked.namespace or api.CONTEXT_NAMESPACE_CONVERSATION,
            conversation_id=asked.conversation_id,
            contact_id=asked.contact_id,
            account_id=asked.account_id,
        )
        if scope.namespace == api.CONTEXT_NAMESPACE_CONVERSATION or scope.conversation_id:
            view = (
                (await self._all.get(check_id("scope.conversation_id", scope.conversation_id))).must_exist().state.view
            )
            scope.contact_id = scope.contact_id or view.contact_id
            scope.account_id = scope.account_id or view.account_id
        scope.account_id = check_id("scope.account_id", scope.account_id or DEFAULT_ACCOUNT)
        if scope.namespace == api.CONTEXT_NAMESPACE_CONTACT:
            check_id("scope.contact_id", scope.contact_id)
        return scope


def _names(names: Iterable[str]) -> list[str]:
    """Names of variables: they are short and say something.

    Raises:
        InvalidField: one is empty or longer than 64 characters.
    """
    checked = list(names)
    for name in checked:
        if not 0 < len(name) <= 64:  # noqa: PLR2004 - as ids
            raise InvalidField(f"a variable's name has 1 to 64 characters, not {len(name)}", field="values")
    return checked
