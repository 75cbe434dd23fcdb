/**
 * A caller's watched copy of the live instances. Calls use this copy and not the registry, so that they work while the
 * registry is down, or has restarted and does not know all instances yet.
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

/** Seconds to wait for the first snapshot. */
const FIRST_SNAPSHOT = 5;
/** Seconds to wait for the registry's answer about an agent that the copy lacks. */
const LOOK_UP = 1;
const WATCH = `${REGISTRY_SERVICE}WatchAgents`;

interface Entry {
  card: AgentCard;
  instances: Map<string, Instance>;
}

/** The agents and instances that a snapshot, and the changes after it, have named. */
interface Named {
  instances: Set<string>;
  agents: Set<string>;
  complete: boolean;
  /** Whether a chunk was unreadable. Entries that no other chunk names may have been in it. */
  torn: boolean;
}

export class Directory {
  onLimits: (limits: Limits) => void = () => undefined;
  onTraceEndpoint: (endpoint: string) => void = () => undefined;
  /** Called after each change of the copy. */
  onChange: () => void = () => undefined;
  /** Whether a response was unreadable, so that the copy may lack changes. The next watch starts with a snapshot. */
  #torn = false;
  /** Why the snapshot was unreadable; empty if it was not. */
  #unreadable = "";
  readonly #entries = new Map<string, Entry>();
  readonly #owner = new Map<string, string>();
  readonly #stopping = new AbortController();
  #revision = "";
  /** Undefined: entries are not removed for being absent. */
  #named: Named | undefined;
  #watching: Promise<void> | undefined;
  #isReady: () => void = () => undefined;
  readonly #ready = new Promise<void>((resolve) => (this.#isReady = resolve));

  constructor(
    readonly account: string,
    readonly registry: RegistryClient,
  ) {}

  /**
   * Resolves when the copy has a first snapshot.
   *
   * @throws RegistryUnreachable if none comes within `within` seconds.
   * @throws InvalidField if the registry answers with an unreadable snapshot.
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

  /**
   * Asks the registry about an agent that has no live instance in the copy. Waits for the first snapshot before.
   *
   * @throws as `ready`, if there is no snapshot within `within` seconds, at most 5.
   */
  async lookUp(account: string, target: string, within: number): Promise<void> {
    await this.ready(Math.min(FIRST_SNAPSHOT, within));
    if (this.live(account, target).length === 0) await this.refresh(account, target, within);
  }

  /** Asks the registry about an agent and updates the copy. Waits up to `within` seconds; no answer changes nothing. */
  async refresh(account: string, target: string, within: number): Promise<void> {
    try {
      const agent = await this.registry.getAgent(account, target, Math.min(LOOK_UP, within));
      if (agent?.card !== undefined) this.#put(agent.card);
      for (const instance of agent?.instances ?? []) this.#putInstance(instance);
    } catch (error) {
      if (!(error instanceof BotmeshError)) throw error; // use the copy as it is
    }
  }

  /**
   * Returns the card of an active agent.
   *
   * @throws UnknownAgent if there is no agent of that name; its metadata has the nearest names.
   * @throws NoLiveInstance if the agent is known but has no live instance.
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

  /** Returns the ready instances of an agent; the busy ones if none is ready. */
  live(account: string, target: string): Instance[] {
    const all = [...(this.#entries.get(key(account, target))?.instances.values() ?? [])];
    const ready = all.filter(({ readiness }) => readiness <= Readiness.READINESS_READY);
    return ready.length > 0 ? ready : all.filter(({ readiness }) => readiness === Readiness.READINESS_BUSY);
  }

  /** Whether the copy contains this instance. */
  has(instanceId: string): boolean {
    return this.#owner.has(instanceId);
  }

  /** Returns all agents of the copy, sorted by account and name. */
  agents(): Agent[] {
    return [...this.#entries.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { card, instances }]) => Agent.fromPartial({ card, instances: [...instances.values()] }));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  /** Applies a serialized response of the watch, without its invalid optional fields. */
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

  /**
   * Applies a response of the watch. Entries in `leftOut` were invalid, but they exist, so they are not removed as
   * absent.
   */
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

  /** Removes what a complete snapshot of a warm registry does not name. */
  #dropUnnamed(named: Named): void {
    for (const id of [...this.#owner.keys()]) if (!named.instances.has(id)) this.#removeInstance(id);
    for (const name of [...this.#entries.keys()]) if (!named.agents.has(name)) this.#entries.delete(name);
  }

  /** Watches until close(). Failures are logged and retried. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    let wait = BACKOFF.least;
    while (!signal.aborted) {
      try {
        if (await this.#watchOnce(signal)) wait = BACKOFF.least;
        else this.#unreadable = ""; // the registry is down
      } catch (error) {
        warnOnce(`the watch of the registry failed and begins again: ${reasonOf(error)}`);
      }
      await pause((wait / 2) * (1 + Math.random()), signal);
      wait = Math.min(BACKOFF.most, wait * 2);
    }
  }

  /** Watches until the stream ends. Returns whether a response came. */
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
