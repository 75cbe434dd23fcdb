/** What a bot gets to work on. */
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
import { addUp, type Reply } from "./reply.js";
import type { Work } from "./work.js";

/** A task in a chain. What it asks of other agents continues the chain. */
export class Task extends Delegator {
  readonly #usage: Usage[] = [];
  #afterText = false;

  constructor(
    protected readonly call: Call,
    /** The whole message, as it came. */
    readonly message: Message,
    protected readonly work: Work,
    protected readonly caller: AgentClient,
  ) {
    super();
  }

  /** Aborted when the work is over: by its deadline, by a cancellation, or when its last caller is lost. */
  get signal(): AbortSignal {
    return this.work.signal;
  }

  /** The text parts, a line each. */
  get text(): string {
    return textOf(this.message.payload);
  }

  /** All parts, in order. */
  get parts(): readonly Part[] {
    return this.message.payload;
  }

  /** The variables that the caller gave. */
  get context(): Record<string, unknown> {
    return this.message.context ?? {};
  }

  /** The skill that is meant; empty: the bot decides. */
  get skill(): string {
    return this.message.skillId;
  }

  /** The agent that asks; empty: a client that is no agent. */
  get fromAgent(): string {
    return this.message.fromAgent || (this.call.chain.path.at(-1) ?? "");
  }

  /** The idempotency key; empty if the caller gave none. */
  get messageId(): string {
    return this.message.messageId;
  }

  /** The chain's id. */
  get correlationId(): string {
    return this.call.chain.correlationId;
  }

  /** The conversation; empty: none. */
  get conversationId(): string {
    return this.call.chain.conversationId;
  }

  /** The tenant. */
  get account(): string {
    return this.call.chain.accountId;
  }

  /** The agents gone through, oldest first. */
  get path(): readonly string[] {
    return this.call.chain.path;
  }

  /** The most hops that the chain may have, as it holds for what this task asks of others. */
  get maxHops(): number {
    return this.call.chain.maxHops ?? this.call.limits.maxHops;
  }

  /** Seconds until the work ends, done or not. */
  get remaining(): number {
    return this.call.remaining;
  }

  /** The chain's trace, 32 hex digits; empty where nothing is traced. */
  get traceId(): string {
    return this.call.traceId;
  }

  /** Send a piece of the reply's text now; it continues the text before it. Waits while the reader is far behind. */
  async write(piece: string): Promise<void> {
    await this.#write(text(piece), this.#afterText);
  }

  /** Send a part of the reply now, as a piece of its own. */
  async writePart(part: Part): Promise<void> {
    await this.#write(part, false);
  }

  /** Tell what is being done; for people, no part of the reply. `fraction` is the share that is done, 0 to 1. */
  async progress(what: string, fraction?: number): Promise<void> {
    await this.work.emit({ $case: "progress", progress: { text: what, fraction } });
  }

  /** What was spent below so far. */
  get chainUsage(): Usage[] {
    return addUp(this.#usage);
  }

  async #write(part: Part, append: boolean): Promise<void> {
    this.#afterText = part.content?.$case === "text";
    await this.work.emit({ $case: "partial", partial: { part, append } });
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

  /** Under the bot's own current span if that belongs to this chain, else under the server span. */
  protected spanContext(): Context {
    const active = context.active();
    return trace.getSpanContext(active)?.traceId === this.call.span.spanContext().traceId ? active : this.call.context;
  }
}
