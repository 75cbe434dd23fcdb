import type { Call, MethodClass } from "../call.js";

/** One rule of the mesh at both ends of a call. A policy implements the hooks that it needs, and throws to refuse. */
export interface Policy {
  /** Classes of the methods that the policy applies to. Default: work. */
  readonly appliesTo?: readonly MethodClass[];
  /** Runs at the caller before a call is sent. */
  caller?(call: Call): void;
  /** Runs at the callee before a call is served. */
  callee?(call: Call): void;
  /** Runs before a message of `size` bytes is sent. */
  sending?(call: Call, size: number): void;
  /** Runs before a received message is decoded. */
  received?(call: Call, bytes: Uint8Array): void;
  /** Runs when the call has ended; call.error is set if it failed. Not called if this policy refused the call. */
  finish?(call: Call): void;
}
