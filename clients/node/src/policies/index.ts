/** The mesh's policies in the order in which they look at a call. Each file has both ends of one policy. */
import type { Call, MethodClass } from "../call.js";
import type { BotmeshError } from "../errors.js";
import { asError } from "../status.js";
import { concurrency } from "./concurrency.js";
import { deadline } from "./deadline.js";
import { enabled } from "./enabled.js";
import { errors } from "./errors.js";
import { fields } from "./fields.js";
import { hops } from "./hops.js";
import { idempotency } from "./idempotency.js";
import { loops } from "./loops.js";
import type { Policy } from "./policy.js";
import { size } from "./size.js";
import { target } from "./target.js";
import { trace } from "./trace.js";

export const POLICIES: readonly Policy[] = [
  trace, // first, so that it records refusals too
  errors, // completes the error that the trace records
  fields, // before any policy reads a field
  target, // decodes the chain, which the following policies need
  enabled,
  deadline,
  size,
  hops,
  loops,
  idempotency, // a repeat joins its work
  concurrency, // after idempotency, so that a repeat does not count
];

function of(kind: MethodClass): Policy[] {
  return POLICIES.filter((policy) => (policy.appliesTo ?? ["work"]).includes(kind));
}

const LISTS = { work: of("work"), control: of("control"), watch: of("watch") };

/**
 * Runs the policies on a call at its start and returns the number of policies that it passed.
 *
 * @throws BotmeshError if a policy refuses the call. The call has ended then.
 */
export function start(call: Call): number {
  let passed = 0;
  try {
    for (const policy of LISTS[call.kind]) {
      if (call.atCaller) policy.caller?.(call);
      else policy.callee?.(call);
      passed++;
    }
  } catch (error) {
    throw finish(call, passed, error);
  }
  return passed;
}

/** Runs before a message of so many bytes is sent. Throws BotmeshError to refuse it. */
export function sending(call: Call, bytes: number): void {
  for (const policy of LISTS[call.kind]) policy.sending?.(call, bytes);
}

/** Runs before a received message is decoded. Throws BotmeshError to refuse it. */
export function received(call: Call, bytes: Uint8Array): void {
  for (const policy of LISTS[call.kind]) policy.received?.(call, bytes);
}

/** Ends a call that succeeded. `passed` is the result of `start`. */
export function succeed(call: Call, passed: number): void {
  conclude(call, passed);
}

/** Ends a call that failed. Returns the error to raise, which policies may have completed. */
export function finish(call: Call, passed: number, error: unknown): BotmeshError {
  const known = asError(error);
  call.error = known;
  conclude(call, passed);
  return call.error;
}

/** Runs `finish` of the policies that passed the call, innermost first. */
function conclude(call: Call, passed: number): void {
  for (const undo of call.atEnd) undo();
  for (const policy of LISTS[call.kind].slice(0, passed).reverse()) policy.finish?.(call);
}
