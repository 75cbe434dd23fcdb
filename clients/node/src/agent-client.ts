/** How this process calls agents: the policies once around a call, and as many attempts as it takes. */
import { type ClientReadableStream, Metadata, status } from "@grpc/grpc-js";
import { context, type Context } from "@opentelemetry/api";
import { AGENT_SERVICE, Call } from "./call.js";
import { type Endpoint } from "./endpoint.js";
import type { Chain } from "./chain.js";
import { Channel, channelTo } from "./connection.js";
import { type Codec, decoded, encoded } from "./codec.js";
import type { Directory } from "./directory.js";
import { AgentError, type BotmeshError, Cancelled, DeadlineExpired, NoLiveInstance } from "./errors.js";
import {
  CancelOutcome,
  CancelReceipt,
  CancelRequest,
  CancelResponse,
  DelegateStreamRequest,
  DelegateStreamResponse,
} from "./generated/botmesh/v1/agent_service.js";
import { checkResponse } from "./fields/index.js";
import type { Message } from "./generated/botmesh/v1/message.js";
import { type Peer, Peers } from "./peers.js";
import { finish, received, start, succeed } from "./policies/index.js";
import { inject } from "./policies/trace.js";
import { Attempts, Budget, isIdempotent } from "./retry.js";
import type { Settings } from "./settings.js";
import { checkReplySize } from "./reply.js";
import { asError } from "./status.js";
import { pause, withinIdleLimit } from "./time.js";
import type { Work } from "./work.js";

/** Seconds for telling a callee that its work is no longer wanted. */
const CANCEL_TIMEOUT = 1;
const CANCEL = `${AGENT_SERVICE}Cancel`;

/** Conversation services that connections are kept to: whoever calls says where its own is. */
const MAX_SERVICES = 16;

/** What is asked of whom, and on whose behalf. */
export interface Invocation {
  target: string;
  message: Message;
  chain: Chain;
  /** Seconds; undefined: not said. */
  timeout: number | undefined;
  /** The parent's. */
  deadline: number | undefined;
  /** Under which span. */
  parent: Context;
  /** The work that asks, where an agent does. */
  work: Work | undefined;
  /** Aborted when nobody wants the answer any more. */
  signal: AbortSignal | undefined;
}

/** The span that is current, for a caller that is in no task. */
export function currentContext(): Context {
  return context.active();
}

export class AgentClient {
  readonly #peers: Peers;
  readonly #budgets = new Map<string, Budget>();
  readonly #services = new Map<string, Channel>();
  readonly #background = new Set<Promise<unknown>>();

  constructor(
    readonly end: Endpoint,
    readonly directory: Directory,
    private readonly settings: Settings,
  ) {
    this.#peers = new Peers(settings.ejectionTime);
    directory.onChange = () => {
      this.#peers.keep((id) => directory.has(id));
    };
  }

  /** The response of Delegate or Notify, and the call as the policies saw it. */
  async unary<A>(
    method: string,
    ask: Invocation,
    request: Buffer,
    codec: Codec<A>,
  ): Promise<{ response: A; call: Call }> {
    const { call, passed } = await this.#start(method, ask, request);
    try {
      const bytes = await this.#untilAnswered(call, ask, (peer, metadata) =>
        this.#attempt(call, ask, peer, request, metadata),
      );
      received(call, bytes);
      const response = decoded(codec, bytes, "response");
      call.usage = (response as { reply?: { usage?: Call["usage"] } }).reply?.usage;
      succeed(call, passed);
      return { response, call };
    } catch (error) {
      throw finish(call, passed, error);
    }
  }

  /** The events of DelegateStream as they come, each with the call; leaving early cancels the callee. */
  async *stream(ask: Invocation): AsyncGenerator<{ event: DelegateStreamResponse; call: Call }> {
    const request: DelegateStreamRequest = { message: ask.message, afterSequence: 0, turn: undefined };
    const { call, passed } = await this.#start("DelegateStream", ask, encoded(DelegateStreamRequest, request));
    let over = false;
    try {
      for await (const event of this.#events(call, ask, request)) yield { event, call };
      over = true;
      succeed(call, passed);
    } catch (error) {
      over = true;
      throw finish(call, passed, error);
    } finally {
      if (!over) finish(call, passed, new Cancelled("the caller left the stream"));
    }
  }

  /** The channel to a conversation service. Throws Unreachable where the address is none. */
  service(address: string): Channel {
    let channel = this.#services.get(address);
    if (channel === undefined) {
      channel = channelTo(address);
      for (const [oldest, idle] of this.#services) {
        if (this.#services.size < MAX_SERVICES) break;
        this.#services.delete(oldest);
        idle.close(); // what it still carries goes on
      }
      this.#services.set(address, channel);
    }
    return channel;
  }

  /** Wait for what was still to be told, then close the connections. */
  async close(): Promise<void> {
    const told = new AbortController();
    await Promise.race([Promise.allSettled(this.#background), pause(CANCEL_TIMEOUT, told.signal)]);
    told.abort();
    this.#peers.close();
    for (const channel of this.#services.values()) channel.close();
  }

  async #start(method: string, ask: Invocation, request: Buffer): Promise<{ call: Call; passed: number }> {
    const call = new Call(this.end, AGENT_SERVICE + method, "work", true);
    Object.assign(call, {
      chain: ask.chain,
      message: ask.message,
      target: ask.target,
      timeout: ask.timeout,
      deadline: ask.deadline,
      context: ask.parent,
      request,
    });
    const within = ask.timeout !== undefined && ask.timeout > 0 ? ask.timeout : call.limits.defaultTimeout;
    await this.directory.lookUp(ask.chain.accountId, ask.target, Math.min(within, call.remaining));
    return { call, passed: start(call) };
  }

  #attempts(call: Call, ask: Invocation): { attempts: Attempts; live: () => Peer; again: Attempted } {
    const { accountId } = ask.chain;
    const card = this.directory.find(accountId, ask.target);
    let budget = this.#budgets.get(ask.target);
    if (budget === undefined) {
      budget = new Budget();
      this.#budgets.set(ask.target, budget);
    }
    const attempts = new Attempts(call, this.#peers, budget, isIdempotent(card, ask.message.skillId));
    const live = () => this.directory.live(accountId, ask.target);
    const known = async (tried: ReadonlySet<string>) => {
      // One that came a moment ago may not be in the copy yet.
      if (live().every(({ instanceId }) => tried.has(instanceId))) {
        await this.directory.refresh(accountId, ask.target, call.remaining);
      }
      return live();
    };
    return {
      attempts,
      live: () => {
        const all = live();
        if (all.length > 0) return this.#peers.choose(all);
        throw new NoLiveInstance(`no instance of ${ask.target} is live`, { agent: ask.target });
      },
      again: (error, peer) => {
        const unreached = error.reason === "UNSPECIFIED" || error.reason === "UNREACHABLE";
        if (error.code === status.UNAVAILABLE && unreached) {
          this.#spawn(this.directory.registry.reportUnreachable(peer.id, error.message));
        }
        return attempts.after(error, peer, known, ask.signal);
      },
    };
  }

  async #untilAnswered<T>(
    call: Call,
    ask: Invocation,
    attempt: (peer: Peer, metadata: Metadata) => Promise<T>,
  ): Promise<T> {
    const { attempts, live, again } = this.#attempts(call, ask);
    let peer = live();
    for (;;) {
      try {
        const result = await peer.using(async () => {
          await this.#connect(call, peer);
          return await attempt(peer, inject(call, peer.id));
        });
        attempts.budget.succeeded();
        return result;
      } catch (error) {
        peer = await again(asError(error), peer);
      }
    }
  }

  async #connect(call: Call, peer: Peer): Promise<void> {
    call.peerInstance = peer.id;
    await peer.connect(Math.min(this.settings.connectTimeout, call.remaining)).catch((error: unknown) => {
      if (call.remaining > 0) throw error;
    });
    if (call.remaining <= 0) throw new DeadlineExpired("the deadline passed before the call could be sent");
  }

  async #attempt(call: Call, ask: Invocation, peer: Peer, request: Buffer, metadata: Metadata): Promise<Buffer> {
    try {
      return await peer.channel.unary(call.method, request, metadata, call.remaining, ask.signal);
    } catch (error) {
      if (ask.signal?.aborted === true) this.#giveUp(ask, peer);
      throw error;
    }
  }

  async *#events(call: Call, ask: Invocation, request: DelegateStreamRequest): AsyncGenerator<DelegateStreamResponse> {
    const { attempts, live, again } = this.#attempts(call, ask);
    let peer = live();
    for (;;) {
      try {
        yield* this.#attemptStream(call, ask, peer, request);
        attempts.budget.succeeded();
        return;
      } catch (error) {
        const before = peer;
        peer = await again(asError(error), peer);
        if (peer === before || request.afterSequence === 0) continue;
        request.afterSequence = 0;
        const reset = { reason: `${ask.target} was lost and starts again` };
        yield { sequence: 0, event: { $case: "reset", reset } };
      }
    }
  }

  async *#attemptStream(
    call: Call,
    ask: Invocation,
    peer: Peer,
    request: DelegateStreamRequest,
  ): AsyncGenerator<DelegateStreamResponse> {
    peer.inFlight++;
    let knows = true; // whether the callee knows that nobody listens any more
    let rpc: ClientReadableStream<Buffer> | undefined;
    try {
      await this.#connect(call, peer);
      const metadata = inject(call, peer.id);
      rpc = peer.channel.responses(call.method, encoded(DelegateStreamRequest, request), metadata, call.remaining);
      knows = false;
      for await (const bytes of responses(rpc, call.limits.streamIdleTimeout, ask.signal)) {
        received(call, bytes);
        const event = decoded(DelegateStreamResponse, bytes, "response");
        request.afterSequence = event.sequence;
        if (event.event === undefined) continue; // of a kind that this version does not know
        if (event.event.$case !== "progress") {
          call.replyBytes = checkReplySize(call.replyBytes + bytes.length, call.limits.maxReplyBytes);
        }
        if (event.event.$case === "reply") {
          call.usage = event.event.reply.usage;
          knows = true;
          yield event;
          return;
        }
        yield event;
      }
      knows = true;
      throw new AgentError(`${ask.target} ended its stream without a reply`);
    } catch (error) {
      knows ||= isStatus(error) && ask.signal?.aborted !== true;
      throw error;
    } finally {
      peer.inFlight--;
      if (!knows) {
        rpc?.cancel();
        this.#giveUp(ask, peer);
      }
    }
  }

  /** Tell the callee, so that its work ends at once and not when it notices. */
  #giveUp(ask: Invocation, peer: Peer): void {
    const { messageId, fromAgent } = ask.message;
    const request = CancelRequest.fromPartial({
      messageId,
      fromAgent,
      accountId: ask.chain.accountId,
      reason: "the caller gave up",
    });
    const told = peer.channel
      .unary(CANCEL, encoded(CancelRequest, request), new Metadata(), CANCEL_TIMEOUT)
      .then((bytes) => {
        checkResponse(CANCEL, bytes);
        return decoded(CancelResponse, bytes, "response").receipts;
      })
      .catch(() => [
        CancelReceipt.fromPartial({
          agent: ask.target,
          instanceId: peer.id,
          messageId,
          outcome: CancelOutcome.CANCEL_OUTCOME_UNREACHABLE,
        }),
      ]);
    ask.work?.cancels.push(told);
    this.#spawn(told);
  }

  #spawn(work: Promise<unknown>): void {
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }
}

type Attempted = (error: BotmeshError, peer: Peer) => Promise<Peer>;

function isStatus(error: unknown): boolean {
  return error instanceof Error && "details" in error && "code" in error;
}

/** The responses as they come, none of them later than the idle limit allows. */
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
  rpc.on("error", () => undefined); // told by the iterator, while somebody listens to that
  try {
    for (;;) {
      const next = iterator.next();
      next.catch(() => undefined); // the race tells
      const found = await withinIdleLimit(next, idle);
      if (found.done === true) return;
      yield found.value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}
