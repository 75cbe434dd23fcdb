import type { Chain } from "./chain.js";
import type { AgentCard } from "./generated/botmesh/v1/agent_card.js";
import { DEFAULT_LIMITS, type Limits, narrow } from "./limits.js";
import { OpenDelegations } from "./open-delegations.js";
import type { Settings } from "./settings.js";
import { Stats } from "./stats.js";
import type { Telemetry } from "./telemetry.js";
import { WorkTable } from "./work-table.js";

/** Looks up the agents that a caller may call. */
export interface Targets {
  /** Returns the card of an active agent. Throws UnknownAgent or NoLiveInstance. */
  find(account: string, name: string): AgentCard;
}

/** One process's end of its calls: identity, limits, work table and counters. */
export class Endpoint {
  /** Name of the agent that this process serves; empty for a client. */
  agent = "";
  instance = "";
  shared = false;
  draining = false;
  targets!: Targets;
  ceiling: Limits = DEFAULT_LIMITS;
  /** The mesh's limits, narrowed by the settings and the agent's options. */
  limits: Limits = DEFAULT_LIMITS;
  readonly works: WorkTable;
  readonly stats = new Stats();
  /** Number of open delegations to this instance, by concurrencyKey. */
  readonly incoming = new Map<string, number>();
  /** Open delegations from this instance, by concurrencyKey. */
  readonly outgoing: OpenDelegations;
  readonly #narrowing: Partial<Limits>[];

  constructor(
    readonly telemetry: Telemetry,
    readonly account: string,
    settings: Settings,
    ...narrowing: Partial<Limits>[]
  ) {
    this.works = new WorkTable(settings);
    this.outgoing = new OpenDelegations(account);
    this.#narrowing = [settings.limits, ...narrowing];
    this.learn(DEFAULT_LIMITS);
  }

  /** Sets the mesh's limits as the ceiling and computes `limits` again. */
  learn(limits: Limits): void {
    this.ceiling = limits;
    this.limits = this.#narrowing.reduce(narrow, limits);
  }

  /** Returns this agent's entry in the path of a chain. */
  namedIn(chain: Chain): string {
    return this.account === chain.accountId ? this.agent : `${this.account}/${this.agent}`;
  }
}
