import { newId } from "../names.js";
import type { Policy } from "./policy.js";

/**
 * Finds or reserves the work of a call by its message id: a repeat joins the running work or gets the same reply.
 * agent-service.ts runs new work. Refusals are not remembered.
 */
export const idempotency: Policy = {
  /** Gives each message an id, which tells a retry from a new task. */
  caller(call) {
    if (call.message !== undefined) call.message.messageId ||= newId();
  },

  callee(call) {
    if (call.message === undefined) return;
    const { work, joined } = call.end.works.claim(call);
    call.work = work;
    call.joined = joined;
  },

  /** Removes the work of a call that a later policy refused. */
  finish(call) {
    if (call.work !== undefined && !call.work.began) call.end.works.forget(call.work);
  },
};
