import assert from "node:assert/strict";
import { test } from "node:test";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { encoded } from "../src/codec.js";
import { contract } from "../src/contract.js";
import { BotmeshError, InvalidField } from "../src/errors.js";
import { checkFields } from "../src/fields/index.js";
import { sift } from "../src/fields/sift.js";
import { CancelRequest, DelegateRequest, DelegateResponse } from "../src/generated/botmesh/v1/agent_service.js";
import { AgentCard } from "../src/generated/botmesh/v1/agent_card.js";
import { Message, MessageType } from "../src/generated/botmesh/v1/message.js";
import { WatchAgentsResponse } from "../src/generated/botmesh/v1/registry_service.js";
import { Usage } from "../src/generated/botmesh/v1/usage.js";
import { data, raw, text } from "../src/parts.js";
import { arrays, bytesIn, objects } from "./hostile.js";

const TASK = "botmesh.v1.DelegateRequest";

/** A serialized DelegateRequest with these fields of its message. */
function task(fields: Parameters<typeof Message.fromPartial>[0]): Buffer {
  return encoded(DelegateRequest, DelegateRequest.fromPartial({ message: fields }));
}

/** The message as one field of a request, from raw bytes. */
function taskOf(message: Uint8Array): Uint8Array {
  return bytesIn(1, message);
}

/** The field that is refused; empty where it passes. */
function refused(kind: string, bytes: Uint8Array): string {
  try {
    checkFields(kind, bytes, "request");
    return "";
  } catch (error) {
    assert.ok(error instanceof InvalidField, String(error));
    assert.equal(error.started, false);
    return error.metadata["field"] ?? "nothing";
  }
}

test("a task as bots send it passes", () => {
  const message = { fromAgent: "a", payload: [text("hi"), data({ a: [1, null, "x"] }), raw(Buffer.from([0, 255]))] };
  const made = Message.fromPartial({
    ...message,
    messageType: MessageType.MESSAGE_TYPE_RESPONSE,
    timestamp: { seconds: 1.7e9, nanos: 5 },
  });
  made.context = { ü: { deep: [true] } };
  assert.equal(refused(TASK, encoded(DelegateRequest, { message: made })), "");
});

for (const [what, seconds, nanos, field] of [
  ["a second before 1970", -1, 0, "message.timestamp"],
  ["the first second of 1970", 0, 0, ""],
  ["the last second of 2199", 7258118399, 999_999_999, ""],
  ["the first second of 2200", 7258118400, 0, "message.timestamp"],
  ["the year 9999", 253402300799, 0, "message.timestamp"],
  ["a thousand million nanos", 1, 1_000_000_000, "message.timestamp"],
  ["a negative nano", 1, -1, "message.timestamp"],
] as const) {
  test(`a timestamp of ${what} is ${field === "" ? "taken" : "refused"}`, () => {
    assert.equal(refused(TASK, task({ timestamp: { seconds, nanos } })), field);
  });
}

test("a timestamp past 64 bits of a double is refused as well", () => {
  const seconds = new BinaryWriter().uint32(8).int64("9223372036854775807").finish();
  assert.equal(refused(TASK, taskOf(bytesIn(6, seconds))), "message.timestamp");
});

for (const [seconds, nanos, field] of [
  [0, 0, ""],
  [3_155_760_000, 999_999_999, ""],
  [3_155_760_001, 0, "limits.max_timeout"],
  [-1, 0, "limits.max_timeout"],
  [1, 1_000_000_000, "limits.max_timeout"],
] as const) {
  test(`a duration of ${String(seconds)} s and ${String(nanos)} ns is ${field === "" ? "taken" : "refused"}`, () => {
    const card = AgentCard.fromPartial({ limits: { maxTimeout: { seconds, nanos } } });
    assert.equal(refused("botmesh.v1.AgentCard", encoded(AgentCard, card)), field);
  });
}

test("a number that is no value of its enum is refused, negative ones too", () => {
  for (const number of [99, -1, 2 ** 31 - 1]) {
    const bytes = taskOf(new BinaryWriter().uint32(24).int32(number).finish());
    assert.equal(refused(TASK, bytes), "message.message_type");
  }
});

test("doubles are finite, wherever they stand", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const reply = DelegateResponse.fromPartial({ reply: { confidence: value } });
    assert.equal(refused("botmesh.v1.DelegateResponse", encoded(DelegateResponse, reply)), "reply.confidence");
    const message = Message.create();
    message.context = { a: [{ b: value }] };
    assert.equal(refused(TASK, encoded(DelegateRequest, { message })), "message.context");
  }
  const reply = DelegateResponse.fromPartial({ reply: { confidence: Number.MAX_VALUE } });
  assert.equal(refused("botmesh.v1.DelegateResponse", encoded(DelegateResponse, reply)), "");
});

for (const [number, allowed] of [
  ["9007199254740991", ""],
  ["9007199254740992", "9007199254740991"],
  ["9223372036854775808", "9223372036854775807"],
  ["18446744073709551615", "9223372036854775807"],
] as const) {
  test(`${number} as a uint64 is ${allowed === "" ? "taken" : `refused: at most ${allowed}`}`, () => {
    const bytes = new BinaryWriter().uint32(16).uint64(number).finish();
    if (allowed === "") {
      checkFields("botmesh.v1.DelegateStreamRequest", bytes, "request");
      return;
    }
    assert.throws(
      () => checkFields("botmesh.v1.DelegateStreamRequest", bytes, "request"),
      (error) => error instanceof InvalidField && error.message.startsWith(`after_sequence must be at most ${allowed}`),
    );
  });
}

test("nobody earns money by an answer, and no sum of costs wraps around", () => {
  const field = "reply.usage.cost_micros";
  for (const [cost, expected] of [
    ["-1", field],
    ["9007199254740992", field],
    ["9223372036854775807", field],
    ["-9223372036854775808", field],
    ["9007199254740991", ""],
    ["0", ""],
  ] as const) {
    const usage = new BinaryWriter().uint32(40).int64(cost).finish();
    assert.equal(refused("botmesh.v1.DelegateResponse", bytesIn(1, bytesIn(3, usage))), expected, cost);
  }
  const several = { reply: { chainUsage: [Usage.create(), { inputTokens: -1 }] } };
  const bytes = encoded(DelegateResponse, DelegateResponse.fromPartial(several));
  assert.equal(refused("botmesh.v1.DelegateResponse", bytes), "reply.chain_usage[1].input_tokens");
});

for (const [what, nested, field] of [
  ["32 arrays", arrays(32), ""],
  ["33 arrays", arrays(33), "message.payload[1].data"],
  ["21 objects", objects(21), ""],
  ["22 objects", objects(22), "message.payload[1].data"],
  ["49 arrays", arrays(49), "message.payload[1].data"],
  ["5,000 arrays", arrays(5_000), "message.payload[1].data"],
  ["10,000 arrays", arrays(10_000), "message.payload[1].data"],
  ["10,000 objects", objects(10_000), "message.payload[1].data"],
] as const) {
  test(`${what} in each other are ${field === "" ? "taken" : "refused"}`, () => {
    const part = bytesIn(4, bytesIn(4, nested));
    const bytes = taskOf(Buffer.concat([bytesIn(4, bytesIn(1, Buffer.from("hi"))), part]));
    assert.equal(refused(TASK, bytes), field);
    if (field === "") assert.equal(DelegateRequest.decode(bytes).message?.payload.length, 2);
  });
}

test("variables are an object already: 20 more in them pass, 21 do not", () => {
  const holds = (count: number): Uint8Array => {
    const entry = Buffer.concat([bytesIn(1, Buffer.from("a")), bytesIn(2, objects(count))]);
    return taskOf(bytesIn(10, bytesIn(1, entry)));
  };
  assert.equal(refused(TASK, holds(20)), "");
  assert.equal(refused(TASK, holds(21)), "message.context");
});

test("what is nested without end in JavaScript is a refusal when it is written, not a stack overflow", () => {
  let value: unknown = 1;
  for (let depth = 0; depth < 10_000; depth++) value = [value];
  const message = Message.create();
  message.context = { value };
  assert.throws(() => encoded(DelegateRequest, { message }), InvalidField);
  assert.throws(() => data(value), InvalidField);
});

test("a string that is no text has 4,096 characters at most, whatever its bytes", () => {
  const asked = (reason: string): string =>
    refused("botmesh.v1.CancelRequest", encoded(CancelRequest, CancelRequest.fromPartial({ reason })));
  assert.equal(asked("x".repeat(4096)), "");
  assert.equal(asked("ü".repeat(4096)), "");
  assert.equal(asked("💬".repeat(4096)), "");
  assert.equal(asked("x".repeat(4097)), "reason");
  assert.equal(asked("💬".repeat(4097)), "reason");
});

test("texts are as long as they are, and the strings of values too", () => {
  const long = "x".repeat(100_000);
  assert.equal(refused(TASK, task({ payload: [text(long), data({ [long]: long })] })), "");
  const card = AgentCard.fromPartial({
    description: long,
    skills: [{ id: "s", name: long, description: long, examples: [long] }],
  });
  assert.equal(refused("botmesh.v1.AgentCard", encoded(AgentCard, card)), "");
  card.skills[0]?.tags.push("fine", long);
  assert.equal(refused("botmesh.v1.AgentCard", encoded(AgentCard, card)), "skills[0].tags[1]");
});

test("an entry of a map is shown as its field", () => {
  const entry = Buffer.concat([bytesIn(1, Buffer.from("x".repeat(4097))), Buffer.from([16, 1])]);
  assert.equal(refused("botmesh.v1.GetStatsResponse", bytesIn(3, entry)), "incoming");
});

for (const [what, bytes] of [
  ["random bytes", Buffer.from("deadbeef00ff17", "hex")],
  ["a string that is no UTF-8", taskOf(bytesIn(1, Buffer.from([0xff, 0xfe])))],
  ["a long string that is no UTF-8", taskOf(bytesIn(12, Buffer.alloc(100, 0xc0)))],
  ["a text that is no UTF-8", taskOf(bytesIn(4, bytesIn(1, Buffer.from([0x61, 0xe9]))))],
  ["a field that is longer than its message", taskOf(Buffer.from([10, 5, 97]))],
  ["a tag of number 0", taskOf(Buffer.from([0, 0, 0, 0]))],
  ["the end of a group that none began", taskOf(Buffer.from([(1 << 3) | 4]))],
  ["an unknown wire type", taskOf(Buffer.from([(1 << 3) | 7]))],
  ["a number without end", taskOf(Buffer.concat([Buffer.from([24]), Buffer.alloc(11, 0x80)]))],
  ["groups in each other without end", Buffer.alloc(50_000, (200 << 3) | 3)],
  ["a length past 32 bits", Buffer.from([10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
] as const) {
  test(`${what} is a request that cannot be read`, () => {
    assert.equal(refused(TASK, bytes), "request");
  });
}

test("fields that no version knows pass, groups as well", () => {
  const unknown = Buffer.from([0xa3, 0x06, 8, 1, 0xa4, 0x06]); // group 100 with a field in it
  assert.equal(refused(TASK, Buffer.concat([task({ fromAgent: "a" }), unknown])), "");
});

test("a key that JavaScript objects cannot have is refused, for it would be lost", () => {
  const entry = Buffer.concat([bytesIn(1, Buffer.from("__proto__")), bytesIn(2, objects(1))]);
  assert.equal(refused(TASK, taskOf(bytesIn(10, bytesIn(1, entry)))), "message.context");
});

test("every message of the contract can be looked at", () => {
  const names = [...contract().messages.keys()].filter((name) => name.startsWith("botmesh.v1."));
  assert.ok(names.length > 150, String(names.length));
  for (const name of names) checkFields(name, Buffer.alloc(0), "request");
});

test("whatever bytes come, the answer is a pass or a refusal", () => {
  const good = task({ payload: [text("hi"), data({ a: [1] })], timestamp: { seconds: 1, nanos: 2 } });
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 3_000; round++) {
    const bytes = Buffer.from(good);
    for (let change = random(4); change >= 0; change--) bytes[random(bytes.length)] = random(256);
    let passed = true;
    try {
      checkFields(TASK, bytes, "request");
    } catch (error) {
      passed = false;
      assert.ok(error instanceof BotmeshError, String(error));
    }
    if (passed) DelegateRequest.decode(bytes); // what passes can be decoded
  }
});

test("a card that is wrong is left out of a snapshot, with its name, and the others stay", () => {
  const cards = [{ name: "good" }, { name: "bad", accountId: "acme", skills: [{ id: "s", tags: ["x".repeat(5000)] }] }];
  const bytes = encoded(
    WatchAgentsResponse,
    WatchAgentsResponse.fromPartial({
      limits: { maxTimeout: { seconds: -5 } },
      event: {
        $case: "snapshot",
        snapshot: { cards, instances: [{ instanceId: "i", agent: "good" }], complete: true },
      },
    }),
  );
  const leftOut: string[] = [];
  sift("/botmesh.v1.RegistryService/WatchAgents", bytes, ({ field, facts, why }) => {
    leftOut.push(`${field} ${facts["account_id"] ?? ""} ${facts["name"] ?? ""} ${why.split(" ")[0] ?? ""}`);
  });
  assert.deepEqual(leftOut, ["limits   max_timeout", "cards acme bad skills[0].tags[0]"]);
  const { event, limits } = WatchAgentsResponse.decode(bytes);
  assert.equal(limits, undefined);
  assert.ok(event?.$case === "snapshot");
  assert.deepEqual(
    [event.snapshot.cards.map(({ name }) => name), event.snapshot.instances.length, event.snapshot.complete],
    [["good"], 1, true],
  );
});

test("a look at a small task costs a few microseconds", () => {
  const bytes = task({ fromAgent: "a", toAgent: "b", messageId: "m".repeat(32), payload: [text("hello there")] });
  for (let round = 0; round < 5_000; round++) checkFields(TASK, bytes, "request");
  const began = performance.now();
  for (let round = 0; round < 5_000; round++) checkFields(TASK, bytes, "request");
  const each = ((performance.now() - began) / 5_000) * 1000;
  assert.ok(each < 50, `${each.toFixed(1)} µs`); // about 1 µs on an idle machine
});
