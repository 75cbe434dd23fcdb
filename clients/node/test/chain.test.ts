import assert from "node:assert/strict";
import { test } from "node:test";
import { Metadata } from "@grpc/grpc-js";
import { below, fromMetadata, KEYS, narrowed, NO_CHAIN, toMetadata } from "../src/chain.js";
import { InvalidField } from "../src/errors.js";
import { childTimeout, DEFAULT_LIMITS, narrow } from "../src/limits.js";
import { nearest } from "../src/names.js";
import { loadSettings } from "../src/settings.js";

test("a chain survives its metadata", () => {
  const sent = {
    path: ["a", "other/b"],
    maxHops: 3,
    correlationId: "c-1",
    conversationId: "v.1",
    accountId: "acme",
    to: "b/i-1",
    open: 7,
  };
  assert.deepEqual(fromMetadata(toMetadata(sent)), sent);
});

test("a call without metadata starts a chain", () => {
  assert.deepEqual(fromMetadata(new Metadata()), NO_CHAIN);
});

for (const [key, value] of [
  [KEYS.path, "a,,b"],
  [KEYS.maxHops, "65"],
  [KEYS.correlation, "no spaces"],
  [KEYS.conversation, "x".repeat(65)],
  [KEYS.account, "a/b"],
  [KEYS.to, "Upper/i"],
  [KEYS.open, "0"],
  [KEYS.open, "64001"],
  [KEYS.open, "-1"],
  [KEYS.open, "1.5"],
] as const) {
  test(`malformed ${key} (${value.slice(0, 9)}) is refused with its key`, () => {
    const metadata = new Metadata();
    metadata.set(key, value);
    assert.throws(
      () => fromMetadata(metadata),
      (error) => error instanceof InvalidField && error.metadata["field"] === key && !error.started,
    );
  });
}

test("a hop limit narrows and never widens", () => {
  assert.equal(narrowed(narrowed(narrowed(NO_CHAIN, 5), 3), 4).maxHops, 3);
});

test("below leaves the parent's path alone", () => {
  assert.deepEqual(below(NO_CHAIN, "a").path, ["a"]);
  assert.deepEqual(NO_CHAIN.path, []);
});

test("open delegations travel unless they are as many as the path is long", () => {
  const sent = (open: number | undefined): unknown[] =>
    toMetadata({ ...NO_CHAIN, path: ["a", "b"], open }).get(KEYS.open);
  assert.deepEqual([sent(undefined), sent(2), sent(3)], [[], [], ["3"]]);
});

test("below takes the open delegations of the path along, which by default are as many as it is long", () => {
  assert.equal(below(NO_CHAIN, "a").open, 0);
  assert.equal(below({ ...NO_CHAIN, path: ["a", "b"] }, "c").open, 2);
  assert.equal(below({ ...NO_CHAIN, path: ["a"], open: 9 }, "b").open, 9);
});

test("limits only narrow", () => {
  const got = narrow(DEFAULT_LIMITS, { maxHops: 9, maxDelegations: 2, enabled: false });
  assert.deepEqual([got.maxHops, got.maxDelegations, got.enabled], [5, 2, false]);
});

test("a child has less time than its parent", () => {
  assert.equal(childTimeout(1, 60), 0.95);
  assert.equal(childTimeout(60, 3600), 59.75);
  assert.equal(childTimeout(60, 1), 1);
});

test("the environment is read", () => {
  const got = loadSettings({
    BOTMESH_REGISTRY: "127.0.0.1:1234",
    BOTMESH_DRAIN_TIMEOUT: "5m",
    BOTMESH_MAX_MESSAGE_BYTES: "64KiB",
    BOTMESH_ENABLED: "off",
  });
  assert.deepEqual(
    [got.registry, got.drainTimeout, got.limits],
    ["127.0.0.1:1234", 300, { maxMessageBytes: 65536, enabled: false }],
  );
});

for (const [variable, value] of [
  ["BOTMESH_REGISTRY", "nowhere"],
  ["BOTMESH_BIND", "127.0.0.1:99999"],
  ["BOTMESH_ACCOUNT", "a b"],
  ["BOTMESH_EJECTION_TIME", "soon"],
  ["BOTMESH_MAX_HOPS", "-1"],
  ["BOTMESH_ALLOW_REVISITS", "maybe"],
] as const) {
  test(`malformed ${variable} is refused by its name`, () => {
    assert.throws(
      () => loadSettings({ [variable]: value }),
      (error) => error instanceof InvalidField && error.metadata["field"] === variable,
    );
  });
}

test("near names are suggested", () => {
  assert.deepEqual(nearest("biling-bot", ["billing-bot", "travel-bot", "hr-bot"]), ["billing-bot"]);
});
