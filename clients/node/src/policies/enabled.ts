import type { Call } from "../call.js";
import { Disabled } from "../errors.js";
import type { Policy } from "./policy.js";

/** Refuses delegations if the mesh or the agent has disabled them. The error says which of the two. */
export const enabled: Policy = { caller: check, callee: check };

function check(call: Call): void {
  if (call.limits.enabled) return;
  if (!call.end.ceiling.enabled) {
    throw new Disabled("delegations are switched off in this mesh: set enabled to true", { scope: "mesh" });
  }
  throw new Disabled(`delegations are switched off at ${call.end.agent || "this client"}`, { scope: "agent" });
}
