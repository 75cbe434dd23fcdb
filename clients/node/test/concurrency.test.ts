import assert from "node:assert/strict";
import { test } from "node:test";
import { Agent } from "../src/agent.js";
import { AGENT_SERVICE, Call } from "../src/call.js";
import { below, type Chain, rootChain } from "../src/chain.js";
import { encoded } from "../src/codec.js";
import { Endpoint } from "../src/endpoint.js";
import { TooManyDelegations } from "../src/errors.js";
import { HeartbeatResponse, ProbeState } from "../src/generated/botmesh/v1/registry_service.js";
import { connect } from "../src/mesh.js";
import { concurrency } from "../src/policies/concurrency.js";
import { defaultSettings } from "../src/settings.js";
import type { Task } from "../src/task.js";
import { Telemetry } from "../src/telemetry.js";
import { pause } from "../src/time.js";
import { FakeAgent, FakeRegistry } from "./peers.js";

const ROOT = rootChain("default", "v-1");

function endpoint(agent = "front"): Endpoint {
  const end = new Endpoint(new Telemetry(agent), "default", defaultSettings());
  end.agent = agent;
  return end;
}

/** A call that leaves, after the policy has let it. */
function leaving(end: Endpoint, chain: Chain = ROOT): Call {
  const call = new Call(end, `${AGENT_SERVICE}Delegate`, "work", true);
  call.chain = end.agent === "" ? chain : below(chain, end.agent);
  concurrency.caller?.(call);
  return call;
}

function refusal(here: number, elsewhere: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TooManyDelegations, String(error));
    assert.deepEqual([error.metadata, error.started], [{ limit: "10", direction: "outgoing" }, false]);
    assert.match(
      error.message,
      new RegExp(`^${String(here)} outgoing .* open here and ${String(elsewhere)} elsewhere`),
    );
    return true;
  };
}

function leave(call: Call): void {
  for (const undo of call.atEnd) undo();
}

async function eventually(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 100 && !holds(); round++) await pause(0.02);
  assert.ok(holds());
}

test("each further call of a conversation tells the callee one more open delegation", () => {
  const end = endpoint();
  assert.deepEqual([leaving(end).chain.open, leaving(end).chain.open], [1, 2]);
  assert.equal(leaving(end, { ...ROOT, conversationId: "v-2" }).chain.open, 1);
});

test("along a path the open delegations add up", () => {
  assert.equal(leaving(endpoint(), { ...ROOT, path: ["a"] }).chain.open, 2);
  assert.equal(leaving(endpoint(), { ...ROOT, path: ["a"], open: 7 }).chain.open, 8);
});

test("a task that came with nine open delegations opens one more and not two", () => {
  const end = endpoint();
  const chain = { ...ROOT, path: ["a"], open: 9 };
  const first = leaving(end, chain);
  assert.throws(() => leaving(end, chain), refusal(1, 9));
  leave(first);
  leave(leaving(end, chain));
});

test("delegations elsewhere count, and where the path tells more, the path", () => {
  const end = endpoint();
  end.outgoing.learn([{ key: "v-1", count: 8 }]);
  leaving(end);
  leaving(end, { ...ROOT, path: ["a"], open: 3 });
  assert.throws(() => leaving(end), refusal(2, 8));
  assert.throws(() => leaving(end, { ...ROOT, path: ["a"], open: 9 }), refusal(2, 9));
  end.outgoing.learn([]);
  assert.equal(leaving(end).chain.open, 3);
});

test("delegations elsewhere are those of the own account", () => {
  const end = endpoint();
  end.outgoing.learn([{ key: "v-1", count: 10 }]);
  leaving(end, { ...ROOT, accountId: "acme" });
  assert.throws(() => leaving(end), refusal(0, 10));
});

test("a client is limited and tells its callee nothing, because it stands in no path", () => {
  const end = endpoint("");
  for (let count = 0; count < 10; count++) assert.equal(leaving(end).chain.open, undefined);
  assert.throws(() => leaving(end), refusal(10, 0));
});

test("a heartbeat has the counts of the own account from two on, the largest first, and 256 at most", () => {
  const end = endpoint();
  for (const [key, count] of [
    ["one", 1],
    ["two", 2],
    ["three", 3],
  ] as const) {
    for (let index = 0; index < count; index++) leaving(end, { ...ROOT, conversationId: key });
  }
  for (let index = 0; index < 4; index++) leaving(end, { ...ROOT, accountId: "acme" });
  assert.deepEqual(end.outgoing.report(), [
    { key: "three", count: 3 },
    { key: "two", count: 2 },
  ]);
  for (let key = 0; key < 300; key++) {
    for (let index = 0; index < 2; index++) leaving(end, { ...ROOT, conversationId: `many-${String(key)}` });
  }
  assert.equal(end.outgoing.report().length, 256);
  assert.equal(end.outgoing.report()[0]?.key, "three");
});

test("a fifth delegation of a conversation is told at once, and no count is left when all have ended", () => {
  const end = endpoint();
  let told = 0;
  end.outgoing.onMany = () => {
    told++;
  };
  const calls = Array.from({ length: 10 }, () => leaving(end));
  assert.equal(told, 1);
  Array.from({ length: 6 }, () => leaving(end, { ...ROOT, accountId: "acme" })).forEach(leave);
  calls.forEach(leave);
  assert.deepEqual([told, end.outgoing.total, end.outgoing.here("default/v-1")], [1, 0, 0]);
});

/** A bot that opens eleven streams to a silent worker, and answers with what the refused ones say. */
async function opening(registry: FakeRegistry, told: () => boolean): Promise<[Agent, FakeAgent]> {
  const worker = await new FakeAgent(Buffer.alloc(0)).start();
  registry.list("worker", worker.address);
  const settings = { ...defaultSettings(), registry: registry.address };
  const bot = new Agent("front", { settings }).onDelegate(async (task: Task) => {
    const refused: string[] = [];
    for (let count = 0; count < 11; count++) {
      const events = task.stream("worker", "go")[Symbol.asyncIterator]();
      events.next().catch((error: unknown) => {
        if (error instanceof TooManyDelegations) refused.push(error.message);
      });
    }
    await eventually(() => refused.length > 0 && told());
    return refused.join("\n");
  });
  await bot.start();
  await bot.listed();
  return [bot, worker];
}

test("many delegations of a conversation are in a heartbeat before its time", async () => {
  const registry = await new FakeRegistry().start();
  registry.interval = 60_000;
  const told = (): boolean =>
    registry.beats.some(({ openDelegations: [open] }) => open?.key === "v-1" && open.count === 10);
  const [bot, worker] = await opening(registry, told);
  const mesh = await connect({ settings: { ...defaultSettings(), registry: registry.address } });
  const reply = await mesh.delegate("front", "go", { conversationId: "v-1" });
  assert.match(reply.text, /^10 outgoing .* here and 0 elsewhere in this conversation, the limit is 10/);
  assert.equal(worker.opens.length, 10);
  assert.deepEqual(new Set(worker.opens), new Set([undefined, "2", "3", "4", "5", "6", "7", "8", "9", "10"]));
  assert.ok(registry.heard <= 4, String(registry.heard));
  await mesh.close();
  await bot.stop(0);
  worker.stop();
  registry.stop();
});

test("what a heartbeat's answer tells of other instances counts", async () => {
  const registry = await new FakeRegistry().start();
  registry.interval = 60_000;
  const openElsewhere = [{ key: "v-1", count: 8 }];
  const answer = HeartbeatResponse.fromPartial({ probe: ProbeState.PROBE_STATE_PASSED, openElsewhere });
  registry.heartbeats = Array.from({ length: 9 }, () => encoded(HeartbeatResponse, answer));
  const [bot, worker] = await opening(registry, () => true);
  const mesh = await connect({ settings: { ...defaultSettings(), registry: registry.address } });
  const reply = await mesh.delegate("front", "go", { conversationId: "v-1" });
  assert.match(reply.text, /^2 outgoing .* here and 8 elsewhere/);
  await mesh.close();
  await bot.stop(0);
  worker.stop();
  registry.stop();
});
