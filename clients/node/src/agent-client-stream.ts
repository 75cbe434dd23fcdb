/** One attempt of DelegateStream at one instance. */
import type { ClientReadableStream } from "@grpc/grpc-js";
import type { Call } from "./call.js";
import { decoded, encoded } from "./codec.js";
import { AgentError } from "./errors.js";
import { DelegateStreamRequest, DelegateStreamResponse } from "./generated/botmesh/v1/agent_service.js";
import type { Invocation } from "./invocation.js";
import type { Peer } from "./peers.js";
import { received } from "./policies/index.js";
import { inject } from "./policies/trace.js";
import { checkReplySize } from "./reply.js";
import { withinIdleLimit } from "./time.js";

/** How an attempt connects to its instance, and how it tells the instance that the caller has left. */
export interface StreamHooks {
  connect: (call: Call, peer: Peer) => Promise<void>;
  giveUp: (ask: Invocation, peer: Peer) => void;
}

/**
 * Yields the events of one attempt; the reply is the last. `request.afterSequence` follows the events, so that the next
 * attempt at the same instance continues after them.
 *
 * @throws AgentError if the stream ends without a reply.
 */
export async function* attemptStream(
  call: Call,
  ask: Invocation,
  peer: Peer,
  request: DelegateStreamRequest,
  { connect, giveUp }: StreamHooks,
): AsyncGenerator<DelegateStreamResponse> {
  peer.inFlight++;
  let calleeKnows = true; // whether the callee knows that the stream is over
  let rpc: ClientReadableStream<Buffer> | undefined;
  try {
    await connect(call, peer);
    const metadata = inject(call, peer.id);
    rpc = peer.channel.responses(call.method, encoded(DelegateStreamRequest, request), metadata, call.remaining);
    calleeKnows = false;
    for await (const bytes of responses(rpc, call.limits.streamIdleTimeout, ask.signal)) {
      received(call, bytes);
      const event = decoded(DelegateStreamResponse, bytes, "response");
      request.afterSequence = event.sequence;
      if (event.event === undefined) continue; // a kind that a later version of the contract has added
      if (event.event.$case !== "progress") {
        call.replyBytes = checkReplySize(call.replyBytes + bytes.length, call.limits.maxReplyBytes);
      }
      if (event.event.$case === "reply") {
        call.usage = event.event.reply.usage;
        calleeKnows = true;
        yield event;
        return;
      }
      yield event;
    }
    calleeKnows = true;
    throw new AgentError(`${ask.target} ended its stream without a reply`);
  } catch (error) {
    calleeKnows ||= isStatus(error) && ask.signal?.aborted !== true;
    throw error;
  } finally {
    peer.inFlight--;
    if (!calleeKnows) {
      rpc?.cancel();
      giveUp(ask, peer);
    }
  }
}

function isStatus(error: unknown): boolean {
  return error instanceof Error && "details" in error && "code" in error;
}

/** Yields serialized responses as they come. Throws StreamIdle if one takes longer than `idle` seconds. */
async function* responses(
  rpc: ClientReadableStream<Buffer>,
  idle: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const iterator = rpc[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const cancel = (): void => {
    rpc.cancel();
  };
  if (signal?.aborted === true) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  rpc.on("error", () => undefined); // the iterator reports errors; without a listener a late one would end the process
  try {
    for (;;) {
      const next = iterator.next();
      next.catch(() => undefined); // withinIdleLimit reports it
      const result = await withinIdleLimit(next, idle);
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}
