import type { Policy } from "./policy.js";

/** Every error that leaves this end says who raised it, at which hop, and in which trace. */
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
