import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { Agent } from "../src/agent.js";
import { encoded } from "../src/codec.js";
import { ConversationStopped } from "../src/errors.js";
import { DelegateStreamRequest } from "../src/generated/botmesh/v1/agent_service.js";
import { AskForPersonResponse, DeskOutcome } from "../src/generated/botmesh/v1/conversation_service.js";
import { MessageType } from "../src/generated/botmesh/v1/message.js";
import type { Turn } from "../src/generated/botmesh/v1/turn.js";
import type { Conversation, Task } from "../src/index.js";
import { textOf } from "../src/parts.js";
import { defaultSettings } from "../src/settings.js";
import { fromServiceError, toStatus } from "../src/status.js";
import { FakeConversations, FakeRegistry } from "./peers.js";

let registry: FakeRegistry;
let service: FakeConversations; // where turns come from
let bot: Agent;
let client: Client;
let run: (task: Task) => unknown = () => undefined;
let turn: (conversation: Conversation) => unknown = () => undefined;
let welcome = turn;

before(async () => {
  registry = await new FakeRegistry().start();
  service = await new FakeConversations().start();
  bot = new Agent("front", { settings: { ...defaultSettings(), registry: registry.address } })
    .onDelegate(async (task) => {
      await run(task);
      return undefined;
    })
    .onIntent("welcome", async (conversation) => {
      await welcome(conversation);
      return undefined;
    })
    .onTurn(async (conversation) => {
      await turn(conversation);
      return undefined;
    });
  await bot.start();
  client = new Client(bot.address, credentials.createInsecure());
});

beforeEach(() => {
  for (const fake of [service, registry.conversations]) {
    fake.persons.length = fake.closes.length = 0;
    fake.answers = [];
  }
});

after(async () => {
  client.close();
  await bot.stop(0);
  service.stop();
  registry.stop();
});

/** Streams a task, or a turn of conversation v-1, through the bot. Throws what it fails with. */
async function streamed(given?: Partial<Turn>): Promise<void> {
  const isTurn = given !== undefined;
  const request = DelegateStreamRequest.fromPartial({
    message: {
      messageType: isTurn ? MessageType.MESSAGE_TYPE_TURN : MessageType.MESSAGE_TYPE_DELEGATE,
      conversationId: isTurn ? "v-1" : "",
    },
    ...(isTurn && { turn: { turnId: "t", epoch: 3, contactId: "anna", serviceAddress: service.address, ...given } }),
  });
  const asIs = (bytes: Buffer): Buffer => bytes;
  const path = "/botmesh.v1.AgentService/DelegateStream";
  const metadata = new Metadata();
  metadata.set("botmesh-account", "default");
  const bytes = encoded(DelegateStreamRequest, request);
  try {
    for await (const _ of client.makeServerStreamRequest(path, asIs, asIs, bytes, metadata, {
      deadline: Date.now() + 5_000,
    }));
  } catch (error) {
    throw fromServiceError(error as ServiceError);
  }
}

function answer(desk: DeskOutcome, queuePosition: number, conversationId: string): Buffer {
  const made = AskForPersonResponse.fromPartial({ desk, queuePosition, conversation: { conversationId } });
  return encoded(AskForPersonResponse, made);
}

test("a task without a conversation raises an alert where the mesh's services answer", async () => {
  registry.conversations.answers = [answer(DeskOutcome.DESK_OUTCOME_NOBODY_ON_DUTY, 2, "alert-1")];
  let got: unknown;
  run = async (task) => (got = await task.handToPerson("the till is empty", { message: "till 4" }));
  await streamed();
  assert.deepEqual(got, { outcome: "nobody_on_duty", queuePosition: 2, conversationId: "alert-1" });
  const [asked] = registry.conversations.persons;
  assert.deepEqual(
    [asked?.conversationId, asked?.accountId, asked?.agent, asked?.reason, textOf(asked?.payload ?? [])],
    ["", "default", "front", "the till is empty", "till 4"],
  );
  assert.match(asked?.requestId ?? "", /^[0-9a-f]{32}$/);
});

test("a turn asks for a person where it came from, with its conversation and a word to the contact", async () => {
  service.answers = [answer(DeskOutcome.DESK_OUTCOME_ASSIGNED, 0, "v-1")];
  let got: unknown;
  turn = async (conversation) => (got = await conversation.handToPerson("refund", { handoffMessage: "One moment" }));
  await streamed({});
  assert.deepEqual(got, { outcome: "assigned", queuePosition: 0, conversationId: "v-1" });
  const [asked] = service.persons;
  assert.deepEqual([asked?.conversationId, textOf(asked?.handoffMessage ?? [])], ["v-1", "One moment"]);
  assert.deepEqual(registry.conversations.persons, []);
});

test("a request for a person that was not answered is repeated under the same id", async () => {
  service.answers = [
    { code: status.UNAVAILABLE },
    { code: status.UNAVAILABLE },
    answer(DeskOutcome.DESK_OUTCOME_QUEUED, 1, "v-1"),
  ];
  let got: unknown;
  turn = async (conversation) => (got = await conversation.handToPerson("refund"));
  await streamed({});
  assert.deepEqual(got, { outcome: "queued", queuePosition: 1, conversationId: "v-1" });
  assert.equal(service.persons.length, 3);
  assert.equal(new Set(service.persons.map(({ requestId }) => requestId)).size, 1);
});

test("two requests for a person have two ids", async () => {
  turn = async (conversation) => {
    await conversation.handToPerson("one");
    await conversation.handToPerson("two");
  };
  await streamed({});
  assert.equal(new Set(service.persons.map(({ requestId }) => requestId)).size, 2);
});

test("a refused request for a person is the typed error, once", async () => {
  service.answers = [toStatus(new ConversationStopped("stopped"))];
  turn = async (conversation) => {
    await assert.rejects(conversation.handToPerson("refund"), ConversationStopped);
  };
  await streamed({});
  assert.equal(service.persons.length, 1);
});

test("a turn is closed by its agent in its epoch", async () => {
  turn = (conversation) => conversation.close("all said");
  await streamed({});
  const [closed] = service.closes;
  assert.deepEqual(
    [closed?.conversationId, closed?.epoch, closed?.by, closed?.reason],
    ["v-1", 3, { $case: "agent", agent: "front" }, "all said"],
  );
});

test("the function of an opening's intent speaks first, and an empty message comes with it", async () => {
  const seen: unknown[] = [];
  welcome = (conversation) => {
    seen.push(conversation.intent, conversation.text);
  };
  const opening = { initiator: 0, trigger: "", intentId: "welcome", reason: "", context: undefined };
  await streamed({ turnId: "first", opening });
  assert.deepEqual(seen, ["welcome", ""]);
});

test("a turn knows the language, how it was opened and the conversation before", async () => {
  const seen: unknown[] = [];
  turn = ({ language, opening, previousConversationId }) => {
    seen.push(language, opening?.trigger, opening?.intentId, previousConversationId);
  };
  const opening = { initiator: 0, trigger: "campaign", intentId: "offer", reason: "", context: undefined };
  await streamed({ language: "de-AT", opening, previousConversationId: "v-0" });
  await streamed({ turnId: "other" });
  assert.deepEqual(seen, ["de-AT", "campaign", "offer", "v-0", "", undefined, undefined, ""]);
});
