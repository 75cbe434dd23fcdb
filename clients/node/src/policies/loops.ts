import type { Call } from "../call.js";
import { LoopDetected } from "../errors.js";
import type { Policy } from "./policy.js";

/** Refuses a call to an agent that is in the path already, such as A → B → A, unless the mesh allows revisits. */
export const loops: Policy = {
  caller: (call) => {
    check(call, call.target);
  },
  callee: (call) => {
    check(call, call.end.namedIn(call.chain));
  },
};

function check(call: Call, target: string): void {
  if (call.limits.allowRevisits || !call.chain.path.includes(target)) return;
  const way = call.chain.path.join(" → ");
  throw new LoopDetected(`${target} already stands in the chain ${way}: it would wait for itself`);
}
