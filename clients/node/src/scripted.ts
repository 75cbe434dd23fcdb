/**
 * The scripted bot of the conformance kit: runs the steps that its task contains. docs/conformance.md describes the
 * steps.
 */
import { Agent } from "./agent.js";
import type { Options } from "./delegator.js";
import { Conversation, NOT_MINE } from "./conversation.js";
import { AgentFailed, BotmeshError } from "./errors.js";
import { MessageType } from "./generated/botmesh/v1/message.js";
import type { Part } from "./generated/botmesh/v1/part.js";
import { data, text } from "./parts.js";
import { Reply, type UsageReport } from "./reply.js";
import type { Task } from "./task.js";
import { pause } from "./time.js";

type Step = Record<string, unknown>;
type Result = Record<string, unknown>;

const counts = new Map<string, number>();

function count(key: string, more: number): number {
  const value = (counts.get(key) ?? 0) + more;
  counts.set(key, value);
  return value;
}

/** Creates the scripted bot with this name. */
export function scripted(name: string): Agent {
  return new Agent(name, {
    description: "Does what its task says",
    skills: [
      { id: "scripted", description: "Does a script" },
      { id: "safe", description: "Does a script that may be done twice", idempotent: true },
    ],
  })
    .onDelegate((task) => done(task))
    .onTurn((conversation) => done(conversation))
    .onNotify(() => void count("notified", 1))
    .onTransfer(async (task) => {
      switch (task.context["transfer"]) {
        case "decline":
          return said(task.context, "transfer_reason", "declined");
        case "hang":
          await pause(3600, task.signal);
          return false;
        case "crash":
          throw new Error("a bug");
        default:
          return true;
      }
    });
}

function said(step: Step, key: string, otherwise = ""): string {
  return typeof step[key] === "string" ? step[key] : otherwise;
}

function number(step: Step, key: string): number | undefined {
  return typeof step[key] === "number" ? step[key] : undefined;
}

/** A running task and the state of its script. */
interface Run {
  task: Task;
  parts: Part[];
  results: unknown[];
  confidence: number | undefined;
  usage: UsageReport | undefined;
  notMine: boolean;
}

/** Runs the script of a task step by step. A task without a script gets its content back. */
async function done(task: Task): Promise<Reply | typeof NOT_MINE> {
  const script = task.context["script"];
  if (!Array.isArray(script) || script.length === 0) return new Reply([...task.parts]);
  const run: Run = { task, parts: [], results: [], confidence: undefined, usage: undefined, notMine: false };
  for (const step of script as Step[]) {
    task.signal.throwIfAborted();
    const act = STEPS[said(step, "op")];
    if (act === undefined) throw new AgentFailed(`there is no step '${said(step, "op")}'`);
    await act(run, step);
  }
  if (run.notMine) return NOT_MINE;
  const parts = run.parts.length === 0 && run.results.length > 0 ? [data({ results: run.results })] : run.parts;
  return new Reply(parts, { confidence: run.confidence, usage: run.usage });
}

const STEPS: Record<string, (run: Run, step: Step) => unknown> = {
  echo: ({ parts, task }) => parts.push(...task.parts),
  text: ({ parts }, step) => parts.push(text(said(step, "text"))),
  bytes: ({ parts }, step) => parts.push(text("x".repeat(number(step, "size") ?? 0))),
  report: ({ parts, task }) => parts.push(data(report(task))),
  sleep: async ({ task }, step) => {
    await pause(number(step, "seconds") ?? 0, task.signal);
    task.signal.throwIfAborted();
  },
  partial: ({ task }, step) =>
    step["append"] === true ? task.write(said(step, "text")) : task.writePart(text(said(step, "text"))),
  progress: ({ task }, step) => task.progress(said(step, "text"), number(step, "fraction")),
  confidence: (run, step) => (run.confidence = number(step, "value")),
  usage: (run, step) => (run.usage = usage(step)),
  not_mine: (run) => (run.notMine = true),
  fail: (_, step) => {
    throw new AgentFailed(said(step, "text", "failed"));
  },
  crash: (_, step) => {
    throw new Error(said(step, "text", "a bug"));
  },
  exit: () => process.kill(process.pid, "SIGKILL"),
  count: ({ results }, step) => results.push({ count: count(said(step, "key"), 1) }),
  counted: ({ results }, step) => results.push({ count: count(said(step, "key"), 0) }),
  delegate: async ({ results, task }, step) => results.push(await asked(task, step)),
  parallel: async ({ results, task }, step) =>
    results.push(await Promise.all((step["steps"] as Step[]).map((one) => asked(task, one)))),
  notify: async ({ results, task }, step) => {
    results.push(await task.send(said(step, "to"), said(step, "text")).then((): Result => ({ ok: true }), failure));
  },
  hand_to_person: async ({ results, task }, step) =>
    results.push(
      await task
        .handToPerson(said(step, "reason"), { message: said(step, "message") || undefined })
        .then(({ outcome, queuePosition, conversationId }): Result => {
          return { ok: true, outcome, queue_position: queuePosition, conversation_id: conversationId };
        }, failure),
    ),
  close: async ({ results, task }, step) =>
    results.push(
      await turnOf(task)
        .close(said(step, "reason"))
        .then((): Result => ({ ok: true }), failure),
    ),
  opening: ({ parts, task }) => {
    const { opening } = turnOf(task);
    const seen = opening && { trigger: opening.trigger, intent: opening.intentId, reason: opening.reason };
    parts.push(data(seen ?? {}));
  },
};

function turnOf(task: Task): Conversation {
  if (task instanceof Conversation) return task;
  throw new AgentFailed("this step needs a turn");
}

function usage(step: Step): UsageReport {
  return {
    model: said(step, "model"),
    inputTokens: number(step, "input_tokens") ?? 0,
    outputTokens: number(step, "output_tokens") ?? 0,
    costMicros: number(step, "cost_micros") ?? 0,
    currency: said(step, "currency"),
  };
}

/** Reports what the bot sees of the call. */
function report(task: Task): Result {
  const { script: _, ...context } = task.context;
  return {
    from_agent: task.fromAgent,
    to_agent: task.message.toAgent,
    message_type: MessageType[task.message.messageType].replace("MESSAGE_TYPE_", ""),
    message_id: task.messageId,
    correlation_id: task.correlationId,
    conversation_id: task.conversationId,
    account_id: task.account,
    skill_id: task.skill,
    text: task.text,
    context,
    path: task.path,
    max_hops: task.maxHops,
    deadline_seconds: task.remaining,
    trace_id: task.traceId,
    ...(task instanceof Conversation && {
      turn: {
        turn_id: task.turn.turnId,
        epoch: task.turn.epoch,
        contact_id: task.contactId,
        channel: task.channel,
        transferred_from: task.transferredFrom,
        intent: task.intent,
      },
    }),
  };
}

/** Calls another agent and reports the result. */
async function asked(task: Task, step: Step): Promise<Result> {
  const size = number(step, "size");
  const content = size === undefined ? said(step, "text") : "x".repeat(size);
  const giveUp = new AbortController();
  const after = number(step, "cancel_after");
  const timer =
    after === undefined
      ? undefined
      : setTimeout(() => {
          giveUp.abort();
        }, after * 1000);
  const options: Options = {
    timeout: number(step, "timeout"),
    maxHops: number(step, "max_hops"),
    context: step["context"] as Record<string, unknown> | undefined,
    skill: said(step, "skill"),
    messageId: said(step, "message_id") || undefined,
    conversationId: said(step, "conversation_id") || undefined,
    signal: giveUp.signal,
  };
  try {
    if (step["stream"] === true) return await streamed(task, step, content, options);
    return success(await task.delegate(said(step, "to"), content, options));
  } catch (error) {
    return failure(error);
  } finally {
    clearTimeout(timer);
  }
}

async function streamed(task: Task, step: Step, content: string, options: Options): Promise<Result> {
  let events = 0;
  let resets = 0;
  const stream = task.stream(said(step, "to"), content, options);
  for await (const event of stream) {
    events++;
    if (event.reset !== undefined) resets++;
    if (events === number(step, "leave_after")) return { ok: true, left: true, events };
  }
  return { ...success(stream.reply), events, resets };
}

function success(reply: Reply): Result {
  const values = reply.parts.flatMap(({ content }) => (content?.$case === "data" ? [content.data as unknown] : []));
  return {
    ok: true,
    text: reply.parts.map(({ content }) => (content?.$case === "text" ? content.text : "")).join(""),
    data: values[0] ?? null,
    confidence: reply.confidence ?? null,
    events: 0,
    resets: 0,
    instance_id: reply.instance,
  };
}

function failure(error: unknown): Result {
  if (!(error instanceof BotmeshError)) throw error;
  return {
    ok: false,
    code: error.codeName,
    reason: error.reason,
    fields: error.metadata,
    started: error.started,
    text: error.message,
  };
}
