/** How a work call ended, as spans and counts tell it. */
import type { Chain } from "./chain.js";
import type { BotmeshError } from "./errors.js";
import type { Usage } from "./generated/botmesh/v1/usage.js";

export interface CallOutcome {
  readonly atCaller: boolean;
  /** The instance that answered; empty: none did. */
  readonly instance: string;
  readonly chain: Chain;
  /** Whether it joined work that ran before. */
  readonly joined: boolean;
  /** How it failed; undefined: it did not. */
  readonly error: BotmeshError | undefined;
  /** What the callee spent. */
  readonly usage: Usage | undefined;
  /** When it began, on the clock of now(). */
  readonly began: number;
}
