/** A turn of a conversation that a bot owns: a task with the contact, the history and transfers. */
import { Metadata } from "@grpc/grpc-js";
import type { Call } from "./call.js";
import type { AgentClient } from "./agent-client.js";
import { InvalidField } from "./errors.js";
import { Owner } from "./generated/botmesh/v1/conversation.js";
import {
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

/** The human desk as a target of transfers: whoever is free; "desk/anna" is one person. */
export const DESK = "desk";
/** What a bot answers to a turn that is not for it: the account's primary agent gets it. */
export const NOT_MINE = Symbol("not mine");

/** What goes along with a transfer. All of it may be left out. */
export interface Handover {
  /** The dialog to open there. */
  intent?: string;
  /** What the new owner is to answer first; default the contact's latest message. */
  message?: Content;
  /** Variables that are added to the conversation's. */
  context?: Record<string, unknown>;
  /** What the contact is told. */
  handoffMessage?: Content;
  reason?: string;
  /** Who gets it where the target does not take it. */
  fallback?: string;
}

/** What came of a transfer. */
export interface Transferred {
  /** Whether the target has it now; then this turn has ended: return nothing. */
  done: boolean;
  /** Who has it now: an agent's name or DESK. */
  owner: string;
  epoch: number;
  /** Why the target does not have it. */
  reason: string;
}

export class Conversation extends Task {
  constructor(
    call: Call,
    message: Message,
    work: Work,
    caller: AgentClient,
    /** What came with the message: turn id, epoch, history, tags, fields. */
    readonly turn: Turn,
  ) {
    super(call, message, work, caller);
  }

  /** The contact. */
  get contactId(): string {
    return this.turn.contactId;
  }

  /** The channel that the contact writes on. */
  get channel(): string {
    return this.turn.channel;
  }

  /** The dialog to open; empty: none. */
  get intent(): string {
    return this.turn.transfer?.intentId ?? "";
  }

  /** Who had the conversation before, if this turn came by a transfer; else empty. */
  get transferredFrom(): string {
    return this.turn.transfer?.fromAgent ?? "";
  }

  /** Hand the conversation over for good to an agent, DESK, or "desk/anna". */
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
    const response = await this.caller.service(this.turn.serviceAddress).ask(
      this.call.end,
      "/botmesh.v1.ConversationService/TransferConversation",
      ConversationServiceDefinition.methods.transferConversation,
      request,
      this.remaining,
      injectSpan(this.call, new Metadata()), // the transfer belongs to this turn's trace
    );
    const has = response.owner?.owner;
    const name = has?.$case === "agent" ? has.agent : DESK;
    return { done: response.transferred, owner: name, epoch: response.epoch, reason: response.reason };
  }

  /** Give the conversation back to who it came from. */
  async handBack(handover: Handover = {}): Promise<Transferred> {
    if (this.transferredFrom === "") {
      throw new InvalidField("the conversation did not come from another agent: transfer it to one by name", {
        field: "to",
      });
    }
    return this.transfer(this.transferredFrom, { reason: "handed back", ...handover });
  }
}

function owner(to: string): Owner {
  const [name, person = ""] = to.split("/");
  return Owner.fromPartial({ owner: name === DESK ? { $case: "desk", desk: person } : { $case: "agent", agent: to } });
}
