/** One call as the policies see it, at either end, unary or streaming. */
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

/**
 * Selects the policies of a method: work has all of them, control and watch have those whose `appliesTo` names them.
 */
export type MethodClass = "work" | "control" | "watch";

export const AGENT_SERVICE = "/botmesh.v1.AgentService/";
const WORK = new Set(["Delegate", "DelegateStream", "Transfer", "Notify"].map((name) => AGENT_SERVICE + name));

/** Returns the class of a method (gRPC path). An unknown method is a watch if it streams, else control. */
export function classOf(method: string, streams: boolean): MethodClass {
  if (WORK.has(method)) return "work";
  return streams ? "watch" : "control";
}

const NO_SPAN = trace.wrapSpanContext({ traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 });

/** One call at one end. Policies read it and fill in its fields. */
export class Call {
  readonly limits: Limits;
  chain: Chain = NO_CHAIN;
  /** Metadata that arrived (callee only). */
  metadata: Metadata | undefined;
  /** The request's message; work methods only. */
  message: Message | undefined;
  /** The called agent: name, or account/name (caller only). */
  target = "";
  /** Requested timeout (caller) or timeout that arrived (callee), in seconds; undefined if there is none. */
  timeout: number | undefined;
  /**
   * Deadline in seconds, on the clock of now(). At the caller the parent's, until the deadline policy sets the call's
   * own.
   */
  deadline: number | undefined;
  /** Serialized request. */
  request: Buffer = Buffer.alloc(0);
  /** The error that decoding the request gave (callee only). */
  unreadable: BotmeshError | undefined;
  /** Bytes of the streamed reply so far (caller only). */
  replyBytes = 0;
  /** The work that serves this call (callee only). */
  work: Work | undefined;
  /** Whether the call joined work that existed before it. */
  joined = false;
  /** Id of the instance that was called last (caller only). */
  peerInstance = "";
  /** Usage that the callee reported. */
  usage: Usage | undefined;
  error: BotmeshError | undefined;
  span: Span = NO_SPAN;
  /** OpenTelemetry context: of the parent span, and of the call's own span once the trace policy has started it. */
  context: Context = ROOT_CONTEXT;
  readonly began = now();
  /** Run when the call ends. */
  readonly atEnd: (() => void)[] = [];

  constructor(
    readonly end: Endpoint,
    readonly method: string,
    readonly kind: MethodClass,
    readonly atCaller: boolean,
  ) {
    this.limits = end.limits;
  }

  /** Number of hops of the chain, this call included. */
  get hops(): number {
    return this.chain.path.length;
  }

  /** Id of the callee's instance. */
  get instance(): string {
    return this.atCaller ? this.peerInstance : this.end.instance;
  }

  /** Account of the chain; of this process if the chain has none. */
  get account(): string {
    return this.chain.accountId || this.end.account;
  }

  /** Name of the calling agent; empty if the caller is a client. */
  get fromAgent(): string {
    return this.message?.fromAgent || splitName(this.chain.path.at(-1) ?? "")[1];
  }

  /** Maximum size of a streamed reply as a whole, in bytes. */
  get maxReplyBytes(): number {
    return this.limits.maxReplyBytes;
  }

  /** Seconds until the deadline, at least 0; infinite without a deadline. */
  get remaining(): number {
    return this.deadline === undefined ? Number.POSITIVE_INFINITY : Math.max(0, this.deadline - now());
  }

  /** Trace id, 32 hex digits; empty if the call is not traced. */
  get traceId(): string {
    const { traceId } = this.span.spanContext();
    return /[^0]/.test(traceId) ? traceId : "";
  }
}
