import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Agent, errors, loadSettings, Reply } from "../src/index.js";

test("a malformed name is refused, and says what one looks like", () => {
  assert.throws(() => new Agent("Not A Label"), errors.InvalidField);
  assert.throws(() => new Agent("fine", { skills: [{ id: "no spaces" }] }), errors.InvalidField);
});

test("an address that is in use is refused, and nothing is left running", async () => {
  const settings = { ...loadSettings({}), registry: "127.0.0.1:1" };
  const first = new Agent("one", { settings });
  const address = await first.start();
  const second = new Agent("two", { settings: { ...settings, bind: address } });
  await assert.rejects(second.start(), errors.InvalidField);
  await first.stop(0);
});

test("an address that stands for all is refused without one to advertise", async () => {
  const settings = { ...loadSettings({}), registry: "127.0.0.1:1", bind: "0.0.0.0:0" };
  await assert.rejects(new Agent("one", { settings }).start(), errors.InvalidField);
});

test("a confidence is a share", () => {
  assert.throws(() => new Reply("hm", { confidence: 2 }), RangeError);
});

test("the README shows a bot that is built", async () => {
  const readme = await readFile("README.md", "utf8");
  const example = await readFile("examples/shout.ts", "utf8");
  assert.ok(
    readme.includes(example.replace("../src/index.js", "botmesh")),
    "examples/shout.ts is not what README.md shows",
  );
});
