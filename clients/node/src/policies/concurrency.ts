import type { Call } from "../call.js";
import { concurrencyKey, MAX_OPEN } from "../chain.js";
import { TooManyDelegations } from "../errors.js";
import type { Policy } from "./policy.js";

/**
 * Limits the open delegations per conversation: exactly at one instance, and over all instances as far as the path and
 * the last heartbeat tell. Calls that join running work do not count.
 */
export const concurrency: Policy = {
  /** Counts the delegation until the call ends, and tells the callee how many are open along the path. */
  caller: (call) => {
    const open = call.end.outgoing;
    const key = concurrencyKey(call.chain);
    const onPath = call.chain.open ?? 0;
    checkOutgoing(call, open.here(key), Math.max(onPath, open.elsewhere(key)));
    call.atEnd.push(open.enter(key));
    // A client stands in no path, so its calls do not count for the callee.
    if (call.end.agent !== "") call.chain = { ...call.chain, open: Math.min(onPath + open.here(key), MAX_OPEN) };
  },
  /** Counts the delegation until the work ends, which can be after the call. */
  callee: (call) => {
    if (!call.joined) enterIncoming(call, call.end.incoming);
  },
};

function checkOutgoing(call: Call, here: number, elsewhere: number): void {
  const limit = call.limits.maxDelegations;
  if (here + elsewhere < limit) return;
  throw new TooManyDelegations(
    `${String(here)} outgoing delegations are open here and ${String(elsewhere)} elsewhere in this conversation, ` +
      `the limit is ${String(limit)}: wait for one to end`,
    { limit, direction: "outgoing" },
  );
}

function enterIncoming(call: Call, open: Map<string, number>): void {
  const key = concurrencyKey(call.chain);
  const limit = call.limits.maxDelegations;
  const count = open.get(key) ?? 0;
  if (count >= limit) {
    throw new TooManyDelegations(
      `${String(count)} incoming delegations are open in this conversation, the limit is ${String(limit)}: ` +
        "wait for one to end",
      { limit, direction: "incoming" },
    );
  }
  open.set(key, count + 1);
  (call.work?.atEnd ?? call.atEnd).push(() => {
    const left = (open.get(key) ?? 1) - 1;
    if (left === 0) open.delete(key);
    else open.set(key, left);
  });
}
