/** Open delegations from this instance, by concurrencyKey, and those that the registry has told of elsewhere. */
import type { OpenDelegations as Report } from "./generated/botmesh/v1/registry_service.js";

/** Number of open delegations of a key from which a heartbeat tells it. */
const REPORTED_FROM = 2;
/** Number of open delegations of a key at which a heartbeat tells it at once. */
const TOLD_AT_ONCE = 5;
/** Maximum number of keys in a heartbeat. */
const MAX_KEYS = 256;

export class OpenDelegations {
  /** Called when the count of a key of the instance's account reaches 5. */
  onMany: () => void = () => undefined;
  readonly #here = new Map<string, number>();
  #elsewhere = new Map<string, number>();
  readonly #prefix: string;

  constructor(account: string) {
    this.#prefix = `${account}/`;
  }

  /** Number of open delegations of all keys. */
  get total(): number {
    return [...this.#here.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Returns the number of open delegations of a key from this instance. */
  here(key: string): number {
    return this.#here.get(key) ?? 0;
  }

  /** Returns the number of open delegations of a key at other instances, as of the last heartbeat. */
  elsewhere(key: string): number {
    return this.#elsewhere.get(key) ?? 0;
  }

  /** Counts a delegation. Returns a function that ends it. */
  enter(key: string): () => void {
    const count = this.here(key) + 1;
    this.#here.set(key, count);
    if (count === TOLD_AT_ONCE && key.startsWith(this.#prefix)) this.onMany();
    return () => {
      const left = this.here(key) - 1;
      if (left > 0) this.#here.set(key, left);
      else this.#here.delete(key);
    };
  }

  /** Returns the counts for a heartbeat: keys of the account with 2 or more, at most 256, the largest first. */
  report(): Report[] {
    return [...this.#here]
      .filter(([key, count]) => count >= REPORTED_FROM && key.startsWith(this.#prefix))
      .sort(([, a], [, b]) => b - a)
      .slice(0, MAX_KEYS)
      .map(([key, count]) => ({ key: key.slice(this.#prefix.length), count }));
  }

  /** Replaces the counts of other instances. */
  learn(elsewhere: readonly Report[]): void {
    this.#elsewhere = new Map(elsewhere.map(({ key, count }) => [this.#prefix + key, count]));
  }
}
