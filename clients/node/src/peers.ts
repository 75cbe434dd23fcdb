/** Connections to instances: one each, reused, and which of several to take. */
import { type Channel, channelTo } from "./connection.js";
import { Unreachable } from "./errors.js";
import type { Instance } from "./generated/botmesh/v1/instance.js";
import { now } from "./limits.js";

/** One instance that this process calls. */
export class Peer {
  inFlight = 0;
  ejectedUntil = 0;
  #leaving = false;
  #channel: Channel | undefined;

  constructor(readonly instance: Instance) {}

  /** Made when it is first used. Throws Unreachable where the address is none. */
  get channel(): Channel {
    this.#channel ??= channelTo(this.instance.address);
    return this.#channel;
  }

  get id(): string {
    return this.instance.instanceId;
  }

  /** Return when the connection stands; Unreachable if it cannot be made in time: nothing was sent. */
  async connect(timeout: number): Promise<void> {
    if (await this.channel.connect(timeout)) return;
    const { agent, address } = this.instance;
    throw new Unreachable(`${agent} at ${address}: no connection could be made; nothing was sent`, { address });
  }

  /** With one more call in flight. */
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

  /** Close as soon as no call is in flight. */
  leave(): void {
    this.#leaving = true;
    if (this.inFlight === 0) this.close();
  }
}

/** All instances that this process has called. */
export class Peers {
  readonly #known = new Map<string, Peer>();

  /** `aside`: seconds that a failing instance is left alone while there are others. */
  constructor(private readonly aside: number) {}

  /**
   * The one with the fewest calls in flight of two random ones. Those that failed of late, and those to avoid, are taken
   * only if there are no others.
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

  /** It failed: prefer others for a while. */
  eject(peer: Peer): void {
    peer.ejectedUntil = now() + this.aside;
  }

  /** Close connections to instances that are no longer live. */
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
