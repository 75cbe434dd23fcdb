import type { Call, MethodClass } from "../call.js";

/** One rule of the mesh, both ends of it. A policy implements what it needs and refuses by throwing. */
export interface Policy {
  /** Which methods have it; default work. */
  readonly appliesTo?: readonly MethodClass[];
  /** Before a call leaves. */
  caller?(call: Call): void;
  /** Before an arrived call is served. */
  callee?(call: Call): void;
  /** Before a message of so many bytes is sent. */
  sending?(call: Call, size: number): void;
  /** Before a message is read. */
  received?(call: Call, bytes: Uint8Array): void;
  /** When the call is over; call.error tells how. Not called where the policy itself refused. */
  finish?(call: Call): void;
}
