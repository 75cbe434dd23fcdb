/** The outcome of a work call, for spans and counters. */
import type { Chain } from "./chain.js";
import type { BotmeshError } from "./errors.js";
import type { Usage } from "./generated/botmesh/v1/usage.js";

export interface CallOutcome {
  readonly atCaller: boolean;
  /** Id of the callee's instance; empty if none was reached. */
  readonly instance: string;
  readonly chain: Chain;
  /** Whether the call joined existing work. */
  readonly joined: boolean;
  /** The error; undefined if the call succeeded. */
  readonly error: BotmeshError | undefined;
  /** Usage that the callee reported. */
  readonly usage: Usage | undefined;
  /** Start in seconds, on the clock of now(). */
  readonly began: number;
}
