import type { Call } from "../call.js";
import { narrowed } from "../chain.js";
import { HopLimitExceeded } from "../errors.js";
import type { Policy } from "./policy.js";

/** Refuses a call that exceeds the hop limit. The limit can only narrow along the chain. */
export const hops: Policy = { caller: check, callee: check };

function check(call: Call): void {
  call.chain = narrowed(call.chain, call.limits.maxHops);
  const limit = call.chain.maxHops;
  if (limit === undefined || call.hops <= limit) return;
  const way = [...call.chain.path, call.target || call.end.agent].join(" → ");
  throw new HopLimitExceeded(`${way} is one hop more than the ${String(limit)} allowed`, { limit });
}
