import type { Policy } from "./policy.js";

/** Adds to each error the agent that raised it, its hop and its trace id. */
export const errors: Policy = {
  appliesTo: ["work", "control", "watch"],
  finish(call) {
    const error = call.error;
    if (error === undefined || error.fromPeer || error.agent !== "" || error.traceId !== "") return;
    error.agent = call.end.agent;
    error.instance = call.end.instance;
    error.hop = call.hops;
    error.path = [...call.chain.path];
    error.traceId = call.traceId;
  },
};
