/**
 * Names and attributes of spans: OpenTelemetry's RPC conventions for calls, and its GenAI agent conventions for agents
 * (https://opentelemetry.io/docs/specs/semconv/).
 */
import type { Attributes } from "@opentelemetry/api";
import type { CallOutcome } from "./outcome.js";

/** Event on a client span: an attempt failed and is retried. */
export const RETRY_EVENT = "botmesh.retry";

export function clientSpanName(target: string): string {
  return `invoke_agent ${target}`;
}

export function serverSpanName(method: string): string {
  return method.slice(1);
}

/** Attributes of a span at its start. */
export function startAttributes(method: string, agent: string): Attributes {
  return {
    "rpc.system.name": "grpc",
    "rpc.method": method.slice(1),
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": agent,
    "botmesh.agent": agent,
  };
}

/** Attributes of a span at its end: the chain and the outcome. */
export function outcomeAttributes(outcome: CallOutcome): Attributes {
  const { chain, error, usage } = outcome;
  return {
    "botmesh.hop": chain.path.length,
    "botmesh.path": [...chain.path],
    "botmesh.correlation_id": chain.correlationId,
    "botmesh.account": chain.accountId,
    "botmesh.instance": outcome.instance,
    "rpc.response.status_code": error?.codeName ?? "OK",
    ...(chain.path.length > 0 && { "botmesh.from": chain.path.at(-1) }),
    ...(chain.conversationId !== "" && {
      "gen_ai.conversation.id": chain.conversationId,
      "botmesh.conversation_id": chain.conversationId,
    }),
    ...(outcome.joined && { "botmesh.joined": true }),
    ...(error !== undefined && {
      "botmesh.reason": error.reason,
      "error.type": error.reason,
      "botmesh.started": error.started,
      ...(error.agent !== "" && { "botmesh.raised_by": error.agent }),
    }),
    ...(usage !== undefined && {
      "gen_ai.request.model": usage.model,
      "gen_ai.usage.input_tokens": usage.inputTokens,
      "gen_ai.usage.output_tokens": usage.outputTokens,
      "botmesh.usage.cost_micros": usage.costMicros,
      "botmesh.usage.currency": usage.currency,
    }),
  };
}
