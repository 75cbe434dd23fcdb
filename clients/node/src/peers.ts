/** Connections to instances, one each, and the choice of an instance. */
import { type Channel, channelTo } from "./connection.js";
import { Unreachable } from "./errors.js";
import type { Instance } from "./generated/botmesh/v1/instance.js";
import { now } from "./limits.js";

/** An instance that this process calls, with its connection and health. */
export class Peer {
  inFlight = 0;
  ejectedUntil = 0;
  #leaving = false;
  #channel: Channel | undefined;

  constructor(readonly instance: Instance) {}

  /** Created at first use. Throws Unreachable if the address is malformed. */
  get channel(): Channel {
    this.#channel ??= channelTo(this.instance.address);
    return this.#channel;
  }

  get id(): string {
    return this.instance.instanceId;
  }

  /** Connects within `timeout` seconds. Throws Unreachable otherwise. */
  async connect(timeout: number): Promise<void> {
    if (await this.channel.connect(timeout)) return;
    const { agent, address } = this.instance;
    throw new Unreachable(`${agent} at ${address}: no connection could be made; nothing was sent`, { address });
  }

  /** Counts `run` as a call in flight. */
  async using<T>(run: () => Promise<T>): Promise<T> {
    this.inFlight++;
    try {
      return await run();
    } finally {
      this.inFlight--;
      if (this.#leaving) this.leave();
    }
  }

  close(): void {
    this.#channel?.close();
  }

  /** Closes the connection as soon as no call is in flight. */
  leave(): void {
    this.#leaving = true;
    if (this.inFlight === 0) this.close();
  }
}

/** All instances that this process has called. */
export class Peers {
  readonly #known = new Map<string, Peer>();

  /** `ejectionTime`: seconds for which a failed instance is avoided while there are others. */
  constructor(private readonly ejectionTime: number) {}

  /**
   * Picks two random instances and returns the one with fewer calls in flight. Ejected instances, and those in `avoid`,
   * are picked only if there are no others.
   */
  choose(instances: readonly Instance[], avoid: ReadonlySet<string> = new Set()): Peer {
    const fresh = instances.filter(({ instanceId }) => !avoid.has(instanceId));
    const healthy = fresh.filter(({ instanceId }) => (this.#known.get(instanceId)?.ejectedUntil ?? 0) <= now());
    const candidates = healthy.length > 0 ? healthy : fresh.length > 0 ? fresh : instances;
    const first = Math.floor(Math.random() * candidates.length);
    const step = 1 + Math.floor(Math.random() * Math.max(1, candidates.length - 1));
    const two = [candidates[first], candidates[(first + step) % candidates.length]].flatMap((one) =>
      one === undefined ? [] : [this.#get(one)],
    );
    return two.reduce((one, other) => (other.inFlight < one.inFlight ? other : one));
  }

  /** Avoids a failed instance for the ejection time. */
  eject(peer: Peer): void {
    peer.ejectedUntil = now() + this.ejectionTime;
  }

  /** Closes the connections to instances that are no longer live. */
  keep(live: (instanceId: string) => boolean): void {
    for (const [id, peer] of [...this.#known]) {
      if (live(id)) continue;
      this.#known.delete(id);
      peer.leave();
    }
  }

  close(): void {
    for (const peer of this.#known.values()) peer.close();
    this.#known.clear();
  }

  #get(instance: Instance): Peer {
    let peer = this.#known.get(instance.instanceId);
    if (peer === undefined) {
      peer = new Peer(instance);
      this.#known.set(instance.instanceId, peer);
    }
    return peer;
  }
}
