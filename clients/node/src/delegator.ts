/** Delegator agents: delegate, stream, send, find. The same methods inside a delegation (Task) and outside one (Mesh). */
import type { AgentClient } from "./agent-client.js";
import type { Invocation } from "./invocation.js";
import { narrowed } from "./chain.js";
import { encoded } from "./codec.js";
import {
  DelegateRequest,
  DelegateResponse,
  NotifyRequest,
  NotifyResponse,
} from "./generated/botmesh/v1/agent_service.js";
import type { AgentCard } from "./generated/botmesh/v1/agent_card.js";
import { MessageType, Reply as ReplyProto } from "./generated/botmesh/v1/message.js";
import { FindAgentsRequest } from "./generated/botmesh/v1/registry_service.js";
import { checkId, newId, splitName } from "./names.js";
import { type Content, toParts, variables } from "./parts.js";
import { type Event, Pieces, Reply } from "./reply.js";

/** What can be said of a delegation, besides whom and what. */
export interface Options {
  /** Seconds; the default is the mesh's (30), never more than what is left of the parent's. */
  timeout?: number | undefined;
  /** Variables for the callee: what JSON can hold. */
  context?: Record<string, unknown> | undefined;
  /** The callee's skill that is meant. */
  skill?: string | undefined;
  /** The conversation; inside a delegation the same as its own. */
  conversationId?: string | undefined;
  /** The idempotency key; the same one again joins the work or gets the same reply. */
  messageId?: string | undefined;
  /** The most hops of the whole chain, if fewer than the mesh allows. */
  maxHops?: number | undefined;
  /** Give up on purpose: the callee is told. */
  signal?: AbortSignal | undefined;
}

/** An agent that fits an utterance. */
export interface Match {
  /** What to delegate to. */
  agent: string;
  /** The skill that fits best. */
  skillId: string;
  /** How sure the registry is, 0 to 1. */
  confidence: number;
  card: AgentCard;
}

/** A reply as it comes: iterate it once. Leaving early cancels the callee. */
export class ReplyStream implements AsyncIterable<Event> {
  #reply: Reply | undefined;

  constructor(private readonly events: (done: (reply: Reply) => void) => AsyncGenerator<Event>) {}

  /** The whole reply, once the events have ended. */
  get reply(): Reply {
    if (this.#reply !== undefined) return this.#reply;
    throw new Error("the stream has not ended: iterate it to the end before asking for its reply");
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event> {
    return this.events((reply) => (this.#reply = reply));
  }
}

/** What both a Task and a Mesh can do. Every method throws BotmeshError where something is refused or fails. */
export abstract class Delegator {
  protected abstract readonly caller: AgentClient;

  /** An ask of `agent` with an empty message, in the chain that this continues or starts. */
  protected abstract begin(agent: string, options: Options): Invocation;

  /** Take note of what an answer cost. */
  protected spent(_reply: Reply): void {
    // a client need not
  }

  /** Ask an agent (a name, or account/name for one that another account shares) and wait for its reply. */
  async delegate(agent: string, content?: Content, options: Options = {}): Promise<Reply> {
    const ask = this.#compose(agent, content, options);
    const request = encoded(DelegateRequest, { message: ask.message });
    const { response, call } = await this.caller.unary("Delegate", ask, request, DelegateResponse);
    const reply = Reply.from(response.reply ?? ReplyProto.create(), call.traceId);
    this.spent(reply);
    return reply;
  }

  /** As `delegate`, with the reply as it comes. Nothing is sent before it is iterated. */
  stream(agent: string, content?: Content, options: Options = {}): ReplyStream {
    return new ReplyStream((done) => this.#events(this.#compose(agent, content, options), done));
  }

  /** Delegate without waiting for the result: the message id, when the callee has taken the work. */
  async send(agent: string, content?: Content, options: Options = {}): Promise<string> {
    const ask = this.#compose(agent, content, options);
    const request = encoded(NotifyRequest, { message: ask.message });
    await this.caller.unary("Notify", ask, request, NotifyResponse);
    return ask.message.messageId;
  }

  /** The active agents whose skills fit an utterance, best first; empty if none fits. */
  async find(query: string, options: { limit?: number; tags?: string[]; languages?: string[] } = {}): Promise<Match[]> {
    const { account, registry } = this.caller.directory;
    const found = await registry.find(FindAgentsRequest.fromPartial({ accountId: account, query, ...options }));
    return found.flatMap(({ card, skillId, confidence }) => {
      if (card === undefined) return [];
      const agent = card.accountId === account ? card.name : `${card.accountId}/${card.name}`;
      return [{ agent, skillId, confidence, card }];
    });
  }

  async *#events(ask: Invocation, done: (reply: Reply) => void): AsyncGenerator<Event> {
    const pieces = new Pieces();
    for await (const { event: response, call } of this.caller.stream(ask)) {
      const { event } = response;
      if (event?.$case === "partial" && event.partial.part !== undefined) {
        const { part, append } = event.partial;
        pieces.add(part, append);
        yield { part, append, text: textIn(part) };
      } else if (event?.$case === "progress") {
        yield { progress: event.progress.text, fraction: event.progress.fraction, text: "" };
      } else if (event?.$case === "reset") {
        pieces.reset();
        yield { reset: event.reset.reason || "the work runs again", text: "" };
      } else if (event?.$case === "reply") {
        const reply = Reply.from(pieces.whole(event.reply), call.traceId);
        done(reply);
        this.spent(reply);
        for (const part of event.reply.message?.payload ?? []) yield { part, text: textIn(part) };
      }
    }
  }

  #compose(agent: string, content: Content, options: Options): Invocation {
    const ask = this.begin(agent, options);
    ask.chain = narrowed(ask.chain, options.maxHops);
    const { chain } = ask;
    const milliseconds = Date.now();
    Object.assign(ask.message, {
      toAgent: splitName(agent)[1],
      messageType: MessageType.MESSAGE_TYPE_DELEGATE,
      payload: toParts(content),
      correlationId: chain.correlationId,
      timestamp: { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1e6 },
      messageId: options.messageId === undefined ? newId() : checkId("message_id", options.messageId),
      conversationId: chain.conversationId,
      accountId: chain.accountId,
      skillId: options.skill ?? "",
      context: variables(options.context),
    });
    return ask;
  }
}

function textIn(part: NonNullable<Event["part"]>): string {
  return part.content?.$case === "text" ? part.content.text : "";
}
