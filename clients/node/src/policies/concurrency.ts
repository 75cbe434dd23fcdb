import type { Call } from "../call.js";
import { concurrencyKey } from "../chain.js";
import { TooManyDelegations } from "../errors.js";
import type { Policy } from "./policy.js";

/** Limits the open delegations per conversation at one instance. Calls that join running work do not count. */
export const concurrency: Policy = {
  /** Counts the delegation until the call ends. */
  caller: (call) => {
    enter(call, call.end.outgoing, "outgoing");
  },
  /** Counts the delegation until the work ends, which can be after the call. */
  callee: (call) => {
    if (!call.joined) enter(call, call.end.incoming, "incoming");
  },
};

function enter(call: Call, open: Map<string, number>, direction: string): void {
  const key = concurrencyKey(call.chain);
  const limit = call.limits.maxDelegations;
  const count = open.get(key) ?? 0;
  if (count >= limit) {
    throw new TooManyDelegations(
      `${String(count)} ${direction} delegations are open in this conversation, the limit is ${String(limit)}: ` +
        "wait for one to end",
      { limit, direction },
    );
  }
  open.set(key, count + 1);
  (call.work?.atEnd ?? call.atEnd).push(() => {
    const left = (open.get(key) ?? 1) - 1;
    if (left === 0) open.delete(key);
    else open.set(key, left);
  });
}
