import { DeadlineTooLong, InvalidField } from "../errors.js";
import { childTimeout, now, TOLERATED } from "../limits.js";
import type { Policy } from "./policy.js";

/**
 * Gives every call a deadline, and a child an earlier one than its parent. The deadline ends the work itself (work.ts)
 * and not only the wait for it.
 */
export const deadline: Policy = {
  appliesTo: ["work", "control"],

  /** Sets the requested or default timeout, bounded by the parent's deadline less the answer margin. */
  caller(call) {
    const asked = call.timeout;
    const most = call.limits.maxTimeout;
    if (asked !== undefined) {
      if (!(asked > 0)) {
        throw new InvalidField(`timeout must be more than 0 seconds but is ${String(asked)}`, { field: "timeout" });
      }
      if (asked > most) throw tooLong(asked, most);
    }
    const timeout = asked ?? Math.min(call.limits.defaultTimeout, most);
    call.deadline = now() + (call.deadline === undefined ? timeout : childTimeout(call.remaining, timeout));
  },

  /** Takes the timeout that arrived, up to the limit. Tolerates gRPC's rounding. */
  callee(call) {
    const most = call.end.ceiling.maxTimeout;
    const asked = call.timeout;
    if (asked !== undefined && asked > most * (1 + TOLERATED.share) + TOLERATED.seconds) throw tooLong(asked, most);
    call.deadline = now() + Math.min(asked ?? call.limits.defaultTimeout, call.limits.maxTimeout);
  },
};

function tooLong(timeout: number, limit: number): DeadlineTooLong {
  return new DeadlineTooLong(
    `a deadline of ${String(timeout)} s is over the limit of ${String(limit)} s: ask for less, or split the work`,
    { timeout, limit },
  );
}
