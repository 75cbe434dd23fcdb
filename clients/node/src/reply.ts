/** What comes back: replies, the events of a stream, and what they cost. */
import { MessageTooLarge } from "./errors.js";
import { Reply as ReplyProto } from "./generated/botmesh/v1/message.js";
import { Part } from "./generated/botmesh/v1/part.js";
import { Usage } from "./generated/botmesh/v1/usage.js";
import { type Content, textOf, toParts } from "./parts.js";

/** What a bot spent; all fields may be left out. */
export type UsageReport = Partial<Omit<Usage, "_unknownFields">>;

/** What a bot says of its answer besides the answer. */
export interface ReplyOptions {
  /** How sure it is, 0 to 1. */
  confidence?: number | undefined;
  /** What it spent. */
  usage?: UsageReport | undefined;
  /** Variables for the caller. */
  context?: Record<string, unknown> | undefined;
}

/** The answer to a delegation: what a bot returns, and what its caller gets. */
export class Reply {
  parts: Part[];
  /** How sure the callee is, 0 to 1; undefined: not said. */
  confidence: number | undefined;
  /** What the callee itself spent; undefined: nothing, or not said. */
  usage: Usage | undefined;
  context: Record<string, unknown>;
  /** What was spent below the callee, summed by agent, model and currency. */
  chainUsage: Usage[] = [];
  /** Who answered. */
  agent = "";
  instance = "";
  messageId = "";
  correlationId = "";
  /** The chain's trace, 32 hex digits; empty where nothing is traced. */
  traceId = "";

  /** Answer with `content`. Throws RangeError where the confidence is not within 0 to 1. */
  constructor(content?: Content, options: ReplyOptions = {}) {
    const { confidence, usage } = options;
    if (confidence !== undefined && !(confidence >= 0 && confidence <= 1)) {
      throw new RangeError(`confidence must be 0 to 1 but is ${String(confidence)}`);
    }
    this.parts = toParts(content);
    this.confidence = confidence;
    this.usage = usage === undefined ? undefined : Usage.fromPartial(usage);
    this.context = options.context ?? {};
  }

  /** The text parts, a line each. */
  get text(): string {
    return textOf(this.parts);
  }

  /** What the whole chain spent from the callee on. */
  get totalUsage(): Usage[] {
    return addUp([...(this.usage === undefined ? [] : [this.usage]), ...this.chainUsage]);
  }

  /** The contract's message as a Reply. */
  static from(given: ReplyProto, traceId: string): Reply {
    const { message } = given;
    const made = new Reply();
    made.parts = message?.payload ?? [];
    made.confidence = given.confidence;
    made.usage = given.usage;
    made.chainUsage = given.chainUsage;
    made.context = message?.context ?? {};
    made.agent = message?.fromAgent ?? "";
    made.instance = given.instanceId;
    made.messageId = message?.messageId ?? "";
    made.correlationId = message?.correlationId ?? "";
    made.traceId = traceId;
    return made;
  }
}

/** The bytes of a streamed reply so far. Throws MessageTooLarge past the limit: it may go on for ever. */
export function checkReplySize(size: number, limit: number): number {
  if (size <= limit) return size;
  throw new MessageTooLarge(
    `the reply is ${String(size)} bytes and more as a whole, and the limit ${String(limit)}: send less, or a URL`,
    { size, limit, direction: "reply" },
  );
}

/** Usages summed by agent, model and currency. */
export function addUp(usages: readonly Usage[]): Usage[] {
  const sums = new Map<string, Usage>();
  for (const { agent, model, currency, inputTokens, outputTokens, costMicros } of usages) {
    const key = JSON.stringify([agent, model, currency]);
    const sum = sums.get(key) ?? Usage.fromPartial({ agent, model, currency });
    sum.inputTokens += inputTokens;
    sum.outputTokens += outputTokens;
    sum.costMicros += costMicros;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

/** One event of a stream. All parts in order make the whole reply, unless a reset voids those before it. */
export interface Event {
  /** A piece of the reply. */
  part?: Part;
  /** The piece's text; empty for anything else. */
  text: string;
  /** Whether the piece's text continues the text of the piece before it. */
  append?: boolean;
  /** What is being done; for people, no part of the reply. */
  progress?: string;
  /** The share that is done, 0 to 1. */
  fraction?: number | undefined;
  /** Why the work runs again: forget all pieces before. */
  reset?: string;
}

/** Puts the pieces of a stream together. */
export class Pieces {
  #parts: Part[] = [];

  add(part: Part, append: boolean): void {
    const last = this.#parts.at(-1);
    if (append && last?.content?.$case === "text" && part.content?.$case === "text") {
      last.content.text += part.content.text;
    } else {
      this.#parts.push(Part.decode(Part.encode(part).finish()));
    }
  }

  /** All before is void. */
  reset(): void {
    this.#parts = [];
  }

  /** A reply with the pieces before its own parts. */
  whole(reply: ReplyProto): ReplyProto {
    if (this.#parts.length === 0 || reply.message === undefined) return reply;
    return { ...reply, message: { ...reply.message, payload: [...this.#parts, ...reply.message.payload] } };
  }
}
