import { Metadata } from "@grpc/grpc-js";
import { AGENT_SERVICE } from "./call.js";
import { decoded, encoded } from "./codec.js";
import { checkResponse } from "./fields/index.js";
import { CancelOutcome, CancelReceipt, CancelRequest, CancelResponse } from "./generated/botmesh/v1/agent_service.js";
import type { Invocation } from "./invocation.js";
import type { Peer } from "./peers.js";

/** Seconds that a caller waits for the answer to Cancel. */
export const CANCEL_TIMEOUT = 1;
const CANCEL = `${AGENT_SERVICE}Cancel`;

/**
 * Calls Cancel at the callee, so that its work ends at once instead of after the grace period.
 *
 * @returns the receipts of the callee and of the agents that it called; one receipt UNREACHABLE if the call fails.
 */
export async function cancelAt(peer: Peer, { target, message, chain }: Invocation): Promise<CancelReceipt[]> {
  const { messageId, fromAgent } = message;
  const { accountId } = chain;
  const request = CancelRequest.fromPartial({ messageId, fromAgent, accountId, reason: "the caller gave up" });
  try {
    const bytes = await peer.channel.unary(CANCEL, encoded(CancelRequest, request), new Metadata(), CANCEL_TIMEOUT);
    checkResponse(CANCEL, bytes);
    return decoded(CancelResponse, bytes, "response").receipts;
  } catch {
    const outcome = CancelOutcome.CANCEL_OUTCOME_UNREACHABLE;
    return [CancelReceipt.fromPartial({ agent: target, instanceId: peer.id, messageId, outcome })];
  }
}
