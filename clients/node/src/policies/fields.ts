import { AGENT_SERVICE } from "../call.js";
import { checkRequest, checkResponse } from "../fields/index.js";
import type { Policy } from "./policy.js";

/** Refuses messages whose fields cannot be stored, printed or read by every language (fields/). */
export const fields: Policy = {
  appliesTo: ["work", "control", "watch"],

  /** Refuses a request before it is sent. */
  caller: (call) => {
    checkRequest(call.method, call.request);
  },

  /** Refuses a request before other policies read it. */
  callee(call) {
    checkRequest(call.method, call.request);
    if (call.unreadable !== undefined) throw call.unreadable;
  },

  /** Checks responses of agents, which may run any code. Services of the mesh are trusted. */
  received(call, bytes) {
    if (call.atCaller && call.method.startsWith(AGENT_SERVICE)) checkResponse(call.method, bytes);
  },
};
