/** One call as the policies see it, whichever end they stand at and whether it streams or not. */
import type { Metadata } from "@grpc/grpc-js";
import { type Context, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { type Chain, NO_CHAIN } from "./chain.js";
import type { Endpoint } from "./endpoint.js";
import type { BotmeshError } from "./errors.js";
import type { Message } from "./generated/botmesh/v1/message.js";
import type { Usage } from "./generated/botmesh/v1/usage.js";
import { type Limits, now } from "./limits.js";
import { splitName } from "./names.js";
import type { Work } from "./work.js";

/** Which policies a method has: all of them; deadline and message size; none but those of every call. */
export type MethodClass = "work" | "control" | "watch";

export const AGENT_SERVICE = "/botmesh.v1.AgentService/";
const WORK = new Set(["Delegate", "DelegateStream", "Transfer", "Notify"].map((name) => AGENT_SERVICE + name));

/** The class of a method by its full name; of an unknown one by whether it streams. */
export function classOf(method: string, streams: boolean): MethodClass {
  if (WORK.has(method)) return "work";
  return streams ? "watch" : "control";
}

const NO_SPAN = trace.wrapSpanContext({ traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 });

/** One call at one end. */
export class Call {
  readonly limits: Limits;
  chain: Chain = NO_CHAIN;
  /** As it arrived (callee). */
  metadata: Metadata | undefined;
  /** Of a work method. */
  message: Message | undefined;
  /** Who is called: a name, or account/name (caller). */
  target = "";
  /** Seconds that were asked for (caller) or that arrived (callee); undefined: not said. */
  timeout: number | undefined;
  /** On the clock of now(). At the caller the parent's, until the deadline policy has made this call's own of it. */
  deadline: number | undefined;
  /** The request, serialized. */
  request: Buffer = Buffer.alloc(0);
  /** Why the request cannot be read (callee). */
  unreadable: BotmeshError | undefined;
  /** Bytes of a streamed reply so far (caller). */
  replyBytes = 0;
  /** What runs for this call (callee). */
  work: Work | undefined;
  /** Whether the work was there before this call. */
  joined = false;
  /** Which instance answered (caller). */
  peerInstance = "";
  /** What the callee spent. */
  usage: Usage | undefined;
  error: BotmeshError | undefined;
  span: Span = NO_SPAN;
  /** Under which span this call's own is opened; later the context with its own. */
  context: Context = ROOT_CONTEXT;
  readonly began = now();
  /** What to undo when the call is over. */
  readonly atEnd: (() => void)[] = [];

  constructor(
    readonly end: Endpoint,
    readonly method: string,
    readonly kind: MethodClass,
    readonly atCaller: boolean,
  ) {
    this.limits = end.limits;
  }

  /** How many hops the chain has with this call. */
  get hops(): number {
    return this.chain.path.length;
  }

  /** The instance that answered. */
  get instance(): string {
    return this.atCaller ? this.peerInstance : this.end.instance;
  }

  /** The chain's account, or this process's. */
  get account(): string {
    return this.chain.accountId || this.end.account;
  }

  /** The agent that asks; empty: a client that is no agent. */
  get fromAgent(): string {
    return this.message?.fromAgent || splitName(this.chain.path.at(-1) ?? "")[1];
  }

  /** The most that a streamed reply may be as a whole. */
  get maxReplyBytes(): number {
    return this.limits.maxReplyBytes;
  }

  /** Seconds left, never below 0; without a deadline more than enough. */
  get remaining(): number {
    return this.deadline === undefined ? Number.POSITIVE_INFINITY : Math.max(0, this.deadline - now());
  }

  /** The trace's id, 32 hex digits; empty where nothing is traced. */
  get traceId(): string {
    const { traceId } = this.span.spanContext();
    return /[^0]/.test(traceId) ? traceId : "";
  }
}
