/** Serves AgentService: runs the bot's functions for calls that have passed the policies. */
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { NOTIFICATION_TYPES } from "./fingerprint.js";
import type { Functions } from "./functions.js";
import type { Call } from "./call.js";
import type { Endpoint } from "./endpoint.js";
import type { AgentClient } from "./agent-client.js";
import { Conversation, intentOf, NOT_MINE } from "./conversation.js";
import { AgentError, BotmeshError, Cancelled, InvalidField, NotSupported } from "./errors.js";
import type { AgentCard } from "./generated/botmesh/v1/agent_card.js";
import {
  AgentServiceDefinition,
  CancelOutcome,
  CancelReceipt,
  type CancelRequest,
  CancelResponse,
  type DelegateResponse,
  type DelegateStreamRequest,
  type DelegateStreamResponse,
  GetCardResponse,
  type GetStatsResponse,
  type NotifyRequest,
  NotifyResponse,
  type TransferRequest,
  TransferResponse,
} from "./generated/botmesh/v1/agent_service.js";
import type { Readiness } from "./generated/botmesh/v1/instance.js";
import { Message, MessageType, Reply as ReplyProto } from "./generated/botmesh/v1/message.js";
import { TransferDecision } from "./generated/botmesh/v1/transfer.js";
import { newId } from "./names.js";
import { variables } from "./parts.js";
import { Reply } from "./reply.js";
import { type Method, type Served, streaming, unary } from "./serving.js";
import { Task } from "./task.js";
import { pause } from "./time.js";
import type { Outcome, Work } from "./work.js";
import { workKey } from "./work-table.js";

/**
 * Seconds that a cancelled agent waits for receipts of the agents that it called. Less than its own caller waits (1
 * s).
 */
const RECEIPT_TIMEOUT = 0.8;

/** Maps each method of AgentService to the bot's functions. */
export class AgentServicer {
  readonly #end: Endpoint;

  constructor(
    private readonly card: AgentCard,
    private readonly functions: Functions,
    private readonly caller: AgentClient,
    private readonly readiness: () => Readiness,
  ) {
    this.#end = caller.end;
  }

  /** Returns a gRPC handler for each method. Each handler runs the policies. */
  implementation(): UntypedServiceImplementation {
    const { methods } = AgentServiceDefinition;
    const one = (method: Method, serve: (request: never, served: Served) => unknown) => unary(this.#end, method, serve);
    return {
      Delegate: one(methods.delegate, (_, served) => this.#delegate(served)),
      DelegateStream: streaming(this.#end, methods.delegateStream, (request: DelegateStreamRequest, served) =>
        this.#delegateStream(request, served),
      ),
      Notify: one(methods.notify, (request: NotifyRequest, served) => this.#notify(request, served)),
      Transfer: one(methods.transfer, (request: TransferRequest, served) => this.#transfer(request, served)),
      Cancel: one(methods.cancel, (request: CancelRequest) => this.#cancel(request)),
      GetCard: one(methods.getCard, () => this.#getCard()),
      GetStats: one(methods.getStats, () => this.#getStats()),
    };
  }

  async #delegate({ call, lost }: Served): Promise<DelegateResponse> {
    const work = this.#work(call, this.functions.delegate, "delegations", (task) =>
      this.#answer(task, this.functions.delegate),
    );
    const outcome = await work.result(lost);
    return { reply: work.whole(replyIn(outcome)) };
  }

  async *#delegateStream(request: DelegateStreamRequest, served: Served): AsyncGenerator<DelegateStreamResponse> {
    const { call, lost } = served;
    const { turn } = request;
    const answers = turn === undefined ? this.functions.delegate : this.functions.forTurn(intentOf(turn));
    const what = turn === undefined ? "delegations" : "turns";
    const work = this.#work(
      call,
      answers,
      what,
      (task) => this.#answer(task, answers as ((task: Task) => unknown) | undefined),
      turn === undefined
        ? undefined
        : (mine) => new Conversation(call, call.message ?? Message.create(), mine, this.caller, turn),
    );
    yield* work.read(request.afterSequence, lost);
    const reply = replyIn(work.outcome);
    yield { sequence: work.last + 1, event: { $case: "reply", reply } };
  }

  #notify(request: NotifyRequest, { call }: Served): NotifyResponse {
    const kind = request.message?.messageType ?? MessageType.MESSAGE_TYPE_UNSPECIFIED;
    const told = NOTIFICATION_TYPES.has(kind);
    const { delegate, notify } = this.functions;
    const work = told
      ? this.#work(call, notify, "notifications", async (task) => {
          await notify?.(task);
          return new Reply();
        })
      : this.#work(call, delegate, "delegations", (task) => this.#answer(task, delegate));
    work.detach();
    return NotifyResponse.fromPartial({ ack: this.#message(call, MessageType.MESSAGE_TYPE_ACK) });
  }

  async #transfer(request: TransferRequest, { call, lost }: Served): Promise<TransferResponse> {
    const { offer } = request;
    if (offer === undefined || offer.transferId === "") {
      throw new InvalidField("an offer needs a transfer_id", { field: "offer.transfer_id" });
    }
    const decided = (decline: string): TransferResponse =>
      TransferResponse.fromPartial({
        transferId: offer.transferId,
        decision:
          decline === "" ? TransferDecision.TRANSFER_DECISION_ACCEPTED : TransferDecision.TRANSFER_DECISION_DECLINED,
        reason: decline,
      });
    const { transfer } = this.functions;
    if (transfer === undefined) {
      return decided(this.functions.forTurn(offer.intentId) ? "" : `${this.card.name} takes no conversations`);
    }
    const work = this.#work(call, transfer, "offers", async (task) => {
      const decision = await transfer(task, offer);
      return decided(typeof decision === "string" ? decision : decision === false ? "declined" : "");
    });
    const outcome = await work.result(lost);
    if (!("decision" in outcome)) throw new AgentError("this work has no decision");
    return outcome.decision;
  }

  async #cancel(request: CancelRequest): Promise<CancelResponse> {
    if (request.messageId === "") {
      throw new InvalidField("message_id names the work to cancel: it cannot be empty", { field: "message_id" });
    }
    const { account, agent, instance, works } = this.#end;
    const work = works.find(workKey(request.accountId || account, request.fromAgent, request.messageId));
    let outcome = CancelOutcome.CANCEL_OUTCOME_UNKNOWN;
    let below: CancelReceipt[] = [];
    if (work?.settled === true) {
      outcome = CancelOutcome.CANCEL_OUTCOME_TOO_LATE;
    } else if (work !== undefined) {
      outcome = CancelOutcome.CANCEL_OUTCOME_STOPPED;
      work.cancel(request.reason || "the caller gave up");
      below = await receipts(work);
    }
    const own = CancelReceipt.fromPartial({ agent, instanceId: instance, messageId: request.messageId, outcome });
    return CancelResponse.fromPartial({ receipts: [own, ...below] });
  }

  #getCard(): GetCardResponse {
    return { card: this.card, instanceId: this.#end.instance, readiness: this.readiness() };
  }

  #getStats(): GetStatsResponse {
    const { stats, works, instance, outgoing } = this.#end;
    return {
      ...stats.toProto(),
      instanceId: instance,
      inFlight: works.running.size,
      outgoingInFlight: outgoing.total,
      remembered: works.remembered,
    };
  }

  /** Returns the work of a call: the running work that it joins, or new work that is started here. */
  #work(
    call: Call,
    supported: unknown,
    what: string,
    run: (task: Task) => Promise<Reply | typeof NOT_MINE | TransferResponse>,
    made?: (work: Work) => Task,
  ): Work {
    const { work } = call;
    if (work === undefined) throw new Error("work methods always claim some");
    if (work.began) return work;
    if (supported === undefined) throw new NotSupported(`${this.card.name} takes no ${what}`, { method: what });
    const task = made?.(work) ?? new Task(call, call.message ?? Message.create(), work, this.caller);
    work.start(async () => {
      try {
        const answer = await run(task);
        if (answer instanceof Reply || answer === NOT_MINE) return { reply: this.#reply(call, task, answer) };
        return { decision: answer };
      } catch (error) {
        throw this.#hidden(error, task);
      }
    });
    return work;
  }

  /** Logs an unexpected failure and returns an AgentError without its cause, which may hold secrets of the bot. */
  #hidden(error: unknown, task: Task): BotmeshError {
    if (error instanceof BotmeshError) return error;
    if (task.signal.aborted) return new Cancelled("the work was cancelled");
    const { name } = this.card;
    console.error(`${name} failed; trace ${task.traceId || "none"}:`, error);
    return new AgentError(`${name} failed inside; its log has the cause under this trace id`);
  }

  /** Runs the bot's function. Sends the pieces that a generator yields; a Reply that it yields is the final answer. */
  async #answer<T extends Task>(task: T, answer: ((task: T) => unknown) | undefined): Promise<Reply | typeof NOT_MINE> {
    const result: unknown = answer?.(task);
    const final = isGenerator(result) ? await emitted(task, result) : await result;
    if (final instanceof Reply || final === NOT_MINE) return final;
    return new Reply(final as ConstructorParameters<typeof Reply>[0]);
  }

  #reply(call: Call, task: Task, answer: Reply | typeof NOT_MINE): ReplyProto {
    const said = answer === NOT_MINE ? new Reply() : answer;
    const message = this.#message(call, MessageType.MESSAGE_TYPE_RESPONSE);
    message.payload = said.parts;
    message.context = variables(said.context);
    const made = ReplyProto.create();
    made.message = message;
    made.confidence = said.confidence;
    made.usage = said.usage === undefined ? undefined : { ...said.usage, agent: said.usage.agent || this.card.name };
    made.chainUsage = task.chainUsage;
    made.instanceId = this.#end.instance;
    made.notMine = answer === NOT_MINE;
    return made;
  }

  #message(call: Call, messageType: MessageType): Message {
    const asked = call.message ?? Message.create();
    const milliseconds = Date.now();
    return Message.fromPartial({
      fromAgent: this.card.name,
      toAgent: asked.fromAgent,
      messageType,
      correlationId: call.chain.correlationId,
      messageId: newId(),
      conversationId: asked.conversationId,
      accountId: call.chain.accountId,
      inReplyTo: asked.messageId,
      timestamp: { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1e6 },
    });
  }
}

function replyIn(outcome: Outcome | undefined): ReplyProto {
  if (outcome === undefined || !("reply" in outcome)) throw new AgentError("this work has no reply");
  return outcome.reply;
}

function isGenerator(value: unknown): value is AsyncGenerator {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "return" in value;
}

/** Sends each piece that a generator yields. A Reply or NOT_MINE that it yields ends the answer. */
async function emitted(task: Task, pieces: AsyncGenerator): Promise<Reply | typeof NOT_MINE> {
  let final: Reply | typeof NOT_MINE = new Reply();
  for await (const piece of pieces) {
    if (piece instanceof Reply || piece === NOT_MINE) final = piece;
    else if (typeof piece === "string") await task.write(piece);
    else
      for (const part of new Reply(piece as ConstructorParameters<typeof Reply>[0]).parts) await task.writePart(part);
  }
  return final;
}

/**
 * Collects the receipts of the calls that the work made. Calls that do not answer within RECEIPT_TIMEOUT are left out.
 */
async function receipts(work: Work): Promise<CancelReceipt[]> {
  const late = new AbortController();
  const over = pause(RECEIPT_TIMEOUT, late.signal);
  await Promise.race([work.ended, over]);
  const found: CancelReceipt[] = [];
  const all = Promise.all(
    work.cancels.map(async (told) => {
      found.push(...(await told));
    }),
  );
  await Promise.race([all, over]);
  late.abort();
  return found;
}
