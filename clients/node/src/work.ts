/**
 * The work that an instance does for a message id. Repeats of the id join the work or get its outcome again.
 *
 * Work is tied to its message id, not to a connection. After its last caller is lost it runs on for a grace period, in
 * which a call with the same id can attach again. Its deadline ends it regardless of what the bot does. A repeat with a
 * later deadline extends it, so that work can take longer than one call.
 */
import { setMaxListeners } from "node:events";
import { type BotmeshError, Cancelled, DeadlineExpired, OutcomeUnknown } from "./errors.js";
import type { CancelReceipt, DelegateStreamResponse, TransferResponse } from "./generated/botmesh/v1/agent_service.js";
import { Reply } from "./generated/botmesh/v1/message.js";
import { now } from "./limits.js";
import { Notifier } from "./notifier.js";
import { asError } from "./status.js";
import { after as runAfter } from "./time.js";
import { WorkEvents } from "./work-events.js";

/** How many events a bot may be ahead of its fastest reader before `emit` waits. */
const WINDOW = 64;
/** Approximate memory of a work beside its events and outcome, in bytes. */
const OVERHEAD = 512;

/** The result of work: the reply of a task, or the answer to an offer. */
export type Outcome = { reply: Reply } | { decision: TransferResponse };

/** One piece of work: its run, its callers, its events and its outcome. */
export class Work {
  began = false;
  settled = false;
  /** Whether it runs on without callers. */
  detached = false;
  outcome: Outcome | undefined;
  error: BotmeshError | undefined;
  /** Resolves when the bot's function has returned and the work is settled. */
  ended: Promise<void> = Promise.resolve();
  /** Run when the work is settled. */
  readonly atEnd: (() => void)[] = [];
  /** Receipts of the calls that this work made and cancelled. */
  readonly cancels: Promise<CancelReceipt[]>[] = [];
  readonly #abort = new AbortController();
  readonly #events: WorkEvents;
  readonly #changed = new Notifier();
  #callers = 0;
  #timer: NodeJS.Timeout | undefined;
  #orphaned: NodeJS.Timeout | undefined;

  /**
   * @param digest fingerprint of the request
   * @param deadline seconds, on the clock of now()
   * @param grace seconds that the work runs on after its last caller was lost
   * @param maxReplyBytes maximum size of a streamed reply as a whole
   */
  constructor(
    readonly key: string,
    readonly repeatable: boolean,
    readonly digest: string,
    public deadline: number,
    readonly grace: number,
    readonly maxReplyBytes: number,
    readonly onSettled: (work: Work) => void,
  ) {
    this.#events = new WorkEvents(maxReplyBytes);
    setMaxListeners(0, this.signal); // each call that the bot makes adds a listener
  }

  /** Aborted when the work is settled. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The sequence of the last event; 0 before the first. */
  get last(): number {
    return this.#events.last;
  }

  /** Starts the work. The deadline settles it if `run` has not. */
  start(run: () => Promise<Outcome>): void {
    this.began = true;
    this.#expire();
    this.ended = run()
      .then((outcome) => {
        if ("reply" in outcome) this.#events.checkReply(outcome.reply);
        this.#settle(outcome);
      })
      .catch((error: unknown) => {
        this.#settle(undefined, asError(error));
      });
  }

  /** Moves the deadline to `deadline` if that is later. */
  extend(deadline: number): void {
    if (this.settled || deadline <= this.deadline) return;
    this.deadline = deadline;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#expire();
  }

  /**
   * Waits for the outcome.
   *
   * @param lost aborted when the caller is gone; the work ends after `grace` if no other caller is left
   * @throws BotmeshError that the work failed with; Cancelled or DeadlineExpired if `lost` is aborted.
   */
  async result(lost: AbortSignal): Promise<Outcome> {
    this.#enter(lost);
    this.#events.consume(Number.POSITIVE_INFINITY);
    this.#changed.notifyAll();
    try {
      while (!this.settled) await this.#change(lost);
    } finally {
      this.#leave(lost);
    }
    return this.#result();
  }

  /**
   * Yields the events with a sequence greater than `after` as they come, and returns when the outcome is set.
   *
   * @param lost as for `result`
   * @throws OutcomeUnknown if some of these events are no longer kept.
   */
  async *read(after: number, lost: AbortSignal): AsyncGenerator<DelegateStreamResponse> {
    this.#enter(lost);
    try {
      for (;;) {
        while (after < this.last) {
          if (this.#events.isDroppedAfter(after)) {
            throw new OutcomeUnknown("the first events of this work are no longer kept: ask again as a new task");
          }
          const event = this.#events.next(after);
          if (event === undefined) break; // unreachable: the newest event is always kept
          after = event.sequence;
          this.#events.consume(after);
          this.#changed.notifyAll();
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

  /**
   * Adds an event. Waits while the bot is 64 events ahead of the fastest reader.
   *
   * @throws MessageTooLarge if the reply becomes too large; this settles the work.
   */
  async emit(event: DelegateStreamResponse["event"]): Promise<void> {
    while (this.last - this.#events.consumed >= WINDOW && !this.detached && !this.settled) await this.#changed.wait();
    this.signal.throwIfAborted();
    try {
      this.#events.count(event);
    } catch (error) {
      this.#settle(undefined, asError(error));
      throw error;
    }
    this.#events.add(event);
    this.#changed.notifyAll();
  }

  /** Settles the work with Cancelled, unless it is settled. */
  cancel(reason: string): void {
    this.#settle(undefined, new Cancelled(reason));
  }

  /** Lets the work run on without callers. */
  detach(): void {
    this.detached = true;
    this.#changed.notifyAll();
  }

  /** Returns the reply with the streamed pieces in front of its own parts. */
  whole(reply: Reply): Reply {
    return this.#events.whole(reply);
  }

  /** Approximate memory, in bytes. */
  size(): number {
    const outcome =
      this.outcome === undefined || !("reply" in this.outcome) ? 0 : Reply.encode(this.outcome.reply).finish().length;
    return OVERHEAD + this.#events.bytes + outcome;
  }

  #expire(): void {
    this.#timer = runAfter(this.deadline - now(), () => {
      this.#settle(undefined, new DeadlineExpired("the deadline passed before the work was done"));
    });
  }

  /** Stores the first outcome; later ones are ignored. */
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
    this.#changed.notifyAll();
  }

  #result(): Outcome {
    if (this.error !== undefined) throw this.error;
    if (this.outcome === undefined) throw new Error("settled without an outcome");
    return this.outcome;
  }

  /** Waits for the next change. Throws if the waiting call is lost before the work is settled. */
  async #change(lost: AbortSignal): Promise<void> {
    if (!lost.aborted) await this.#changed.wait();
    if (!lost.aborted || this.settled) return;
    throw lost.reason instanceof DeadlineExpired ? lost.reason : new Cancelled("the caller is gone");
  }

  readonly #wake = (): void => {
    this.#changed.notifyAll();
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
