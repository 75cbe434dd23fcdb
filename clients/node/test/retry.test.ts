import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { AgentFailed, Draining, OutcomeUnknown, PeerError, Unreachable, WrongInstance } from "../src/errors.js";
import { AgentCard } from "../src/generated/botmesh/v1/agent_card.js";
import { Budget, isIdempotent, isOfThisHop } from "../src/retry.js";

test("a budget ends retries of a target that fails as a whole", () => {
  const budget = new Budget();
  let allowed = 0;
  while (budget.failed()) allowed++;
  assert.equal(allowed, 9);
  for (let index = 0; index < 11; index++) budget.succeeded();
  assert.ok(budget.failed());
});

test("only failures of the direct hop are tried again", () => {
  const peer = { fromPeer: true, instance: "i-1" };
  assert.ok(isOfThisHop(new Unreachable("x"), "i-1"));
  assert.ok(isOfThisHop(new PeerError("broken", status.UNAVAILABLE), "i-1"));
  assert.ok(isOfThisHop(Object.assign(new Draining("x"), peer), "i-1"));
  assert.ok(!isOfThisHop(Object.assign(new Draining("x"), { ...peer, instance: "i-9" }), "i-1"));
  assert.ok(!isOfThisHop(Object.assign(new OutcomeUnknown("x"), peer), "i-1"));
  assert.ok(!isOfThisHop(Object.assign(new AgentFailed("x"), peer), "i-1"));
  assert.ok(isOfThisHop(Object.assign(new WrongInstance("x", { expected: "b/i-1" }), peer), "i-1"));
});

test("idempotent is the named skill, or all of them", () => {
  const card = AgentCard.fromPartial({ skills: [{ id: "safe", idempotent: true }, { id: "pay" }] });
  assert.deepEqual(
    ["safe", "pay", "", "unknown"].map((skill) => isIdempotent(card, skill)),
    [true, false, false, false],
  );
});
