import assert from "node:assert/strict";
import { test } from "node:test";
import { AGENT_SERVICE, Call } from "../src/call.js";
import { Endpoint } from "../src/endpoint.js";
import { DeadlineExpired, MessageIdReused, MessageTooLarge, OutcomeUnknown } from "../src/errors.js";
import { Message, Reply } from "../src/generated/botmesh/v1/message.js";
import { now } from "../src/limits.js";
import { text } from "../src/parts.js";
import { defaultSettings, type Settings } from "../src/settings.js";
import { Telemetry } from "../src/telemetry.js";
import { pause } from "../src/time.js";

const never = new AbortController().signal;

function end(settings: Partial<Settings> = {}): Endpoint {
  return new Endpoint(new Telemetry("test"), "default", { ...defaultSettings(), ...settings });
}

function call(at: Endpoint, messageId: string, said: string, context?: Record<string, unknown>): Call {
  const made = new Call(at, `${AGENT_SERVICE}Delegate`, "work", false);
  made.message = Message.fromPartial({ messageId, fromAgent: "a", payload: [text(said)] });
  made.message.context = context;
  made.deadline = now() + 60;
  return made;
}

test("a repeat joins, is done once, and gets the reply again", async () => {
  const here = end();
  let runs = 0;
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  work.start(() => {
    runs++;
    return Promise.resolve({ reply: Reply.fromPartial({ instanceId: "i" }) });
  });
  const again = here.works.claim(call(here, "m-1", "hi"));
  assert.ok(again.joined);
  assert.equal(again.work, work);
  await again.work.result(never);
  assert.ok("reply" in (await here.works.claim(call(here, "m-1", "hi")).work.result(never)));
  assert.equal(runs, 1);
});

test("another payload under an id is refused; another order of variables is the same payload", () => {
  const here = end();
  here.works.claim(call(here, "m-1", "hi", { a: 1, b: { c: 2, d: 3 } }));
  assert.ok(here.works.claim(call(here, "m-1", "hi", { b: { d: 3, c: 2 }, a: 1 })).joined);
  assert.throws(() => here.works.claim(call(here, "m-1", "else")), MessageIdReused);
});

test("work without a caller ends after its grace", async () => {
  const here = end({ orphanGrace: 0.03 });
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  const lost = new AbortController();
  work.start(async () => {
    await pause(60, work.signal);
    return { reply: Reply.create() };
  });
  const waiting = work.result(lost.signal);
  lost.abort();
  await assert.rejects(waiting);
  await work.ended;
  assert.equal(work.error?.reason, "CANCELLED");
});

test("the deadline ends the work itself", async () => {
  const here = end();
  const asked = call(here, "m-1", "hi");
  asked.deadline = now() + 0.03;
  const { work } = here.works.claim(asked);
  work.start(async () => {
    await pause(60, work.signal);
    return { reply: Reply.create() };
  });
  await assert.rejects(work.result(never), (error) => error instanceof DeadlineExpired && error.started);
});

test("a reader that comes late gets the events after the one that it has", async () => {
  const here = end();
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  work.start(async () => {
    for (let index = 0; index < 10; index++)
      await work.emit({ $case: "progress", progress: { text: "", fraction: undefined } });
    return { reply: Reply.create() };
  });
  await work.ended;
  const seen: number[] = [];
  for await (const event of work.read(7, never)) seen.push(event.sequence);
  assert.deepEqual(seen, [8, 9, 10]);
});

test("a bot is held back by a slow reader", async () => {
  const here = end();
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  work.start(async () => {
    for (;;) await work.emit({ $case: "progress", progress: { text: "", fraction: undefined } });
  });
  await pause(0.02);
  assert.equal(work.last, 64);
  work.cancel("enough");
  await work.ended;
});

test("outcomes are forgotten when there are too many", async () => {
  const here = end({ idempotencyEntries: 2 });
  for (const id of ["m-1", "m-2", "m-3"]) {
    const { work } = here.works.claim(call(here, id, "hi"));
    work.start(() => Promise.resolve({ reply: Reply.create() }));
    await work.ended;
  }
  assert.equal(here.works.remembered, 2);
});

const piece = (said: string) => ({ $case: "partial" as const, partial: { part: text(said), append: false } });
const told = (said: string) => ({ $case: "progress" as const, progress: { text: said, fraction: undefined } });

for (const [what, reads] of [
  ["a stream", true],
  ["a whole", false],
] as const) {
  test(`a reply without end that is read as ${what} ends at the limit, and its bot with it`, async () => {
    const here = end({ limits: { maxReplyBytes: 4096 } });
    const { work } = here.works.claim(call(here, "m-1", "hi"));
    let sent = 0;
    work.start(async () => {
      for (;;) {
        await work.emit(sent % 2 === 1 ? { $case: "reset", reset: { reason: "again" } } : piece("x".repeat(1000)));
        sent++;
      }
    });
    const read = async (): Promise<void> => {
      for await (const _ of work.read(0, never));
    };
    await assert.rejects(reads ? read() : work.result(never), (error) => {
      assert.ok(error instanceof MessageTooLarge);
      assert.deepEqual([error.metadata["limit"], error.metadata["direction"], error.started], ["4096", "reply", true]);
      return Number(error.metadata["size"]) > 4096;
    });
    assert.equal(sent, 8); // a fifth piece would be too much
    assert.ok(work.signal.aborted);
  });
}

test("the end of a reply counts as well", async () => {
  const here = end({ limits: { maxReplyBytes: 4096 } });
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  work.start(async () => {
    await work.emit(piece("x".repeat(3000)));
    return { reply: Reply.fromPartial({ message: { payload: [text("x".repeat(2000))] } }) };
  });
  await assert.rejects(work.result(never), MessageTooLarge);
});

test("a reply comes in 65,536 pieces at most", async () => {
  const here = end();
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  let sent = 0;
  work.start(async () => {
    for (; sent < 70_000; sent++) await work.emit(piece("x"));
    return { reply: Reply.create() };
  });
  await assert.rejects(work.result(never), MessageTooLarge);
  assert.equal(sent, 65_536);
});

test("progress that nobody reads takes no more memory, and the pieces between it stay", async () => {
  const here = end();
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  work.start(async () => {
    await work.emit(piece("first"));
    for (let index = 0; index < 400; index++) await work.emit(told("x".repeat(100_000)));
    await work.emit(piece("last"));
    return { reply: Reply.fromPartial({ message: {} }) };
  });
  const outcome = await work.result(never);
  assert.ok(work.size() < 9 * 1024 * 1024, String(work.size()));
  assert.ok("reply" in outcome);
  assert.equal(work.whole(outcome.reply).message?.payload.length, 2);
  const numbers: number[] = [];
  for await (const { sequence } of work.read(0, never)) numbers.push(sequence);
  assert.deepEqual([numbers[0], numbers.at(-1)], [1, 402]); // with a gap that nobody misses
  assert.ok(numbers.length < 100);
});

test("a detached work with hours of progress takes no more memory either", async () => {
  const here = end();
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  work.detach();
  work.start(async () => {
    for (let index = 0; index < 400; index++) await work.emit(told("x".repeat(100_000)));
    return { reply: Reply.create() };
  });
  await work.ended;
  assert.ok(work.size() < 9 * 1024 * 1024, String(work.size()));
});

test("a reader that attaches after pieces were let go hears that they are gone", async () => {
  const here = end({ limits: { maxReplyBytes: 64 * 1024 * 1024 } });
  here.learn({ ...here.ceiling, maxReplyBytes: 64 * 1024 * 1024 });
  const { work } = here.works.claim(call(here, "m-1", "hi"));
  work.start(async () => {
    for (let index = 0; index < 200; index++) await work.emit(piece("x".repeat(100_000)));
    return { reply: Reply.create() };
  });
  for await (const _ of work.read(0, never));
  await assert.rejects(work.read(0, never).next(), OutcomeUnknown);
  const last: number[] = [];
  for await (const { sequence } of work.read(199, never)) last.push(sequence);
  assert.deepEqual(last, [200]);
});
