/** What a caller asks of which agent, in which chain. */
import { context, type Context } from "@opentelemetry/api";
import type { Chain } from "./chain.js";
import type { Message } from "./generated/botmesh/v1/message.js";
import type { Work } from "./work.js";

export interface Invocation {
  /** Name of the agent, or account/name. */
  target: string;
  message: Message;
  chain: Chain;
  /** Seconds; undefined: the mesh's default. */
  timeout: number | undefined;
  /** The deadline of the calling work, on the clock of now(). */
  deadline: number | undefined;
  /** The OpenTelemetry context of the parent span. */
  parent: Context;
  /** The calling work, if an agent calls. */
  work: Work | undefined;
  /** Aborted when the caller no longer wants the answer. */
  signal: AbortSignal | undefined;
}

/** The active OpenTelemetry context, for a caller outside a task. */
export function currentContext(): Context {
  return context.active();
}
