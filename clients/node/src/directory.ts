/**
 * The watched copy of the registry that callers look instances up in. The registry is on nobody's hot path: while it is
 * away, or has just started and does not know everybody yet, callers go on with this copy.
 */
import { decoded } from "./codec.js";
import { BotmeshError, NoLiveInstance, UnknownAgent } from "./errors.js";
import { REGISTRY_SERVICE } from "./contract.js";
import { type LeftOut, sift } from "./fields/sift.js";
import { Agent } from "./generated/botmesh/v1/agent.js";
import { AgentCard } from "./generated/botmesh/v1/agent_card.js";
import { type Instance, Readiness } from "./generated/botmesh/v1/instance.js";
import {
  type AgentChanges,
  type SnapshotChunk,
  WatchAgentsRequest,
  WatchAgentsResponse,
} from "./generated/botmesh/v1/registry_service.js";
import { type Limits, limitsFrom } from "./limits.js";
import { didYouMean, nearest, splitName } from "./names.js";
import { BACKOFF } from "./registration.js";
import type { RegistryClient } from "./registry-client.js";
import { pause } from "./time.js";
import { reasonOf, warnOfLeftOut, warnOnce } from "./warnings.js";

/** Seconds to wait for the registry's first answer. */
const FIRST_SNAPSHOT = 5;
/** Seconds to ask the registry about an agent that the copy does not have. */
const LOOK_UP = 1;
const WATCH = `${REGISTRY_SERVICE}WatchAgents`;

interface Entry {
  card: AgentCard;
  instances: Map<string, Instance>;
}

/** What a snapshot has named, and what came after it. */
interface Named {
  instances: Set<string>;
  agents: Set<string>;
  complete: boolean;
  /** Whether a piece of it could not be read: what the others do not name may have been in that one. */
  torn: boolean;
}

export class Directory {
  onLimits: (limits: Limits) => void = () => undefined;
  onTraceEndpoint: (endpoint: string) => void = () => undefined;
  /** Called after every change of the copy. */
  onChange: () => void = () => undefined;
  /** A response could not be read, so that the copy lacks what it said: the next watch begins anew. */
  #torn = false;
  /** Why the copy could not be taken in; empty: nobody knows of a reason. */
  #unreadable = "";
  readonly #entries = new Map<string, Entry>();
  readonly #owner = new Map<string, string>();
  readonly #stopping = new AbortController();
  #revision = "";
  /** Undefined: nothing is to be removed by absence. */
  #named: Named | undefined;
  #watching: Promise<void> | undefined;
  #isReady: () => void = () => undefined;
  readonly #ready = new Promise<void>((resolve) => (this.#isReady = resolve));

  constructor(
    readonly account: string,
    readonly registry: RegistryClient,
  ) {}

  /**
   * Return when there is a copy.
   *
   * @throws RegistryUnreachable none comes within so many seconds.
   * @throws InvalidField the registry answers, and its snapshot cannot be read.
   */
  async ready(within = FIRST_SNAPSHOT): Promise<void> {
    this.#watching ??= this.#watch();
    const late = new AbortController();
    await Promise.race([
      this.#ready,
      pause(within, late.signal).then(() => {
        if (late.signal.aborted) return;
        if (this.#unreadable !== "") throw this.registry.unreadable(this.#unreadable);
        throw this.registry.unreachable();
      }),
    ]).finally(() => {
      late.abort();
    });
  }

  /** Make sure that the copy is as good as the registry about one agent, as far as that takes so many seconds. */
  async lookUp(account: string, target: string, within: number): Promise<void> {
    await this.ready(Math.min(FIRST_SNAPSHOT, within));
    if (this.live(account, target).length === 0) await this.refresh(account, target, within);
  }

  /** Ask the registry about one agent, whatever the copy says; one that does not answer changes nothing. */
  async refresh(account: string, target: string, within: number): Promise<void> {
    try {
      const agent = await this.registry.getAgent(account, target, Math.min(LOOK_UP, within));
      if (agent?.card !== undefined) this.#put(agent.card);
      for (const instance of agent?.instances ?? []) this.#putInstance(instance);
    } catch (error) {
      if (!(error instanceof BotmeshError)) throw error; // else the copy decides
    }
  }

  /**
   * The card of an active agent.
   *
   * @throws UnknownAgent no agent of that name; the nearest names are in its metadata.
   * @throws NoLiveInstance it is known, and nobody serves it now.
   */
  find(account: string, target: string): AgentCard {
    const entry = this.#entries.get(key(account, target));
    if (entry === undefined || !(entry.card.accountId === account || entry.card.shared)) {
      const mine = [...this.#entries.values()].filter(({ card }) => card.accountId === account);
      const close = nearest(
        target,
        mine.map(({ card }) => card.name),
      );
      throw new UnknownAgent(`no agent '${target}' is registered.${didYouMean(close)}`, { nearest: close.join(",") });
    }
    if (this.live(account, target).length === 0) {
      throw new NoLiveInstance(`${target} is known, but no instance of it is ready: start one`, { agent: target });
    }
    return entry.card;
  }

  /** The instances to call: the ready ones, else the busy ones. */
  live(account: string, target: string): Instance[] {
    const all = [...(this.#entries.get(key(account, target))?.instances.values() ?? [])];
    const ready = all.filter(({ readiness }) => readiness <= Readiness.READINESS_READY);
    return ready.length > 0 ? ready : all.filter(({ readiness }) => readiness === Readiness.READINESS_BUSY);
  }

  /** Whether an instance holds a lease, as far as we know. */
  has(instanceId: string): boolean {
    return this.#owner.has(instanceId);
  }

  /** All agents in the copy, by account and name. */
  agents(): Agent[] {
    return [...this.#entries.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { card, instances }]) => Agent.fromPartial({ card, instances: [...instances.values()] }));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  /** Take in one step of the watch as it came, as far as it can be used. */
  take(bytes: Uint8Array): void {
    try {
      const leftOut: LeftOut[] = [];
      sift(WATCH, bytes, (what) => {
        warnOfLeftOut(what);
        leftOut.push(what);
      });
      this.apply(decoded(WatchAgentsResponse, bytes, "response"), leftOut);
    } catch (error) {
      this.#torn = true;
      this.#named ??= { instances: new Set(), agents: new Set(), complete: false, torn: true };
      this.#named.torn = true;
      this.#unreadable = reasonOf(error);
      warnOnce(`skipped a response of the registry at ${this.registry.address}: ${this.#unreadable}`);
    }
  }

  /** Take in one step of the watch; what was left out of it is there all the same. */
  apply(response: WatchAgentsResponse, leftOut: readonly LeftOut[] = []): void {
    if (response.limits !== undefined) this.onLimits(limitsFrom(response.limits));
    if (response.traceEndpoint !== "") this.onTraceEndpoint(response.traceEndpoint);
    if (response.event?.$case === "snapshot") this.#applySnapshot(response.event.snapshot);
    if (response.event?.$case === "changes") this.#applyChanges(response.event.changes, response.warming);
    for (const { field, facts } of leftOut) {
      if (field === "cards") this.#named?.agents.add(key(facts["account_id"] ?? "", facts["name"] ?? ""));
      if (field === "instances") this.#named?.instances.add(facts["instance_id"] ?? "");
    }
    if (this.#named?.complete === true && (this.#named.torn || !response.warming)) {
      if (!this.#named.torn) this.#dropUnnamed(this.#named);
      this.#named = undefined;
    }
    this.#revision = response.revision;
    this.onChange();
  }

  #applySnapshot(snapshot: SnapshotChunk): void {
    if (this.#named === undefined || this.#named.complete) {
      this.#named = { instances: new Set(), agents: new Set(), complete: false, torn: false };
    }
    for (const card of snapshot.cards) this.#put(card);
    for (const instance of snapshot.instances) this.#putInstance(instance);
    if (snapshot.complete) {
      this.#named.complete = true;
      this.#isReady();
    }
  }

  #applyChanges(changes: AgentChanges, warming: boolean): void {
    for (const card of changes.cards) this.#put(card);
    for (const instance of changes.instances) this.#putInstance(instance);
    for (const id of changes.removedInstances) this.#removeInstance(id);
    if (warming) return;
    for (const { accountId, name } of changes.removedAgents) this.#entries.delete(key(accountId, name));
  }

  #put(card: AgentCard): void {
    const name = key(card.accountId, card.name);
    this.#entry(name).card = card;
    this.#named?.agents.add(name);
  }

  #putInstance(instance: Instance): void {
    const name = key(instance.accountId, instance.agent);
    this.#entry(name).instances.set(instance.instanceId, instance);
    this.#owner.set(instance.instanceId, name);
    this.#named?.instances.add(instance.instanceId);
  }

  #entry(name: string): Entry {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      const [accountId, agent] = splitName(name);
      entry = { card: AgentCard.fromPartial({ accountId, name: agent }), instances: new Map() };
      this.#entries.set(name, entry);
    }
    return entry;
  }

  #removeInstance(id: string): void {
    this.#entries.get(this.#owner.get(id) ?? "")?.instances.delete(id);
    this.#owner.delete(id);
  }

  /** A snapshot is complete and its registry warm: what it did not name is gone. */
  #dropUnnamed(named: Named): void {
    for (const id of [...this.#owner.keys()]) if (!named.instances.has(id)) this.#removeInstance(id);
    for (const name of [...this.#entries.keys()]) if (!named.agents.has(name)) this.#entries.delete(name);
  }

  /** Watch until this closes: whatever happens is logged and tried again. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    let wait = BACKOFF.least;
    while (!signal.aborted) {
      try {
        if (await this.#watchOnce(signal)) wait = BACKOFF.least;
        else this.#unreadable = ""; // it does not answer any more
      } catch (error) {
        warnOnce(`the watch of the registry failed and begins again: ${reasonOf(error)}`);
      }
      await pause((wait / 2) * (1 + Math.random()), signal);
      wait = Math.min(BACKOFF.most, wait * 2);
    }
  }

  /** Watch until the stream ends; whether anything came. */
  #watchOnce(signal: AbortSignal): Promise<boolean> {
    this.#named = undefined;
    const since = this.#torn ? "" : this.#revision;
    this.#torn = false;
    const stream = this.registry.watch(WatchAgentsRequest.fromPartial({ accountId: this.account, since }));
    return new Promise<boolean>((resolve) => {
      let heard = false;
      const cancel = (): void => {
        stream.cancel();
      };
      const done = (): void => {
        signal.removeEventListener("abort", cancel);
        resolve(heard);
      };
      signal.addEventListener("abort", cancel, { once: true });
      stream.on("data", (bytes: Buffer) => {
        heard = true;
        this.take(bytes);
      });
      stream.on("error", done);
      stream.on("end", done);
    });
  }
}

function key(account: string, target: string): string {
  const [owner, name] = splitName(target);
  return `${owner || account}/${name}`;
}
