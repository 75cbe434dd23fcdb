import type { Call } from "../call.js";
import { MessageTooLarge } from "../errors.js";
import type { Policy } from "./policy.js";

/**
 * Refuses messages over the size limit, in serialized bytes, before they are sent or decoded. The transport's own limit
 * is higher, so that the error is typed.
 */
export const size: Policy = {
  appliesTo: ["work", "control"],
  caller: (call) => {
    check(call, call.request.length, "request");
  },
  callee: (call) => {
    check(call, call.request.length, "request");
  },
  sending: (call, bytes) => {
    check(call, bytes, call.atCaller ? "request" : "response");
  },
  received: (call, { length }) => {
    check(call, length, call.atCaller ? "response" : "request");
  },
};

function check(call: Call, bytes: number, direction: "request" | "response"): void {
  const limit = call.limits.maxMessageBytes;
  if (bytes <= limit) return;
  const error = new MessageTooLarge(
    `the ${direction} is ${String(bytes)} bytes and the limit ${String(limit)}: send less, a URL, or a stream of parts`,
    { size: bytes, limit, direction },
  );
  error.started = direction === "response";
  throw error;
}
