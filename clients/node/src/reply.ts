/** Replies, the events of a streamed reply, and usage. */
import { MessageTooLarge } from "./errors.js";
import { Reply as ReplyProto } from "./generated/botmesh/v1/message.js";
import { Part } from "./generated/botmesh/v1/part.js";
import { Usage } from "./generated/botmesh/v1/usage.js";
import { type Content, textOf, toParts } from "./parts.js";

/** Usage that a bot reports. All fields are optional. */
export type UsageReport = Partial<Omit<Usage, "_unknownFields">>;

/** Properties of a bot's reply besides its content. */
export interface ReplyOptions {
  /** Confidence, 0 to 1. */
  confidence?: number | undefined;
  /** Usage of this bot. */
  usage?: UsageReport | undefined;
  /** Variables for the caller. Values must be JSON-like. */
  context?: Record<string, unknown> | undefined;
}

/** The answer to a delegation or turn. Bots return it, and callers receive it. */
export class Reply {
  parts: Part[];
  /** Confidence of the callee, 0 to 1; undefined if it reported none. */
  confidence: number | undefined;
  /** Usage of the callee itself; undefined if it reported none. */
  usage: Usage | undefined;
  context: Record<string, unknown>;
  /** Usage of the agents that the callee called, summed by agent, model and currency. */
  chainUsage: Usage[] = [];
  /** Name of the agent that answered. */
  agent = "";
  instance = "";
  messageId = "";
  correlationId = "";
  /** Trace id of the chain, 32 hex digits; empty if it is not traced. */
  traceId = "";

  /** Creates a reply. Throws RangeError if the confidence is not within 0 to 1. */
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

  /** The text parts, one per line. */
  get text(): string {
    return textOf(this.parts);
  }

  /** Usage of the callee and of all agents that it called. */
  get totalUsage(): Usage[] {
    return addUp([...(this.usage === undefined ? [] : [this.usage]), ...this.chainUsage]);
  }

  /** Converts a protobuf reply. */
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

/** Returns `size`, the bytes of a streamed reply so far. Throws MessageTooLarge if it exceeds the limit. */
export function checkReplySize(size: number, limit: number): number {
  if (size <= limit) return size;
  throw new MessageTooLarge(
    `the reply is ${String(size)} bytes and more as a whole, and the limit ${String(limit)}: send less, or a URL`,
    { size, limit, direction: "reply" },
  );
}

/** Sums usages by agent, model and currency. */
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

/** One event of a streamed reply: a part, progress or a reset. The parts after the last reset make up the reply. */
export interface Event {
  /** A part of the reply. */
  part?: Part;
  /** Text of the part; empty if it is not text. */
  text: string;
  /** Whether the text continues the text of the previous part. */
  append?: boolean;
  /** Description of what the agent is doing, for people. Not part of the reply. */
  progress?: string;
  /** Share of the work that is done, 0 to 1. */
  fraction?: number | undefined;
  /** Reason why the work runs again. Discard all previous parts. */
  reset?: string;
}

/** Assembles a reply from its streamed parts. */
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

  /** Discards all parts so far. */
  reset(): void {
    this.#parts = [];
  }

  /** Returns the reply with the streamed parts in front of its own. */
  whole(reply: ReplyProto): ReplyProto {
    if (this.#parts.length === 0 || reply.message === undefined) return reply;
    return { ...reply, message: { ...reply.message, payload: [...this.#parts, ...reply.message.payload] } };
  }
}
