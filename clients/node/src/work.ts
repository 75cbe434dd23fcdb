/**
 * The work that an instance does, kept by message id: repeats join it or replay its outcome.
 *
 * Work belongs to its message id, not to a connection. When the last caller is lost it goes on for a moment, in which
 * the same id can attach again; its deadline ends it whatever its bot does. A repeat that brings a later deadline moves
 * that one out: this is how work goes on for longer than a call may.
 */
import { setMaxListeners } from "node:events";
import { encoded } from "./codec.js";
import { type BotmeshError, Cancelled, DeadlineExpired, MessageTooLarge, OutcomeUnknown } from "./errors.js";
import { type CancelReceipt, DelegateStreamResponse, TransferResponse } from "./generated/botmesh/v1/agent_service.js";
import { Reply } from "./generated/botmesh/v1/message.js";
import { now } from "./limits.js";
import { checkReplySize, Pieces } from "./reply.js";
import { asError } from "./status.js";
import { after as runAfter } from "./time.js";

/** A bot may be this many events ahead of its fastest reader. */
const WINDOW = 64;
/** Events of one work that are kept for a reader that attaches again, in bytes. */
const KEPT_EVENT_BYTES = 8 * 1024 * 1024;
/** Bytes that an event takes in memory beside its contents, about. */
const EVENT_OVERHEAD = 128;
/** Pieces of one streamed reply: one of a few bytes takes a hundred times that in memory. */
const MAX_PIECES = 65_536;
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
  /**
   * What is kept, by number. Of progress there may be gaps: nobody misses it. Each with its bytes.
   */
  readonly #events: { event: DelegateStreamResponse; size: number }[] = [];
  /** When the bot's function has returned. */
  ended: Promise<void> = Promise.resolve();
  /** What to undo when it is over. */
  readonly atEnd: (() => void)[] = [];
  /** Cancellations of calls below that are under way. */
  readonly cancels: Promise<CancelReceipt[]>[] = [];
  readonly #abort = new AbortController();
  readonly #changed = new Pulse();
  #last = 0;
  /** The number of the last piece that is no longer kept. */
  #dropped = 0;
  #eventBytes = 0;
  /** Of all pieces and resets so far, kept or not: a reset does not set it back. */
  #replyBytes = 0;
  #pieces = 0;
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
    readonly maxReplyBytes: number,
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
    return this.#last;
  }

  /** Run it, until its deadline at the latest. */
  start(run: () => Promise<Outcome>): void {
    this.began = true;
    this.#expire();
    this.ended = run()
      .then((outcome) => {
        if ("reply" in outcome) this.#checkReply({ $case: "reply", reply: outcome.reply });
        this.#settle(outcome);
      })
      .catch((error: unknown) => {
        this.#settle(undefined, asError(error));
      });
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
          const event = this.#following(after);
          if (event === undefined) break; // never: the newest is always kept
          after = event.sequence;
          this.#consumed = Math.max(this.#consumed, after);
          this.#changed.beat();
          yield event;
        }
        if (this.settled) break;
        await this.#change(lost);
      }
    } finally {
      this.#leave(lost);
    }
    this.#result();
  }

  /** Add an event; waits while all readers are far behind. A piece too many ends the work with MessageTooLarge. */
  async emit(event: DelegateStreamResponse["event"]): Promise<void> {
    while (this.last - this.#consumed >= WINDOW && !this.detached && !this.settled) await this.#changed.next();
    this.signal.throwIfAborted();
    try {
      if (event?.$case !== "progress") this.#replyBytes = this.#checkPiece(event);
    } catch (error) {
      this.#settle(undefined, asError(error));
      throw error;
    }
    const made: DelegateStreamResponse = { sequence: this.#last + 1, event };
    const size = EVENT_OVERHEAD + sizeOf(made);
    this.#last++;
    this.#events.push({ event: made, size });
    this.#eventBytes += size;
    while (this.#eventBytes > KEPT_EVENT_BYTES && this.#dropOne()); // until the rest fits, or is needed
    this.#changed.beat();
  }

  /** The size of the reply with a piece more. */
  #checkPiece(event: DelegateStreamResponse["event"]): number {
    if (++this.#pieces > MAX_PIECES) {
      throw new MessageTooLarge(`the reply comes in more than ${String(MAX_PIECES)} pieces: send larger ones`, {
        size: this.#replyBytes,
        limit: this.maxReplyBytes,
        direction: "reply",
      });
    }
    return this.#checkReply(event);
  }

  #checkReply(event: DelegateStreamResponse["event"]): number {
    return checkReplySize(this.#replyBytes + sizeOf({ sequence: this.#last + 1, event }), this.maxReplyBytes);
  }

  /** Drop the oldest event if somebody has read it, else the oldest progress; never the newest. Whether one was. */
  #dropOne(): boolean {
    const { length } = this.#events;
    const first = this.#events[0]?.event.sequence ?? 0;
    const isRead = this.#consumed !== Number.POSITIVE_INFINITY && first <= this.#consumed;
    const at = isRead ? 0 : this.#events.findIndex(({ event }) => event.event?.$case === "progress");
    if (at < 0 || at >= length - 1) return false;
    const [gone] = this.#events.splice(at, 1);
    if (gone === undefined) return false;
    this.#eventBytes -= gone.size;
    if (gone.event.event?.$case !== "progress") this.#dropped = gone.event.sequence;
    return true;
  }

  /** The first event with a number greater than that. */
  #following(after: number): DelegateStreamResponse | undefined {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.event.sequence ?? 0) > after) high = middle;
      else low = middle + 1;
    }
    return this.#events[low]?.event;
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
    for (const {
      event: { event },
    } of this.#events) {
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
  return encoded(DelegateStreamResponse, event).length;
}
