/** Retries: only for failures of the direct hop, and elsewhere only what cannot be done twice by that. */
import { status } from "@grpc/grpc-js";
import type { Call } from "./call.js";
import { type BotmeshError, OutcomeUnknown } from "./errors.js";
import type { AgentCard } from "./generated/botmesh/v1/agent_card.js";
import type { Instance } from "./generated/botmesh/v1/instance.js";
import type { Peer, Peers } from "./peers.js";
import { noteRetry } from "./policies/trace.js";
import { pause } from "./time.js";

/** Seconds before the first retry, at most: well under the grace in which lost work can be attached to again. */
const BASE = 0.05;
/** Seconds before any retry, at most. */
const CAP = 2;

/**
 * The retries of one target: a failure costs a token, a success earns a tenth, half a bucket must be left. The shape of
 * gRPC's own retry throttling (gRFC A6), so that a target that fails as a whole is left alone.
 */
export class Budget {
  #tokens: number;

  constructor(private readonly most = 20) {
    this.#tokens = most;
  }

  /** Pay for a failure; whether a retry may follow. */
  failed(): boolean {
    this.#tokens = Math.max(0, this.#tokens - 1);
    return this.#tokens > this.most / 2;
  }

  /** Earn a little. */
  succeeded(): void {
    this.#tokens = Math.min(this.most, this.#tokens + 0.1);
  }
}

/** Whether doing it twice is harmless: the named skill says so, or all skills do where none is named. */
export function isIdempotent(card: AgentCard, skillId: string): boolean {
  const skills = card.skills.filter(({ id }) => skillId === "" || id === skillId);
  return skills.length > 0 && skills.every(({ idempotent }) => idempotent);
}

/** Whether the callee itself could not be reached or would not begin; what it passes on is final. */
export function isOfThisHop(error: BotmeshError, instanceId: string): boolean {
  if (error.code !== status.UNAVAILABLE) return false;
  if (!error.fromPeer || error.reason === "UNSPECIFIED") return true; // made here, or by gRPC
  if (error.reason === "WRONG_INSTANCE") return (error.metadata["expected"] ?? "").endsWith(instanceId);
  return !error.started && error.instance === instanceId;
}

/** The instances that may be called, where these were tried in vain. */
export type Live = (tried: ReadonlySet<string>) => Promise<Instance[]>;

/** The attempts of one call: which instance to try, and when to give up. */
export class Attempts {
  #failed = 0;
  readonly #tried = new Set<string>();
  /** Where the work may have started, if it must not start elsewhere. */
  #maybe: Peer | undefined;

  constructor(
    private readonly call: Call,
    private readonly peers: Peers,
    readonly budget: Budget,
    private readonly idempotent: boolean,
  ) {}

  /** Whom to try next, after a pause. Throws the error where it is final, OutcomeUnknown where nobody can know. */
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
