/** The stream events of one work, kept for readers that attach late or again. */
import { encoded } from "./codec.js";
import { MessageTooLarge } from "./errors.js";
import { DelegateStreamResponse } from "./generated/botmesh/v1/agent_service.js";
import type { Reply } from "./generated/botmesh/v1/message.js";
import { checkReplySize, Pieces } from "./reply.js";

/** Maximum size of the kept events, in bytes. Events that nobody has read stay beyond it. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
/** Approximate memory of an event beside its contents, in bytes. */
const EVENT_OVERHEAD = 128;
/** Maximum number of pieces of one streamed reply. A piece of a few bytes takes a hundred times its size in memory. */
const MAX_PIECES = 65_536;

type Event = DelegateStreamResponse["event"];

/** A bounded buffer of numbered events. It counts the bytes and the pieces of the reply that the events stream. */
export class WorkEvents {
  /** In order of their sequence. Dropped progress leaves gaps. Sizes are in bytes. */
  readonly #kept: { event: DelegateStreamResponse; size: number }[] = [];
  #keptBytes = 0;
  #last = 0;
  #consumed = 0;
  /** Sequence of the newest dropped event that was not progress. */
  #dropped = 0;
  /** Bytes of all pieces and resets so far, kept or not. A reset does not lower the count. */
  #replyBytes = 0;
  #pieces = 0;

  constructor(private readonly maxReplyBytes: number) {}

  /** Sequence of the newest event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Sequence of the newest event that any reader has taken; infinite if a caller waits only for the outcome. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Approximate memory, in bytes. */
  get bytes(): number {
    return this.#keptBytes;
  }

  /** Records that a reader has taken the events up to `sequence`. */
  consume(sequence: number): void {
    this.#consumed = Math.max(this.#consumed, sequence);
  }

  /**
   * Counts an event towards the limits of the reply. Progress does not count.
   *
   * @throws MessageTooLarge if the reply exceeds `maxReplyBytes` or has more than 65,536 pieces.
   */
  count(event: Event): void {
    if (event?.$case === "progress") return;
    if (++this.#pieces > MAX_PIECES) {
      throw new MessageTooLarge(`the reply comes in more than ${String(MAX_PIECES)} pieces: send larger ones`, {
        size: this.#replyBytes,
        limit: this.maxReplyBytes,
        direction: "reply",
      });
    }
    this.#replyBytes = this.#sizeWith(event);
  }

  /** Throws MessageTooLarge if the streamed pieces and the final reply together exceed `maxReplyBytes`. */
  checkReply(reply: Reply): void {
    this.#sizeWith({ $case: "reply", reply });
  }

  /** Appends an event and drops old ones until the kept bytes are within their limit, as far as readers allow. */
  add(event: Event): void {
    const numbered: DelegateStreamResponse = { sequence: this.#last + 1, event };
    const size = EVENT_OVERHEAD + sizeOf(numbered);
    this.#last++;
    this.#kept.push({ event: numbered, size });
    this.#keptBytes += size;
    while (this.#keptBytes > MAX_KEPT_BYTES && this.#dropOne());
  }

  /** Whether an event after this sequence, other than progress, is no longer kept. */
  isDroppedAfter(sequence: number): boolean {
    return sequence < this.#dropped;
  }

  /** Returns the first kept event after this sequence. */
  next(sequence: number): DelegateStreamResponse | undefined {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle]?.event.sequence ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return this.#kept[low]?.event;
  }

  /** Returns the reply with the streamed pieces in front of its own parts. */
  whole(reply: Reply): Reply {
    const pieces = new Pieces();
    for (const {
      event: { event },
    } of this.#kept) {
      if (event?.$case === "partial" && event.partial.part !== undefined) {
        pieces.add(event.partial.part, event.partial.append);
      }
    }
    return pieces.whole(reply);
  }

  #sizeWith(event: Event): number {
    return checkReplySize(this.#replyBytes + sizeOf({ sequence: this.#last + 1, event }), this.maxReplyBytes);
  }

  /** Drops the oldest event if a reader has taken it, else the oldest progress; never the newest event. */
  #dropOne(): boolean {
    const { length } = this.#kept;
    const first = this.#kept[0]?.event.sequence ?? 0;
    const isRead = this.#consumed !== Number.POSITIVE_INFINITY && first <= this.#consumed;
    const at = isRead ? 0 : this.#kept.findIndex(({ event }) => event.event?.$case === "progress");
    if (at < 0 || at >= length - 1) return false;
    const [gone] = this.#kept.splice(at, 1);
    if (gone === undefined) return false;
    this.#keptBytes -= gone.size;
    if (gone.event.event?.$case !== "progress") this.#dropped = gone.event.sequence;
    return true;
  }
}

function sizeOf(event: DelegateStreamResponse): number {
  return encoded(DelegateStreamResponse, event).length;
}
