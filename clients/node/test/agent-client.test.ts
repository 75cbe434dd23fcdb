import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Agent } from "../src/agent.js";
import type { ReplyStream } from "../src/delegator.js";
import { encoded } from "../src/codec.js";
import { BotmeshError, InvalidField, MessageTooLarge, RegistryUnreachable, Unreachable } from "../src/errors.js";
import { DelegateResponse, DelegateStreamResponse } from "../src/generated/botmesh/v1/agent_service.js";
import { WatchAgentsResponse } from "../src/generated/botmesh/v1/registry_service.js";
import { connect, type Mesh } from "../src/mesh.js";
import { text } from "../src/parts.js";
import { defaultSettings, type Settings } from "../src/settings.js";
import { after, pause } from "../src/time.js";
import { arrays, bytesIn } from "./hostile.js";
import { FakeAgent, FakeRegistry } from "./peers.js";

const GARBAGE = Buffer.from("deadbeef00ff17", "hex");

/** A registry, an agent that answers this, and a client that knows both. */
async function meshOf(t: TestContext, agent: FakeAgent, limits: Settings["limits"] = {}): Promise<Mesh> {
  const registry = await new FakeRegistry().start();
  await agent.start();
  registry.list("worker", agent.address);
  const mesh = await connect({ settings: { ...defaultSettings(), registry: registry.address, limits } });
  t.after(async () => {
    await mesh.close();
    agent.stop();
    registry.stop();
  });
  return mesh;
}

async function read(stream: ReplyStream): Promise<string> {
  let all = "";
  for await (const { text: piece } of stream) all += piece;
  return all;
}

/** Until it holds, for two seconds at most. */
async function eventually(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 100 && !holds(); round++) await pause(0.02);
  assert.ok(holds());
}

function madeHere(field: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof InvalidField, String(error));
    assert.deepEqual([error.metadata["field"], error.started, error.fromPeer], [field, true, false]);
    return true;
  };
}

const deepReply = bytesIn(1, bytesIn(4, bytesIn(4, arrays(33)))); // a Reply's message with a part
const whole = (reply: Parameters<typeof DelegateResponse.fromPartial>[0]["reply"]): Buffer =>
  encoded(DelegateResponse, DelegateResponse.fromPartial({ reply }));
const event = (made: Parameters<typeof DelegateStreamResponse.fromPartial>[0]["event"]): Buffer =>
  encoded(DelegateStreamResponse, DelegateStreamResponse.fromPartial({ sequence: 1, event: made }));
const piece = (said: string): Buffer => event({ $case: "partial", partial: { part: text(said) } });
const END = event({ $case: "reply", reply: { message: {} } });

for (const [what, answer, field] of [
  ["nested too deep", bytesIn(1, deepReply), "reply.message.payload[0].data"],
  ["nested far deeper", bytesIn(1, bytesIn(1, bytesIn(4, bytesIn(4, arrays(5_000))))), "reply.message.payload[0].data"],
  ["of an unknown state", bytesIn(1, Buffer.from([56, 99])), "reply.task_state"],
  ["of a confidence that is no number", whole({ confidence: Number.NaN }), "reply.confidence"],
  ["that earns money", whole({ usage: { costMicros: -1 } }), "reply.usage.cost_micros"],
  ["that costs more than numbers hold", bytesIn(1, bytesIn(3, cost("9223372036854775807"))), "reply.usage.cost_micros"],
  ["of the year 9999", whole({ message: { timestamp: { seconds: 253402300799 } } }), "reply.message.timestamp"],
  ["of garbage", GARBAGE, "response"],
] as const) {
  test(`a reply ${what} makes the call fail here, once`, async (t) => {
    const agent = new FakeAgent(answer);
    const mesh = await meshOf(t, agent);
    await assert.rejects(mesh.delegate("worker", "go"), madeHere(field));
    assert.deepEqual(agent.calls, ["Delegate"]);
  });
}

function cost(micros: string): Uint8Array {
  return new BinaryWriter().uint32(40).int64(micros).finish();
}

for (const [what, bad, field] of [
  ["a part that is nested too deep", bytesIn(2, bytesIn(1, bytesIn(4, arrays(33)))), "partial.part.data"],
  ["a reply that is nested too deep", bytesIn(5, deepReply), "reply.message.payload[0].data"],
  ["a share that is no number", event({ $case: "progress", progress: { fraction: Number.NaN } }), "progress.fraction"],
  ["garbage", GARBAGE, "response"],
] as const) {
  test(`${what} breaks a stream off, and the callee is cancelled`, async (t) => {
    const agent = new FakeAgent(Buffer.alloc(0), [piece("a"), bad]);
    const mesh = await meshOf(t, agent);
    await assert.rejects(read(mesh.stream("worker", "go")), madeHere(field));
    await eventually(() => agent.calls.includes("Cancel") && agent.calls.includes("cancelled"));
    assert.equal(agent.calls.filter((call) => call === "DelegateStream").length, 1);
  });
}

test("an event of a kind that this version does not know is ignored", async (t) => {
  const agent = new FakeAgent(Buffer.alloc(0), [piece("a"), bytesIn(99, GARBAGE), Buffer.alloc(0), piece("b"), END]);
  const mesh = await meshOf(t, agent);
  assert.equal(await read(mesh.stream("worker", "go")), "ab");
});

for (const [what, events] of [
  ["pieces", [piece("x".repeat(600)), piece("x".repeat(600))]],
  [
    "pieces with a reset between them",
    [piece("x".repeat(900)), event({ $case: "reset", reset: {} }), piece("x".repeat(200))],
  ],
  ["an end", [event({ $case: "reply", reply: { message: { payload: [text("x".repeat(1100))] } } })]],
] as const) {
  test(`a stream that passes the limit of a whole reply by ${what} is left, and the callee is cancelled`, async (t) => {
    const agent = new FakeAgent(Buffer.alloc(0), [...events]);
    const mesh = await meshOf(t, agent, { maxReplyBytes: 1024 });
    await assert.rejects(read(mesh.stream("worker", "go")), (error) => {
      assert.ok(error instanceof MessageTooLarge);
      assert.deepEqual(
        [error.metadata["limit"], error.metadata["direction"], error.fromPeer],
        ["1024", "reply", false],
      );
      assert.ok(Number(error.metadata["size"]) > 1024);
      return true;
    });
    await eventually(() => agent.calls.includes("Cancel"));
  });
}

test("progress does not count into the size of a reply", async (t) => {
  const told = event({ $case: "progress", progress: { text: "x".repeat(900) } });
  const agent = new FakeAgent(Buffer.alloc(0), [told, told, piece("a"), END]);
  const mesh = await meshOf(t, agent, { maxReplyBytes: 1024 });
  assert.equal(await read(mesh.stream("worker", "go")), "a");
});

test("what the callee would refuse never leaves", async (t) => {
  const agent = new FakeAgent(Buffer.alloc(0));
  const mesh = await meshOf(t, agent);
  let deep: unknown = 1;
  for (let depth = 0; depth < 33; depth++) deep = [deep];
  const never = (field: string) => (error: unknown) => {
    assert.ok(error instanceof InvalidField, String(error));
    assert.deepEqual([error.metadata["field"], error.started], [field, false]);
    return true;
  };
  const long = "x".repeat(5_000);
  await assert.rejects(mesh.delegate("worker", "go", { skill: long }), never("message.skill_id"));
  await assert.rejects(mesh.send("worker", "go", { skill: long }), never("message.skill_id"));
  await assert.rejects(read(mesh.stream("worker", "go", { skill: long })), never("message.skill_id"));
  await assert.rejects(mesh.delegate("worker", { deep }), never("message.payload[0].data"));
  await assert.rejects(mesh.delegate("worker", "go", { context: { deep } }), never("message.context"));
  for (let depth = 0; depth < 10_000; depth++) deep = [deep];
  await assert.rejects(mesh.delegate("worker", "go", { context: { deep } }), InvalidField);
  assert.deepEqual(agent.calls, []);
});

test("an instance at what is no address is unreachable", async (t) => {
  const agent = new FakeAgent(Buffer.alloc(0));
  agent.start = async () => Promise.resolve(Object.assign(agent, { address: "::::/no address\u0000" }));
  const mesh = await meshOf(t, agent, { maxRetries: 0 });
  await assert.rejects(mesh.delegate("worker", "go", { timeout: 2 }), Unreachable);
});

test("a registry whose snapshot cannot be read is said to answer", async () => {
  const registry = await new FakeRegistry().start();
  registry.watches = [[GARBAGE]];
  const mesh = connect({ settings: { ...defaultSettings(), registry: registry.address } });
  await assert.rejects(mesh, (error) => {
    assert.ok(error instanceof InvalidField && !(error instanceof RegistryUnreachable), String(error));
    assert.match(error.message, /answers, but its snapshot cannot be read/);
    return true;
  });
  registry.stop();
});

test("a response that cannot be read is passed over, and what follows is taken in", async () => {
  const registry = await new FakeRegistry().start();
  registry.list("worker", "127.0.0.1:1");
  registry.watches = [[GARBAGE, registry.snapshot(), GARBAGE, registry.snapshot()]];
  const mesh = await connect({ settings: { ...defaultSettings(), registry: registry.address } });
  assert.deepEqual(
    mesh.agents().map(({ card }) => card?.name),
    ["worker"],
  );
  await mesh.close();
  registry.stop();
});

test("a poisoned card and a poisoned instance are left out, said once, and all others are known", async (t) => {
  const warned: string[] = [];
  t.mock.method(console, "warn", (line: string) => warned.push(line));
  const registry = await new FakeRegistry().start();
  registry.list("worker", "127.0.0.1:1");
  const good = registry.snapshot();
  const deep = bytesIn(4, bytesIn(1, Buffer.concat([bytesIn(1, Buffer.from("a")), bytesIn(2, arrays(5_000))])));
  const extension = bytesIn(14, bytesIn(3, deep));
  const card = Buffer.concat([bytesIn(1, Buffer.from("default")), bytesIn(2, Buffer.from("poison")), extension]);
  const instance = Buffer.concat([bytesIn(3, Buffer.from("sick")), Buffer.from([40, 99])]);
  const poisoned = bytesIn(4, Buffer.concat([bytesIn(1, card), bytesIn(2, instance)]));
  registry.watches = [[Buffer.from(poisoned), Buffer.from(poisoned), good]];
  const mesh = await connect({ settings: { ...defaultSettings(), registry: registry.address } });
  assert.deepEqual(
    mesh.agents().map(({ card: known }) => known?.name),
    ["worker"],
  );
  assert.equal(warned.filter((line) => line.includes('"poison"') && line.includes("nested too deep")).length, 1);
  assert.equal(warned.filter((line) => line.includes('"sick"') && line.includes("Readiness")).length, 1);
  await mesh.close();
  registry.stop();
});

test("an agent that stays in the registry with a card that is wrong is not forgotten", async () => {
  const registry = await new FakeRegistry().start();
  registry.list("worker", "127.0.0.1:1");
  const good = registry.snapshot();
  const [agent] = registry.agents;
  agent?.card?.tags.push("x".repeat(5_000));
  registry.watches = [[good, registry.snapshot()]];
  const mesh = await connect({ settings: { ...defaultSettings(), registry: registry.address } });
  await pause(0.1);
  assert.deepEqual(
    mesh.agents().map(({ card, instances }) => [card?.name, card?.tags.length, instances.length]),
    [["worker", 0, 1]],
  );
  await mesh.close();
  registry.stop();
});

test("a mesh with limits and an endpoint that are none goes on", async () => {
  const registry = await new FakeRegistry().start();
  registry.list("worker", "127.0.0.1:1");
  const limits = { maxTimeout: { seconds: -5 } };
  const said = { limits, traceEndpoint: "no endpoint: \u0000 at all" };
  const odd = encoded(WatchAgentsResponse, WatchAgentsResponse.fromPartial(said));
  registry.watches = [[odd, registry.snapshot()]];
  const mesh = await connect({ settings: { ...defaultSettings(), registry: registry.address } });
  await assert.rejects(mesh.delegate("worker", "go", { timeout: 1 }), (error) => error instanceof BotmeshError);
  await mesh.close();
  registry.stop();
});

test("a bot lives through whatever its registry says, and asks again", async () => {
  const registry = await new FakeRegistry().start();
  registry.registers = [GARBAGE, Buffer.from(bytesIn(1, bytesIn(1, Buffer.from([8, 0xff]))))];
  registry.heartbeats = [GARBAGE, Buffer.from([24, 99]), Buffer.from(bytesIn(2, GARBAGE))];
  const bot = new Agent("bot", { settings: { ...defaultSettings(), registry: registry.address } }).onDelegate(() => "");
  await bot.start();
  await bot.listed();
  assert.ok(registry.agents.length >= 3, String(registry.agents.length));
  assert.ok(registry.heard >= 4, String(registry.heard));
  await bot.stop(0);
  registry.stop();
});

test("an interval of nothing makes no storm of heartbeats", async () => {
  const registry = await new FakeRegistry().start();
  registry.registers = [Buffer.alloc(0)];
  const bot = new Agent("bot", { settings: { ...defaultSettings(), registry: registry.address } }).onDelegate(() => "");
  await bot.start();
  await pause(0.5);
  assert.ok(registry.heard <= 12, String(registry.heard));
  await bot.stop(0);
  registry.stop();
});

test("no timer goes off at once because its time is no number that Node takes", async () => {
  let fired = 0;
  const timers = [2 ** 31, 1e12, Number.POSITIVE_INFINITY, Number.NaN].map((seconds) => after(seconds, () => fired++));
  await pause(0.03);
  for (const timer of timers) clearTimeout(timer);
  assert.equal(fired, 0);
});
