/** The mesh's policies, in the order in which they look at a call. One policy a file, both ends in it. */
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
  trace, // sees everything, refusals included
  errors, // completes what the trace will show
  fields, // what follows reads them
  target, // reads the chain; all that follow need it
  enabled,
  deadline,
  size,
  hops,
  loops,
  idempotency, // a repeat joins here ...
  concurrency, // ... so that it does not count here
];

function of(kind: MethodClass): Policy[] {
  return POLICIES.filter((policy) => (policy.appliesTo ?? ["work"]).includes(kind));
}

const LISTS = { work: of("work"), control: of("control"), watch: of("watch") };

/**
 * Let each policy look at the call; the number of those that let it pass.
 *
 * @throws BotmeshError a policy refused. The call is finished then.
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

/** A message is about to leave. */
export function sending(call: Call, bytes: number): void {
  for (const policy of LISTS[call.kind]) policy.sending?.(call, bytes);
}

/** A message has come in. */
export function received(call: Call, bytes: Uint8Array): void {
  for (const policy of LISTS[call.kind]) policy.received?.(call, bytes);
}

/** The call went well. */
export function succeed(call: Call, passed: number): void {
  conclude(call, passed);
}

/** The call failed; the error as it leaves this end. */
export function finish(call: Call, passed: number, error: unknown): BotmeshError {
  const known = asError(error);
  call.error = known;
  conclude(call, passed);
  return call.error;
}

/** Tell the policies that passed the call that it is over, innermost first. */
function conclude(call: Call, passed: number): void {
  for (const undo of call.atEnd) undo();
  for (const policy of LISTS[call.kind].slice(0, passed).reverse()) policy.finish?.(call);
}
