import type { Metadata } from "@grpc/grpc-js";
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapSetter,
  trace as api,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Call } from "../call.js";
import { type Chain, toMetadata } from "../chain.js";
import { clientSpanName, outcomeAttributes, RETRY_EVENT, serverSpanName, startAttributes } from "../conventions.js";
import type { BotmeshError } from "../errors.js";
import { splitName } from "../names.js";
import type { Policy } from "./policy.js";

const propagator = new W3CTraceContextPropagator();
const getter: TextMapGetter<Metadata> = {
  get: (metadata, key) => metadata.get(key).map(String)[0],
  keys: (metadata) => Object.keys(metadata.getMap()),
};
const setter: TextMapSetter<Metadata> = {
  set: (metadata, key, value) => {
    metadata.set(key, value);
  },
};

/** A span at the caller and a span at the callee for each hop, one trace per chain. */
export const trace: Policy = {
  /** A client span under whatever span is current, or under the task's. */
  caller(call) {
    call.span = call.end.telemetry.tracer.startSpan(
      clientSpanName(call.target),
      { kind: SpanKind.CLIENT, attributes: startAttributes(call.method, call.target) },
      call.context,
    );
    call.context = api.setSpan(call.context, call.span);
  },

  /** A server span under the caller's. */
  callee(call) {
    const parent = call.metadata === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, call.metadata, getter);
    call.span = call.end.telemetry.tracer.startSpan(
      serverSpanName(call.method),
      { kind: SpanKind.SERVER, attributes: startAttributes(call.method, call.end.agent) },
      parent,
    );
    call.context = api.setSpan(parent, call.span);
  },

  /** How it ended, on the span and in the counts. */
  finish(call) {
    if (call.span.isRecording()) {
      call.span.setAttributes(outcomeAttributes(call));
      if (call.error !== undefined) {
        const message = `${call.error.reason}: ${call.error.message}`;
        call.span.setStatus({ code: SpanStatusCode.ERROR, message });
      }
    }
    call.span.end();
    call.end.stats.record(call);
  },
};

/** The metadata that carries a call's span and chain to an instance. */
export function inject(call: Call, instance: string): Metadata {
  const addressed: Chain = { ...call.chain, to: `${splitName(call.target)[1]}/${instance}` };
  return injectSpan(call, toMetadata(addressed));
}

/** The metadata with a call's span. */
export function injectSpan(call: Call, metadata: Metadata): Metadata {
  propagator.inject(call.context, metadata, setter);
  return metadata;
}

/** Note on the client span that an attempt failed and another follows. */
export function noteRetry(call: Call, attempt: number, error: BotmeshError, instance: string): void {
  call.span.addEvent(RETRY_EVENT, {
    "botmesh.attempt": attempt,
    "botmesh.reason": error.reason,
    "botmesh.instance": instance,
  });
}
