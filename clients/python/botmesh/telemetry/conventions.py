"""The names that spans and metrics bear, in one place.

OpenTelemetry's RPC conventions for the calls, and its GenAI agent conventions (still in development there,
which is why nothing else in Botmesh spells them) for the agents:
https://opentelemetry.io/docs/specs/semconv/
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from opentelemetry.util.types import AttributeValue

if TYPE_CHECKING:
    from botmesh.policies.call import Call

RETRY_EVENT = "botmesh.retry"
"""On a client span: an attempt failed and another follows."""


def client_span_name(target: str) -> str:
    """As the GenAI conventions name the span of whoever invokes an agent."""
    return f"invoke_agent {target}"


def server_span_name(method: str) -> str:
    """As the RPC conventions name a span: package.Service/Method."""
    return method.lstrip("/")


@lru_cache(1024)
def client_attributes(method: str, target: str) -> Mapping[str, AttributeValue]:
    """What a client span says from its start."""
    return {
        "rpc.system.name": "grpc",
        "rpc.method": method.lstrip("/"),
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": target,
        "botmesh.agent": target,
    }


@lru_cache(1024)
def server_attributes(method: str, agent: str) -> Mapping[str, AttributeValue]:
    """What a server span says from its start."""
    return {
        "rpc.system.name": "grpc",
        "rpc.method": method.lstrip("/"),
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": agent,
        "botmesh.agent": agent,
    }


def outcome_attributes(call: "Call") -> dict[str, AttributeValue]:
    """What a span says at its end: the chain as the policies saw it, and how it went."""
    chain, error = call.chain, call.error
    facts: dict[str, AttributeValue] = {
        "botmesh.hop": call.hops,
        "botmesh.path": chain.path,
        "botmesh.correlation_id": chain.correlation_id,
        "botmesh.account": chain.account_id,
        "botmesh.instance": call.peer_instance if call.at_caller else call.end.instance,
        "rpc.response.status_code": "OK" if error is None else error.status.name,
    }
    if chain.path:
        facts["botmesh.from"] = chain.path[-1]
    if chain.conversation_id:
        facts["gen_ai.conversation.id"] = facts["botmesh.conversation_id"] = chain.conversation_id
    if call.joined:
        facts["botmesh.joined"] = True
    if error is not None:
        facts["botmesh.reason"] = facts["error.type"] = error.reason
        facts["botmesh.started"] = error.started
        if error.agent:
            facts["botmesh.raised_by"] = error.agent
    if call.usage is not None:
        facts |= {
            "gen_ai.request.model": call.usage.model,
            "gen_ai.usage.input_tokens": call.usage.input_tokens,
            "gen_ai.usage.output_tokens": call.usage.output_tokens,
            "botmesh.usage.cost_micros": call.usage.cost_micros,
            "botmesh.usage.currency": call.usage.currency,
        }
    return facts
