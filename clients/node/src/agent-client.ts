/** Calls agents: runs the policies once around a call, and as many attempts as its retries allow. */
import { Metadata, status } from "@grpc/grpc-js";
import { attemptStream } from "./agent-client-stream.js";
import { AGENT_SERVICE, Call } from "./call.js";
import { CANCEL_TIMEOUT, cancelAt } from "./cancellation.js";
import { type Codec, decoded, encoded } from "./codec.js";
import type { Channel } from "./connection.js";
import type { Directory } from "./directory.js";
import type { Endpoint } from "./endpoint.js";
import { type BotmeshError, Cancelled, DeadlineExpired, NoLiveInstance } from "./errors.js";
import { DelegateStreamRequest, type DelegateStreamResponse } from "./generated/botmesh/v1/agent_service.js";
import type { Invocation } from "./invocation.js";
import { type Peer, Peers } from "./peers.js";
import { finish, received, start, succeed } from "./policies/index.js";
import { inject } from "./policies/trace.js";
import { Attempts, Budget, isIdempotent } from "./retry.js";
import { ServiceChannels } from "./service-channels.js";
import type { Settings } from "./settings.js";
import { asError } from "./status.js";
import { pause } from "./time.js";

/** The attempts of one call: `choose` picks the first instance, `next` the one after a failure, or throws. */
interface Retries {
  attempts: Attempts;
  choose: () => Peer;
  next: (error: BotmeshError, peer: Peer) => Promise<Peer>;
}

/** The caller's end of AgentService. All connections, retry budgets and cancellations of a process are here. */
export class AgentClient {
  readonly #peers: Peers;
  readonly #budgets = new Map<string, Budget>();
  readonly #services = new ServiceChannels();
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

  /**
   * Calls Delegate or Notify. Returns the response, and the call with what the policies recorded. Throws BotmeshError.
   */
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

  /**
   * Calls DelegateStream and yields its events, each with the call. Leaving the loop early cancels the callee's work.
   */
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

  /** Returns the channel to a conversation service. Throws Unreachable if the address is malformed. */
  service(address: string): Channel {
    return this.#services.get(address);
  }

  /** Waits up to 1 s for cancellations and reports that are being sent, then closes the connections. */
  async close(): Promise<void> {
    const sent = new AbortController();
    await Promise.race([Promise.allSettled(this.#background), pause(CANCEL_TIMEOUT, sent.signal)]);
    sent.abort();
    this.#peers.close();
    this.#services.close();
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

  #retries(call: Call, ask: Invocation): Retries {
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
      // An instance that has just registered may not be in the directory yet.
      if (live().every(({ instanceId }) => tried.has(instanceId))) {
        await this.directory.refresh(accountId, ask.target, call.remaining);
      }
      return live();
    };
    return {
      attempts,
      choose: () => {
        const all = live();
        if (all.length > 0) return this.#peers.choose(all);
        throw new NoLiveInstance(`no instance of ${ask.target} is live`, { agent: ask.target });
      },
      next: (error, peer) => {
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
    const { attempts, choose, next } = this.#retries(call, ask);
    let peer = choose();
    for (;;) {
      try {
        const result = await peer.using(async () => {
          await this.#connect(call, peer);
          return await attempt(peer, inject(call, peer.id));
        });
        attempts.budget.succeeded();
        return result;
      } catch (error) {
        peer = await next(asError(error), peer);
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
    const { attempts, choose, next } = this.#retries(call, ask);
    const hooks = {
      connect: this.#connect.bind(this),
      giveUp: this.#giveUp.bind(this),
    };
    let peer = choose();
    for (;;) {
      try {
        yield* attemptStream(call, ask, peer, request, hooks);
        attempts.budget.succeeded();
        return;
      } catch (error) {
        const before = peer;
        peer = await next(asError(error), peer);
        if (peer === before || request.afterSequence === 0) continue;
        request.afterSequence = 0;
        const reset = { reason: `${ask.target} was lost and starts again` };
        yield { sequence: 0, event: { $case: "reset", reset } };
      }
    }
  }

  #giveUp(ask: Invocation, peer: Peer): void {
    const receipts = cancelAt(peer, ask);
    ask.work?.cancels.push(receipts);
    this.#spawn(receipts);
  }

  #spawn(job: Promise<unknown>): void {
    this.#background.add(job);
    void job.finally(() => this.#background.delete(job));
  }
}
