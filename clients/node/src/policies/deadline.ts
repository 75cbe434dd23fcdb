import { DeadlineTooLong, InvalidField } from "../errors.js";
import { childTimeout, now, TOLERATED } from "../limits.js";
import type { Policy } from "./policy.js";

/**
 * Every call ends in time, and a child before its parent. Sets call.deadline, which ends the work itself (work.ts),
 * not only the wait for it.
 */
export const deadline: Policy = {
  appliesTo: ["work", "control"],

  /** The asked time or the default, and never past the parent's less a little to answer in. */
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

  /** What arrived, clamped to the limit; gRPC's rounding on the wire is tolerated. */
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
