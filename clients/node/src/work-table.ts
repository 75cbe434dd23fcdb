/** The work of one instance by message id: running work, and work that ended recently. */
import { MessageIdReused, TooMuchWork } from "./errors.js";
import { fingerprint } from "./fingerprint.js";
import type { Message } from "./generated/botmesh/v1/message.js";
import { now } from "./limits.js";
import type { Settings } from "./settings.js";
import { after } from "./time.js";
import { Work } from "./work.js";

/** The properties of a call that identify and bound its work. */
export interface WorkRequest {
  /** The method's full name. */
  readonly method: string;
  readonly message: Message | undefined;
  readonly account: string;
  /** The calling agent; empty if the caller is a client. */
  readonly fromAgent: string;
  /** Seconds, on the clock of now(). */
  readonly deadline: number | undefined;
  readonly maxReplyBytes: number;
}

/** Finds, creates and forgets work. Ended work is kept for repeats, within bounds of age, number and bytes. */
export class WorkTable {
  readonly running = new Map<string, Work>();
  readonly #done = new Map<string, { at: number; size: number; work: Work }>(); // oldest first
  #bytes = 0;
  #anonymous = 0;

  constructor(private readonly settings: Settings) {}

  /** Number of works in the table, running and ended. */
  get remembered(): number {
    return this.running.size + this.#done.size;
  }

  /**
   * Returns the work for a call: the existing one with its message id, or a new one.
   *
   * @throws MessageIdReused if the id was used with another payload.
   * @throws TooMuchWork if `idempotencyEntries` works run already.
   */
  claim(request: WorkRequest): { work: Work; joined: boolean } {
    const repeatable = (request.message?.messageId ?? "") !== "";
    const key = repeatable ? keyOf(request) : `anonymous ${String(this.#anonymous++)}`;
    const digest = fingerprint(request);
    const found = this.find(key);
    if (found !== undefined) {
      if (found.digest !== digest) {
        const id = request.message?.messageId ?? "";
        throw new MessageIdReused(`message id ${id} was used with another payload: give each message its own`, {
          message_id: id,
        });
      }
      found.extend(request.deadline ?? 0);
      return { work: found, joined: true };
    }
    const limit = this.settings.idempotencyEntries;
    if (this.running.size >= limit) {
      throw new TooMuchWork(`${String(limit)} pieces of work run here: ask another instance or later`, { limit });
    }
    const work = new Work(
      key,
      repeatable,
      digest,
      request.deadline ?? now(),
      this.settings.orphanGrace,
      request.maxReplyBytes,
      (ended) => {
        this.#ended(ended);
      },
    );
    this.running.set(key, work);
    return { work, joined: false };
  }

  /** Returns the work with this key, running or ended. */
  find(key: string): Work | undefined {
    this.#prune();
    return this.running.get(key) ?? this.#done.get(key)?.work;
  }

  /** Whether work with the call's message id exists. */
  knows(request: WorkRequest): boolean {
    return (request.message?.messageId ?? "") !== "" && this.find(keyOf(request)) !== undefined;
  }

  /** Removes work that did not begin. */
  forget(work: Work): void {
    if (this.running.get(work.key) === work) this.running.delete(work.key);
  }

  /** Waits up to `timeout` seconds for running work to end, then cancels the rest. */
  async drain(timeout: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = after(timeout, resolve)));
    await Promise.race([late, Promise.all([...this.running.values()].map((work) => work.ended))]);
    clearTimeout(timer);
    for (const work of [...this.running.values()]) work.cancel("the instance is shutting down");
  }

  #ended(work: Work): void {
    this.forget(work);
    if (!work.repeatable) return;
    const size = work.size();
    this.#done.set(work.key, { at: now(), size, work });
    this.#bytes += size;
    this.#prune();
  }

  #prune(): void {
    const { idempotencyTtl, idempotencyEntries, idempotencyBytes } = this.settings;
    for (const [key, { at, size }] of this.#done) {
      if (now() - at <= idempotencyTtl && this.#done.size <= idempotencyEntries && this.#bytes <= idempotencyBytes)
        return;
      this.#done.delete(key);
      this.#bytes -= size;
    }
  }
}

/** The idempotency key. None of its three parts contains a space. */
export function workKey(account: string, from: string, messageId: string): string {
  return `${account} ${from} ${messageId}`;
}

function keyOf(request: WorkRequest): string {
  return workKey(request.account, request.fromAgent, request.message?.messageId ?? "");
}
