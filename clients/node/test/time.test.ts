import assert from "node:assert/strict";
import { test } from "node:test";
import { after, pause } from "../src/time.js";

test("a timer of a month does not go off at once", async () => {
  let fired = false;
  const timer = after(30 * 24 * 3600, () => (fired = true));
  await pause(0.02);
  clearTimeout(timer);
  assert.ok(!fired);
});

test("a pause ends early where it is aborted", async () => {
  const giveUp = new AbortController();
  setTimeout(() => {
    giveUp.abort();
  }, 5);
  await pause(60, giveUp.signal);
});
