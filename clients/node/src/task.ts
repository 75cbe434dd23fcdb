import { context, type Context, trace } from "@opentelemetry/api";
import { Delegator, type Options } from "./delegator.js";
import type { Call } from "./call.js";
import type { AgentClient } from "./agent-client.js";
import type { Invocation } from "./invocation.js";
import { below } from "./chain.js";
import { InvalidField } from "./errors.js";
import { Message } from "./generated/botmesh/v1/message.js";
import type { Part } from "./generated/botmesh/v1/part.js";
import type { Usage } from "./generated/botmesh/v1/usage.js";
import { text, textOf } from "./parts.js";
import { askForPerson, type HandedToPerson, type PersonOptions } from "./person.js";
import { addUp, type Reply } from "./reply.js";
import type { Work } from "./work.js";

/** The work that a bot's function gets. Its calls to other agents continue the chain. */
export class Task extends Delegator {
  readonly #usage: Usage[] = [];
  #afterText = false;

  constructor(
    protected readonly call: Call,
    /** The message as it arrived. */
    readonly message: Message,
    protected readonly work: Work,
    protected readonly caller: AgentClient,
  ) {
    super();
  }

  /** Aborted when the work ends: at its deadline, by a cancellation, or after its last caller was lost. */
  get signal(): AbortSignal {
    return this.work.signal;
  }

  /** The text parts, one per line. */
  get text(): string {
    return textOf(this.message.payload);
  }

  get parts(): readonly Part[] {
    return this.message.payload;
  }

  /** Variables of the caller. */
  get context(): Record<string, unknown> {
    return this.message.context ?? {};
  }

  /** Id of the requested skill; empty if the bot decides. */
  get skill(): string {
    return this.message.skillId;
  }

  /** Name of the calling agent; empty if the caller is a client. */
  get fromAgent(): string {
    return this.message.fromAgent || (this.call.chain.path.at(-1) ?? "");
  }

  /** Idempotency key; empty if the caller gave none. */
  get messageId(): string {
    return this.message.messageId;
  }

  /** Correlation id of the chain. */
  get correlationId(): string {
    return this.call.chain.correlationId;
  }

  /** Conversation id; empty if there is none. */
  get conversationId(): string {
    return this.call.chain.conversationId;
  }

  /** Account of the chain. */
  get account(): string {
    return this.call.chain.accountId;
  }

  /** Agents of the chain, oldest first. */
  get path(): readonly string[] {
    return this.call.chain.path;
  }

  /** Hop limit of the chain, as it applies to the calls of this task. */
  get maxHops(): number {
    return this.call.chain.maxHops ?? this.call.limits.maxHops;
  }

  /** Seconds until the deadline of the work. */
  get remaining(): number {
    return this.call.remaining;
  }

  /** Trace id of the chain, 32 hex digits; empty if it is not traced. */
  get traceId(): string {
    return this.call.traceId;
  }

  /**
   * Streams a piece of the reply's text, which continues the previous text. Waits while the reader is 64 events
   * behind.
   */
  async write(piece: string): Promise<void> {
    await this.#write(text(piece), this.#afterText);
  }

  /** Streams a part of the reply. */
  async writePart(part: Part): Promise<void> {
    await this.#write(part, false);
  }

  /**
   * Reports progress to people; it is not part of the reply. `fraction` is the share of the work that is done, 0 to 1.
   */
  async progress(what: string, fraction?: number): Promise<void> {
    await this.work.emit({ $case: "progress", progress: { text: what, fraction } });
  }

  /**
   * Asks for a person: gives the conversation of the task to the desk or, without a conversation, puts an alert into the
   * desk's queue. If the desk takes the conversation of a turn, the turn has ended and the bot must return nothing.
   *
   * @param reason reason that the desk's queue shows
   * @throws BotmeshError if the request is refused.
   */
  async handToPerson(reason: string, options: PersonOptions = {}): Promise<HandedToPerson> {
    return askForPerson(this.caller, this.call, this.conversationService, reason, options);
  }

  /** Usage of the agents that this task has called so far. */
  get chainUsage(): Usage[] {
    return addUp(this.#usage);
  }

  async #write(part: Part, append: boolean): Promise<void> {
    this.#afterText = part.content?.$case === "text";
    await this.work.emit({ $case: "partial", partial: { part, append } });
  }

  /** Address of ConversationService: the registry's, where all services of a mesh answer. A turn names its own. */
  protected get conversationService(): string {
    return this.caller.directory.registry.address;
  }

  protected override begin(target: string, options: Options): Invocation {
    const { end, chain } = this.call;
    const { deadline } = this.work;
    if (options.conversationId !== undefined && options.conversationId !== this.conversationId) {
      throw new InvalidField("a task's delegations belong to its own conversation: leave conversationId out", {
        field: "conversation_id",
      });
    }
    return {
      target,
      message: Message.fromPartial({ fromAgent: end.agent }),
      chain: below(chain, end.namedIn(chain)),
      timeout: options.timeout,
      deadline,
      parent: this.spanContext(),
      work: this.work,
      signal: options.signal === undefined ? this.signal : AbortSignal.any([this.signal, options.signal]),
    };
  }

  protected override spent(reply: Reply): void {
    this.#usage.push(...reply.totalUsage);
  }

  /**
   * Returns the bot's active OpenTelemetry context if its span belongs to this chain, else the context of the server
   * span.
   */
  protected spanContext(): Context {
    const active = context.active();
    return trace.getSpanContext(active)?.traceId === this.call.span.spanContext().traceId ? active : this.call.context;
  }
}
