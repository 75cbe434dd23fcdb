/** The work of one instance by message id: what runs, and what ended a short while ago. */
import { createHash } from "node:crypto";
import { MessageIdReused, TooMuchWork } from "./errors.js";
import { Message, MessageType } from "./generated/botmesh/v1/message.js";
import { now } from "./limits.js";
import type { Settings } from "./settings.js";
import { after } from "./time.js";
import { Work } from "./work.js";

/** What is told to a bot's `onNotify` function; the last two: how a task has ended. */
export const HEARD = new Set([
  MessageType.MESSAGE_TYPE_UNSPECIFIED,
  MessageType.MESSAGE_TYPE_BROADCAST,
  MessageType.MESSAGE_TYPE_RESPONSE,
  MessageType.MESSAGE_TYPE_ERROR,
]);

/** What asks for work: a call, as far as the table cares. */
export interface WorkRequest {
  /** The method's full name. */
  readonly method: string;
  readonly message: Message | undefined;
  readonly account: string;
  /** The agent that asks; empty: a client that is no agent. */
  readonly fromAgent: string;
  /** On the clock of now(). */
  readonly deadline: number | undefined;
  readonly maxReplyBytes: number;
}

export class WorkTable {
  readonly running = new Map<string, Work>();
  readonly #done = new Map<string, { at: number; size: number; work: Work }>(); // oldest first
  #bytes = 0;
  #anonymous = 0;

  constructor(private readonly settings: Settings) {}

  /** How many are remembered, running ones included. */
  get remembered(): number {
    return this.running.size + this.#done.size;
  }

  /** The work under the call's message id, and whether it was there before. */
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
      (one) => {
        this.#ended(one);
      },
    );
    this.running.set(key, work);
    return { work, joined: false };
  }

  /** The work under a key, running or ended. */
  find(key: string): Work | undefined {
    this.#prune();
    return this.running.get(key) ?? this.#done.get(key)?.work;
  }

  /** Whether there is work under the call's message id. */
  knows(request: WorkRequest): boolean {
    return (request.message?.messageId ?? "") !== "" && this.find(keyOf(request)) !== undefined;
  }

  /** Drop work that never began. */
  forget(work: Work): void {
    if (this.running.get(work.key) === work) this.running.delete(work.key);
  }

  /** Wait so many seconds until nothing runs, then end what still does. */
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

/** The idempotency key: account, from_agent, message_id. None of them holds a blank. */
export function workKey(account: string, from: string, messageId: string): string {
  return `${account} ${from} ${messageId}`;
}

function keyOf(request: WorkRequest): string {
  return workKey(request.account, request.fromAgent, request.message?.messageId ?? "");
}

/** What a repeat must have in common with the first: everything but when and in which chain it was sent. */
function fingerprint(request: WorkRequest): string {
  const message = request.message ?? Message.create();
  const core = { ...message, timestamp: undefined, correlationId: "", accountId: "", messageType: 0 };
  const isHeard = request.method.endsWith("/Notify") && HEARD.has(message.messageType); // nobody answers it
  const kind = request.method.endsWith("/Transfer") ? "transfer" : isHeard ? "told" : "task";
  return createHash("sha256")
    .update(kind)
    .update(Message.encode(sorted(core) as Message).finish())
    .digest("base64");
}

/** The same value with the keys of all plain objects in order, so that maps have one encoding. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
