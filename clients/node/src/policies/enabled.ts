import type { Call } from "../call.js";
import { Disabled } from "../errors.js";
import type { Policy } from "./policy.js";

/** Delegations can be switched off, for the mesh or for one agent; the refusal says who did. */
export const enabled: Policy = { caller: check, callee: check };

function check(call: Call): void {
  if (call.limits.enabled) return;
  if (!call.end.ceiling.enabled) {
    throw new Disabled("delegations are switched off in this mesh: set enabled to true", { scope: "mesh" });
  }
  throw new Disabled(`delegations are switched off at ${call.end.agent || "this client"}`, { scope: "agent" });
}
