import { newId } from "../names.js";
import type { Policy } from "./policy.js";

/**
 * A repeat under the same message id joins the running work or gets the same reply. Finds or reserves the work of a
 * call; server.ts runs it. Refusals are not remembered.
 */
export const idempotency: Policy = {
  /** Every message has an id, so that a retry can be told from a new task. */
  caller(call) {
    if (call.message !== undefined) call.message.messageId ||= newId();
  },

  callee(call) {
    if (call.message === undefined) return;
    const { work, joined } = call.end.works.claim(call);
    call.work = work;
    call.joined = joined;
  },

  /** A call that an inner policy refused leaves nothing behind. */
  finish(call) {
    if (call.work !== undefined && !call.work.began) call.end.works.forget(call.work);
  },
};
