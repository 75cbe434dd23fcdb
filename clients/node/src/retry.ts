/** Retries only failures of the direct hop, and moves to another instance only if that cannot run the work twice. */
import { status } from "@grpc/grpc-js";
import type { Call } from "./call.js";
import { type BotmeshError, OutcomeUnknown } from "./errors.js";
import type { AgentCard } from "./generated/botmesh/v1/agent_card.js";
import type { Instance } from "./generated/botmesh/v1/instance.js";
import type { Peer, Peers } from "./peers.js";
import { noteRetry } from "./policies/trace.js";
import { pause } from "./time.js";

/**
 * Maximum pause before the first retry, in seconds. Well under the grace period in which a call can attach to its work
 * again.
 */
const BASE = 0.05;
/** Maximum pause before any retry, in seconds. */
const CAP = 2;

/**
 * Retry budget of one target: a failure takes a token, a success adds a tenth, and a retry needs more than half of the
 * tokens. The same algorithm as gRPC's retry throttling (gRFC A6). It stops retries of a target that fails as a whole.
 */
export class Budget {
  #tokens: number;

  constructor(private readonly most = 20) {
    this.#tokens = most;
  }

  /** Takes a token for a failure. Returns whether a retry is allowed. */
  failed(): boolean {
    this.#tokens = Math.max(0, this.#tokens - 1);
    return this.#tokens > this.most / 2;
  }

  /** Adds a tenth of a token for a success. */
  succeeded(): void {
    this.#tokens = Math.min(this.most, this.#tokens + 0.1);
  }
}

/** Whether work may run twice: the named skill is idempotent, or all skills are if none is named. */
export function isIdempotent(card: AgentCard, skillId: string): boolean {
  const skills = card.skills.filter(({ id }) => skillId === "" || id === skillId);
  return skills.length > 0 && skills.every(({ idempotent }) => idempotent);
}

/** Whether the callee itself was unreachable or refused to start. Errors from further down the chain are final. */
export function isOfThisHop(error: BotmeshError, instanceId: string): boolean {
  if (error.code !== status.UNAVAILABLE) return false;
  if (!error.fromPeer || error.reason === "UNSPECIFIED") return true; // made here, or by gRPC
  if (error.reason === "WRONG_INSTANCE") return (error.metadata["expected"] ?? "").endsWith(instanceId);
  return !error.started && error.instance === instanceId;
}

/** Returns the instances that may be called, given the ids of those that failed. */
export type Live = (tried: ReadonlySet<string>) => Promise<Instance[]>;

/** The attempts of one call: selects the next instance and decides when to give up. */
export class Attempts {
  #failed = 0;
  readonly #tried = new Set<string>();
  /** Instance at which work that is not idempotent may have started. Only this instance may be tried again. */
  #maybe: Peer | undefined;

  constructor(
    private readonly call: Call,
    private readonly peers: Peers,
    readonly budget: Budget,
    private readonly idempotent: boolean,
  ) {}

  /**
   * Pauses and returns the instance of the next attempt.
   *
   * @throws the error itself if it is final; OutcomeUnknown if the work may have started.
   */
  async after(error: BotmeshError, peer: Peer, live: Live, lost?: AbortSignal): Promise<Peer> {
    if (!isOfThisHop(error, peer.id)) throw error;
    this.peers.eject(peer);
    this.#tried.add(peer.id);
    if (error.started && !this.idempotent) this.#maybe = peer;
    const final = this.#givenUp(error, peer);
    this.#failed++;
    if (!this.budget.failed() || this.#failed > this.call.limits.maxRetries) throw final;
    const seconds = Math.random() * Math.min(CAP, BASE * 2 ** this.#failed);
    if (seconds >= this.call.remaining) throw final;
    const following = this.#next(await live(this.#tried), final);
    noteRetry(this.call, this.#failed, error, peer.id);
    await pause(seconds, lost);
    return following;
  }

  #next(live: Instance[], final: BotmeshError): Peer {
    if (this.#maybe === undefined) {
      if (live.length === 0) throw final;
      return this.peers.choose(live, this.#tried);
    }
    const { id } = this.#maybe;
    if (!live.some(({ instanceId }) => instanceId === id)) throw final;
    return this.#maybe;
  }

  #givenUp(error: BotmeshError, peer: Peer): BotmeshError {
    if (this.#maybe === undefined && !error.started) return error;
    return new OutcomeUnknown(
      `the connection to ${peer.instance.agent} was lost half-way: the work may have been done or not; ` +
        "ask the agent, or send the same message id again",
    );
  }
}
