/** Asks for a person: AskForPerson of ConversationService. */
import { Metadata, status } from "@grpc/grpc-js";
import type { AgentClient } from "./agent-client.js";
import type { Call } from "./call.js";
import { BotmeshError } from "./errors.js";
import {
  AskForPersonRequest,
  type AskForPersonResponse,
  ConversationServiceDefinition,
  DeskOutcome,
} from "./generated/botmesh/v1/conversation_service.js";
import { newId } from "./names.js";
import { type Content, toParts } from "./parts.js";
import { injectSpan } from "./policies/trace.js";
import { pause } from "./time.js";

/** Pause before the first retry, and the longest before any, in seconds. Each is four times as long as the one before. */
const PAUSES = { first: 0.1, longest: 1 };

/** Options of a request for a person. */
export interface PersonOptions {
  /** What the person has to know: a note in the conversation, or the text of the alert. */
  message?: Content;
  /** Message to the contact. An alert has no contact. */
  handoffMessage?: Content;
}

/** What became of a request for a person. */
export interface HandedToPerson {
  /**
   * "assigned": a person has it. "queued": it waits, and somebody is on duty. "nobody_on_duty": it waits, and nobody is
   * on duty now. Empty: it is not at the desk.
   */
  outcome: "assigned" | "queued" | "nobody_on_duty" | "";
  /** Place in the queue, from 1; 0 if it is not in the queue. */
  queuePosition: number;
  /** Id of the conversation, or of the alert. */
  conversationId: string;
}

const OUTCOMES: Partial<Record<DeskOutcome, HandedToPerson["outcome"]>> = {
  [DeskOutcome.DESK_OUTCOME_ASSIGNED]: "assigned",
  [DeskOutcome.DESK_OUTCOME_QUEUED]: "queued",
  [DeskOutcome.DESK_OUTCOME_NOBODY_ON_DUTY]: "nobody_on_duty",
};

/**
 * Asks the conversation service at `address` for a person, for the call's conversation or, without one, by an alert.
 * Repeats the request under the same id while the service is away, within the call's deadline and retries.
 *
 * @throws BotmeshError if the service refuses, or does not answer.
 */
export async function askForPerson(
  caller: AgentClient,
  call: Call,
  address: string,
  reason: string,
  options: PersonOptions,
): Promise<HandedToPerson> {
  const request = AskForPersonRequest.fromPartial({
    conversationId: call.chain.conversationId,
    accountId: call.chain.accountId,
    agent: call.end.agent,
    reason,
    payload: toParts(options.message),
    handoffMessage: toParts(options.handoffMessage),
    requestId: newId(),
  });
  const { desk, queuePosition, conversation } = await askAgain(caller, call, address, request);
  return { outcome: OUTCOMES[desk] ?? "", queuePosition, conversationId: conversation?.conversationId ?? "" };
}

async function askAgain(
  caller: AgentClient,
  call: Call,
  address: string,
  request: AskForPersonRequest,
): Promise<AskForPersonResponse> {
  for (let retry = 0; ; retry++) {
    try {
      return await caller.service(address).ask(
        call.end,
        "/botmesh.v1.ConversationService/AskForPerson",
        ConversationServiceDefinition.methods.askForPerson,
        request,
        call.remaining,
        injectSpan(call, new Metadata()), // continues the trace of the task
      );
    } catch (error) {
      const wait = Math.min(PAUSES.longest, PAUSES.first * 4 ** retry);
      const isAway = error instanceof BotmeshError && error.code === status.UNAVAILABLE;
      if (!isAway || retry >= call.limits.maxRetries || wait >= call.remaining) throw error;
      await pause(wait, call.work?.signal);
      call.work?.signal.throwIfAborted();
    }
  }
}
