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

/** Records a client span and a server span for each hop. All spans of a chain are in one trace. */
export const trace: Policy = {
  /** Starts a client span under the span of call.context. */
  caller(call) {
    call.span = call.end.telemetry.tracer.startSpan(
      clientSpanName(call.target),
      { kind: SpanKind.CLIENT, attributes: startAttributes(call.method, call.target) },
      call.context,
    );
    call.context = api.setSpan(call.context, call.span);
  },

  /** Starts a server span under the caller's span. */
  callee(call) {
    const parent = call.metadata === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, call.metadata, getter);
    call.span = call.end.telemetry.tracer.startSpan(
      serverSpanName(call.method),
      { kind: SpanKind.SERVER, attributes: startAttributes(call.method, call.end.agent) },
      parent,
    );
    call.context = api.setSpan(parent, call.span);
  },

  /** Records the outcome in the span and in the counters. */
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

/** Returns the metadata with a call's span and chain, addressed to an instance. */
export function inject(call: Call, instance: string): Metadata {
  const addressed: Chain = { ...call.chain, to: `${splitName(call.target)[1]}/${instance}` };
  return injectSpan(call, toMetadata(addressed));
}

/** Adds a call's span context to the metadata. */
export function injectSpan(call: Call, metadata: Metadata): Metadata {
  propagator.inject(call.context, metadata, setter);
  return metadata;
}

/** Adds an event to the client span: an attempt failed and is retried. */
export function noteRetry(call: Call, attempt: number, error: BotmeshError, instance: string): void {
  call.span.addEvent(RETRY_EVENT, {
    "botmesh.attempt": attempt,
    "botmesh.reason": error.reason,
    "botmesh.instance": instance,
  });
}
