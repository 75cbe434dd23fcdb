/** Turns of conversations, and transfers to another owner. */
import { Metadata } from "@grpc/grpc-js";
import type { Call } from "./call.js";
import type { AgentClient } from "./agent-client.js";
import type { Codec } from "./codec.js";
import { InvalidField } from "./errors.js";
import { type ConversationOpening, Owner } from "./generated/botmesh/v1/conversation.js";
import {
  CloseConversationRequest,
  ConversationServiceDefinition,
  TransferConversationRequest,
} from "./generated/botmesh/v1/conversation_service.js";
import type { Message } from "./generated/botmesh/v1/message.js";
import { TransferInitiator } from "./generated/botmesh/v1/transfer.js";
import type { Turn } from "./generated/botmesh/v1/turn.js";
import { type Content, toParts, variables } from "./parts.js";
import { injectSpan } from "./policies/trace.js";
import { Task } from "./task.js";
import type { Work } from "./work.js";

/** Transfer target: the desk. "desk/anna" is one person of the desk. */
export const DESK = "desk";
/** Answer of a bot to a turn that it cannot answer. The account's primary agent gets the turn. */
export const NOT_MINE = Symbol("not mine");

/** Options of a transfer. */
export interface Handover {
  /** Intent that the new owner handles. */
  intent?: string;
  /** Message that the new owner answers first. Default: the contact's unanswered messages. */
  message?: Content;
  /** Variables to add to the conversation's context. */
  context?: Record<string, unknown>;
  /** Message to the contact. */
  handoffMessage?: Content;
  reason?: string;
  /** Owner that gets the conversation if the target declines. */
  fallback?: string;
}

/** Result of a transfer. */
export interface Transferred {
  /** Whether the target owns the conversation now. If true, the turn has ended and the bot must return nothing. */
  done: boolean;
  /** Current owner: an agent's name or DESK. */
  owner: string;
  epoch: number;
  /** Why the target does not own the conversation. */
  reason: string;
}

export class Conversation extends Task {
  constructor(
    call: Call,
    message: Message,
    work: Work,
    caller: AgentClient,
    /** The turn: id, epoch, history, tags and fields. */
    readonly turn: Turn,
  ) {
    super(call, message, work, caller);
  }

  /** Id of the contact. */
  get contactId(): string {
    return this.turn.contactId;
  }

  get channel(): string {
    return this.turn.channel;
  }

  /** Intent of the transfer that led to this turn, or of the opening; empty if there is none. */
  get intent(): string {
    return intentOf(this.turn);
  }

  /** Previous owner, if this turn follows a transfer; else empty. */
  get transferredFrom(): string {
    return this.turn.transfer?.fromAgent ?? "";
  }

  /** The contact's language, a BCP 47 tag; empty if it is not known. */
  get language(): string {
    return this.turn.language;
  }

  /**
   * How the conversation was opened, if the contact has said nothing yet: the message is empty and the bot speaks first.
   * Undefined if the contact spoke first.
   */
  get opening(): ConversationOpening | undefined {
    return this.turn.opening;
  }

  /** Id of the contact's previous conversation on this channel; empty if there is none. */
  get previousConversationId(): string {
    return this.turn.previousConversationId;
  }

  /** Transfers the conversation to an agent, DESK or "desk/anna". Throws BotmeshError if the transfer is refused. */
  async transfer(to: string, handover: Handover = {}): Promise<Transferred> {
    const request = TransferConversationRequest.fromPartial({
      conversationId: this.conversationId,
      target: owner(to),
      epoch: this.turn.epoch,
      initiator: TransferInitiator.TRANSFER_INITIATOR_AGENT,
      intentId: handover.intent ?? "",
      userMessage: toParts(handover.message),
      handoffMessage: toParts(handover.handoffMessage),
      reason: handover.reason ?? "",
      fallback: handover.fallback === undefined ? undefined : owner(handover.fallback),
    });
    request.context = variables(handover.context);
    const response = await this.#ask(ConversationServiceDefinition.methods.transferConversation, request);
    const has = response.owner?.owner;
    const name = has?.$case === "agent" ? has.agent : DESK;
    return { done: response.transferred, owner: name, epoch: response.epoch, reason: response.reason };
  }

  /** Transfers the conversation to its previous owner. */
  async handBack(handover: Handover = {}): Promise<Transferred> {
    if (this.transferredFrom === "") {
      throw new InvalidField("the conversation did not come from another agent: transfer it to one by name", {
        field: "to",
      });
    }
    return this.transfer(this.transferredFrom, { reason: "handed back", ...handover });
  }

  /**
   * Ends the conversation with the reply to this turn, unless the contact says more meanwhile. The contact's next message
   * opens a new conversation.
   *
   * @throws EpochChanged if the conversation has another owner already.
   */
  async close(reason = ""): Promise<void> {
    const { conversationId, turn, call } = this;
    const by = { $case: "agent" as const, agent: call.end.agent };
    const request = CloseConversationRequest.fromPartial({ conversationId, epoch: turn.epoch, by, reason });
    await this.#ask(ConversationServiceDefinition.methods.closeConversation, request);
  }

  protected override get conversationService(): string {
    return this.turn.serviceAddress;
  }

  /** Calls the service that the turn came from, in the trace of the turn. */
  #ask<Q, A>(method: { name: string; requestType: Codec<Q>; responseType: Codec<A> }, request: Q): Promise<A> {
    const metadata = injectSpan(this.call, new Metadata());
    return this.caller
      .service(this.conversationService)
      .ask(this.call.end, `/botmesh.v1.ConversationService/${method.name}`, method, request, this.remaining, metadata);
  }
}

/** Returns the intent of the transfer that led to a turn, or of the opening; empty if there is none. */
export function intentOf({ transfer, opening }: Turn): string {
  return transfer?.intentId || (opening?.intentId ?? "");
}

function owner(to: string): Owner {
  const [name, person = ""] = to.split("/");
  return Owner.fromPartial({ owner: name === DESK ? { $case: "desk", desk: person } : { $case: "agent", agent: to } });
}
