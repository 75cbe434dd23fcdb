/** The methods that call agents: delegate, stream, send, find. Task has them in a chain, Mesh starts chains. */
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

/** Options of a delegation. */
export interface Options {
  /** Seconds. Default: the mesh's (30). Never longer than the remaining time of the calling work. */
  timeout?: number | undefined;
  /** Variables for the callee. Values must be JSON-like. */
  context?: Record<string, unknown> | undefined;
  /** Id of the callee's skill. */
  skill?: string | undefined;
  /** Conversation id. A task's calls carry the conversation of the task. */
  conversationId?: string | undefined;
  /** Idempotency key. A second call with the same id joins the work or gets the same reply. Default: a new id. */
  messageId?: string | undefined;
  /** Maximum hops of the whole chain, if lower than the mesh's limit. */
  maxHops?: number | undefined;
  /** Aborting it cancels the call and the callee's work. */
  signal?: AbortSignal | undefined;
}

/** An agent with a skill that matches a query. */
export interface Match {
  /** Name to pass to `delegate`; account/name for an agent of another account. */
  agent: string;
  /** Id of the best matching skill. */
  skillId: string;
  /** Confidence of the match, 0 to 1. */
  confidence: number;
  card: AgentCard;
}

/** A streamed reply. Iterate it once. Leaving the loop early cancels the callee's work. */
export class ReplyStream implements AsyncIterable<Event> {
  #reply: Reply | undefined;

  constructor(private readonly events: (done: (reply: Reply) => void) => AsyncGenerator<Event>) {}

  /** The whole reply. Throws Error before the events have ended. */
  get reply(): Reply {
    if (this.#reply !== undefined) return this.#reply;
    throw new Error("the stream has not ended: iterate it to the end before asking for its reply");
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event> {
    return this.events((reply) => (this.#reply = reply));
  }
}

/** Base class of Task and Mesh. Every method throws BotmeshError if the call is refused or fails. */
export abstract class Delegator {
  protected abstract readonly caller: AgentClient;

  /** Returns an invocation of `agent` with an empty message, in the chain of this task or in a new one. */
  protected abstract begin(agent: string, options: Options): Invocation;

  /** Records the usage of a reply. */
  protected spent(_reply: Reply): void {
    // Task overrides this: a client reports no usage
  }

  /** Delegates to an agent (name, or account/name for a shared agent of another account) and returns its reply. */
  async delegate(agent: string, content?: Content, options: Options = {}): Promise<Reply> {
    const ask = this.#compose(agent, content, options);
    const request = encoded(DelegateRequest, { message: ask.message });
    const { response, call } = await this.caller.unary("Delegate", ask, request, DelegateResponse);
    const reply = Reply.from(response.reply ?? ReplyProto.create(), call.traceId);
    this.spent(reply);
    return reply;
  }

  /** Like `delegate`, but streams the reply. The call is made when the stream is iterated. */
  stream(agent: string, content?: Content, options: Options = {}): ReplyStream {
    return new ReplyStream((done) => this.#events(this.#compose(agent, content, options), done));
  }

  /** Delegates without waiting for the reply. Returns the message id once the callee has accepted the work. */
  async send(agent: string, content?: Content, options: Options = {}): Promise<string> {
    const ask = this.#compose(agent, content, options);
    const request = encoded(NotifyRequest, { message: ask.message });
    await this.caller.unary("Notify", ask, request, NotifyResponse);
    return ask.message.messageId;
  }

  /** Finds active agents whose skills match an utterance, best first; empty if none matches. */
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
