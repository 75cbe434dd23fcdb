import { AGENT_SERVICE } from "../call.js";
import { checkRequest, checkResponse } from "../fields/index.js";
import type { Policy } from "./policy.js";

/** Nothing is read, and nothing sent, that nobody could store, print or read again (fields.ts). */
export const fields: Policy = {
  appliesTo: ["work", "control", "watch"],

  /** What would be refused there never leaves. */
  caller: (call) => {
    checkRequest(call.method, call.request);
  },

  /** Before any other policy reads it. */
  callee(call) {
    checkRequest(call.method, call.request);
    if (call.unreadable !== undefined) throw call.unreadable;
  },

  /** What an agent answers: bots are anybody's, services of the mesh are ours. */
  received(call, bytes) {
    if (call.atCaller && call.method.startsWith(AGENT_SERVICE)) checkResponse(call.method, bytes);
  },
};
