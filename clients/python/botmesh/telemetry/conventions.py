"""The names and attributes of spans.

Calls follow OpenTelemetry's RPC conventions and agents its GenAI conventions
(https://opentelemetry.io/docs/specs/semconv/). The latter are still in development, so only this module spells them.
"""

from collections.abc import Mapping
from functools import lru_cache

from opentelemetry.util.types import AttributeValue

from botmesh.telemetry.outcome import CallOutcome

RETRY_EVENT = "botmesh.retry"
"""The event of a client span for a failed attempt that is followed by another one."""


def client_span_name(target: str) -> str:
    """Return the name that the GenAI conventions give the span of a caller."""
    return f"invoke_agent {target}"


def server_span_name(method: str) -> str:
    """Return the name that the RPC conventions give a span: package.Service/Method."""
    return method.lstrip("/")


@lru_cache(1024)
def client_attributes(method: str, target: str) -> Mapping[str, AttributeValue]:
    """Return the attributes of a client span at its start."""
    return {
        "rpc.system.name": "grpc",
        "rpc.method": method.lstrip("/"),
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": target,
        "botmesh.agent": target,
    }


@lru_cache(1024)
def server_attributes(method: str, agent: str) -> Mapping[str, AttributeValue]:
    """Return the attributes of a server span at its start."""
    return {
        "rpc.system.name": "grpc",
        "rpc.method": method.lstrip("/"),
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": agent,
        "botmesh.agent": agent,
    }


def outcome_attributes(outcome: CallOutcome) -> dict[str, AttributeValue]:
    """Return the attributes of a span at its end: its chain and its outcome."""
    chain, error, usage = outcome.chain, outcome.error, outcome.usage
    facts: dict[str, AttributeValue] = {
        "botmesh.hop": len(chain.path),
        "botmesh.path": chain.path,
        "botmesh.correlation_id": chain.correlation_id,
        "botmesh.account": chain.account_id,
        "botmesh.instance": outcome.instance,
        "rpc.response.status_code": outcome.status,
    }
    if chain.path:
        facts["botmesh.from"] = chain.path[-1]
    if chain.conversation_id:
        facts["gen_ai.conversation.id"] = facts["botmesh.conversation_id"] = chain.conversation_id
    if outcome.joined:
        facts["botmesh.joined"] = True
    if error is not None:
        facts["botmesh.reason"] = facts["error.type"] = error.reason
        facts["botmesh.started"] = error.started
        if error.agent:
            facts["botmesh.raised_by"] = error.agent
    if usage is not None:
        facts |= {
            "gen_ai.request.model": usage.model,
            "gen_ai.usage.input_tokens": usage.input_tokens,
            "gen_ai.usage.output_tokens": usage.output_tokens,
            "botmesh.usage.cost_micros": usage.cost_micros,
            "botmesh.usage.currency": usage.currency,
        }
    return facts
