/** This process's side of its calls. */
import type { Chain } from "./chain.js";
import type { AgentCard } from "./generated/botmesh/v1/agent_card.js";
import { DEFAULT_LIMITS, type Limits, narrow } from "./limits.js";
import type { Settings } from "./settings.js";
import { Stats } from "./stats.js";
import type { Telemetry } from "./telemetry.js";
import { WorkTable } from "./work-table.js";

/** Where a caller looks up which agents it may call. */
export interface Targets {
  /** The card of an active agent; throws UnknownAgent or NoLiveInstance. */
  find(account: string, name: string): AgentCard;
}

/** This process's end of its calls: who it is, what it allows, what it counts. */
export class Endpoint {
  /** The agent that this process serves; empty: a client that is no agent. */
  agent = "";
  instance = "";
  /** Whether other accounts may call this agent. */
  shared = false;
  draining = false;
  targets!: Targets;
  /** The mesh's limits. */
  ceiling: Limits = DEFAULT_LIMITS;
  /** The mesh's, narrowed by environment and agent. */
  limits: Limits = DEFAULT_LIMITS;
  readonly works: WorkTable;
  readonly stats = new Stats();
  /** Open delegations to this instance, by conversation. */
  readonly incoming = new Map<string, number>();
  /** Open delegations of this instance to others, by conversation. */
  readonly outgoing = new Map<string, number>();
  readonly #narrowing: Partial<Limits>[];

  constructor(
    readonly telemetry: Telemetry,
    readonly account: string,
    settings: Settings,
    ...narrowing: Partial<Limits>[]
  ) {
    this.works = new WorkTable(settings);
    this.#narrowing = [settings.limits, ...narrowing];
    this.learn(DEFAULT_LIMITS);
  }

  /** Take the mesh's limits as the ceiling. */
  learn(limits: Limits): void {
    this.ceiling = limits;
    this.limits = this.#narrowing.reduce(narrow, limits);
  }

  /** This agent as it stands in a chain's path. */
  namedIn(chain: Chain): string {
    return this.account === chain.accountId ? this.agent : `${this.account}/${this.agent}`;
  }
}
