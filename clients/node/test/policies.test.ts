import assert from "node:assert/strict";
import { test } from "node:test";
import { concurrency } from "../src/policies/concurrency.js";
import { deadline } from "../src/policies/deadline.js";
import { enabled } from "../src/policies/enabled.js";
import { errors } from "../src/policies/errors.js";
import { fields } from "../src/policies/fields.js";
import { hops } from "../src/policies/hops.js";
import { idempotency } from "../src/policies/idempotency.js";
import { POLICIES } from "../src/policies/index.js";
import { loops } from "../src/policies/loops.js";
import { size } from "../src/policies/size.js";
import { target } from "../src/policies/target.js";
import { trace } from "../src/policies/trace.js";

test("policies look at a call in this order", () => {
  const order = [trace, errors, fields, target, enabled, deadline, size, hops, loops, idempotency, concurrency];
  assert.equal(POLICIES.length, order.length);
  order.forEach((policy, index) => {
    assert.equal(POLICIES[index], policy, String(index));
  });
});
