/**
 * The work that an instance does, kept by message id: repeats join it or replay its outcome.
 *
 * Work belongs to its message id, not to a connection. When the last caller is lost it goes on for a moment, in which
 * the same id can attach again; its deadline ends it whatever its bot does. A repeat that brings a later deadline moves
 * that one out: this is how work goes on for longer than a call may.
 */
import { setMaxListeners } from "node:events";
import { type BotmeshError, Cancelled, DeadlineExpired, MessageTooLarge, OutcomeUnknown } from "./errors.js";
import { type CancelReceipt, DelegateStreamResponse, TransferResponse } from "./generated/botmesh/v1/agent_service.js";
import { Reply } from "./generated/botmesh/v1/message.js";
import { now } from "./limits.js";
import { Pieces } from "./reply.js";
import { asError } from "./status.js";
import { after as runAfter } from "./time.js";

/** A bot may be this many events ahead of its fastest reader. */
const WINDOW = 64;
/** Events of one work that are kept for a reader that attaches again, in bytes. */
const KEPT_EVENT_BYTES = 8 * 1024 * 1024;
/** Bytes that an entry takes beside its outcome, about. */
const OVERHEAD = 512;

/** What came of work: a task's reply, or the answer to an offer. */
export type Outcome = { reply: Reply } | { decision: TransferResponse };

/** Something that others wait for, again and again. */
class Pulse {
  #waiting: (() => void)[] = [];

  /** Until the next beat. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  beat(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** One piece of work: what runs, who waits for it, and what came of it. */
export class Work {
  began = false;
  settled = false;
  /** Whether it goes on without callers: nobody waits for its outcome. */
  detached = false;
  outcome: Outcome | undefined;
  error: BotmeshError | undefined;
  events: DelegateStreamResponse[] = [];
  /** When the bot's function has returned. */
  ended: Promise<void> = Promise.resolve();
  /** What to undo when it is over. */
  readonly atEnd: (() => void)[] = [];
  /** Cancellations of calls below that are under way. */
  readonly cancels: Promise<CancelReceipt[]>[] = [];
  readonly #abort = new AbortController();
  readonly #changed = new Pulse();
  #dropped = 0;
  #eventBytes = 0;
  #callers = 0;
  /** The last event that any caller has taken; infinite if a caller takes only the outcome. */
  #consumed = 0;
  #timer: NodeJS.Timeout | undefined;
  #orphaned: NodeJS.Timeout | undefined;

  constructor(
    readonly key: string,
    readonly repeatable: boolean,
    readonly digest: string,
    public deadline: number,
    readonly grace: number,
    readonly onSettled: (work: Work) => void,
  ) {
    setMaxListeners(0, this.signal); // a bot may ask as many others as it likes
  }

  /** Aborted when the work is over. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The number of the last event. */
  get last(): number {
    return this.#dropped + this.events.length;
  }

  /** Run it, until its deadline at the latest. */
  start(run: () => Promise<Outcome>): void {
    this.began = true;
    this.#expire();
    this.ended = run().then(
      (outcome) => {
        this.#settle(outcome);
      },
      (error: unknown) => {
        this.#settle(undefined, asError(error));
      },
    );
  }

  /** Let it run until `deadline` if that is later than its own. */
  extend(deadline: number): void {
    if (this.settled || deadline <= this.deadline) return;
    this.deadline = deadline;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#expire();
  }

  /** Wait for the outcome. The wait can be given up; see `grace`. */
  async result(lost: AbortSignal): Promise<Outcome> {
    this.#enter(lost);
    this.#consumed = Number.POSITIVE_INFINITY;
    this.#changed.beat();
    try {
      while (!this.settled) await this.#change(lost);
    } finally {
      this.#leave(lost);
    }
    return this.#result();
  }

  /**
   * The events with a number greater than `after`, as they come; then the outcome is there.
   *
   * @throws OutcomeUnknown the first of them are no longer kept.
   */
  async *read(after: number, lost: AbortSignal): AsyncGenerator<DelegateStreamResponse> {
    this.#enter(lost);
    try {
      for (;;) {
        while (after < this.last) {
          if (after < this.#dropped) {
            throw new OutcomeUnknown("the first events of this work are no longer kept: ask again as a new task");
          }
          after++;
          this.#consumed = Math.max(this.#consumed, after);
          const event = this.events[after - this.#dropped - 1];
          this.#changed.beat();
          if (event !== undefined) yield event;
        }
        if (this.settled) break;
        await this.#change(lost);
      }
    } finally {
      this.#leave(lost);
    }
    this.#result();
  }

  /** Add an event; waits while all readers are far behind. */
  async emit(event: DelegateStreamResponse["event"]): Promise<void> {
    while (this.last - this.#consumed >= WINDOW && !this.detached && !this.settled) await this.#changed.next();
    this.signal.throwIfAborted();
    const unread = this.#consumed === Number.POSITIVE_INFINITY || (this.detached && this.#callers === 0);
    if (unread && this.#eventBytes > KEPT_EVENT_BYTES) {
      throw new MessageTooLarge(
        `the reply is over ${String(KEPT_EVENT_BYTES)} bytes and nobody reads it as it comes: ask for a stream`,
        { size: this.#eventBytes, limit: KEPT_EVENT_BYTES, direction: "response" },
      );
    }
    const made: DelegateStreamResponse = { sequence: this.last + 1, event };
    this.events.push(made);
    this.#eventBytes += sizeOf(made);
    while (
      this.#eventBytes > KEPT_EVENT_BYTES &&
      this.#dropped < this.#consumed &&
      this.#consumed !== Number.POSITIVE_INFINITY
    ) {
      const first = this.events.shift();
      if (first !== undefined) this.#eventBytes -= sizeOf(first);
      this.#dropped++;
    }
    this.#changed.beat();
  }

  /** End it at once; nothing happens if it has ended. */
  cancel(reason: string): void {
    this.#settle(undefined, new Cancelled(reason));
  }

  /** Let it go on without callers. */
  detach(): void {
    this.detached = true;
    this.#changed.beat();
  }

  /** A reply with the pieces that were sent before it. */
  whole(reply: Reply): Reply {
    const pieces = new Pieces();
    for (const { event } of this.events) {
      if (event?.$case === "partial" && event.partial.part !== undefined) {
        pieces.add(event.partial.part, event.partial.append);
      }
    }
    return pieces.whole(reply);
  }

  /** Bytes that it takes in memory, about. */
  size(): number {
    const outcome =
      this.outcome === undefined || !("reply" in this.outcome) ? 0 : Reply.encode(this.outcome.reply).finish().length;
    return OVERHEAD + this.#eventBytes + outcome;
  }

  #expire(): void {
    this.#timer = runAfter(this.deadline - now(), () => {
      this.#settle(undefined, new DeadlineExpired("the deadline passed before the work was done"));
    });
  }

  /** Keep the first outcome; a late one changes nothing. */
  #settle(outcome?: Outcome, error?: BotmeshError): void {
    if (this.settled) return;
    if (error !== undefined) error.started = true;
    this.outcome = outcome;
    this.error = error;
    this.settled = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#orphaned);
    for (const undo of this.atEnd) undo();
    this.onSettled(this);
    this.#abort.abort();
    this.#changed.beat();
  }

  #result(): Outcome {
    if (this.error !== undefined) throw this.error;
    if (this.outcome === undefined) throw new Error("settled without an outcome");
    return this.outcome;
  }

  /** The next change; throws where the call that waits for it is lost. */
  async #change(lost: AbortSignal): Promise<void> {
    if (!lost.aborted) await this.#changed.next();
    if (!lost.aborted || this.settled) return;
    throw lost.reason instanceof DeadlineExpired ? lost.reason : new Cancelled("the caller is gone");
  }

  readonly #wake = (): void => {
    this.#changed.beat();
  };

  #enter(lost: AbortSignal): void {
    this.#callers++;
    clearTimeout(this.#orphaned);
    lost.addEventListener("abort", this.#wake);
  }

  #leave(lost: AbortSignal): void {
    lost.removeEventListener("abort", this.#wake);
    this.#callers--;
    if (this.#callers > 0 || this.settled || this.detached) return;
    this.#orphaned = runAfter(this.grace, () => {
      this.cancel("the last caller was lost");
    });
  }
}

function sizeOf(event: DelegateStreamResponse): number {
  return DelegateStreamResponse.encode(event).finish().length;
}
