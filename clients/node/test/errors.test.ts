import assert from "node:assert/strict";
import { test } from "node:test";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import {
  AgentError,
  BY_REASON,
  Cancelled,
  DeadlineExpired,
  HopLimitExceeded,
  MessageTooLarge,
  PeerError,
  AgentFailed,
} from "../src/errors.js";
import { ErrorReason } from "../src/generated/botmesh/v1/error_reason.js";
import { asError, toStatus } from "../src/status.js";

function arrived(code: status, details: string, metadata = new Metadata()): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata });
}

test("every reason stands in the contract", () => {
  for (const reason of BY_REASON.keys()) assert.ok(`ERROR_REASON_${reason}` in ErrorReason, reason);
});

test("every reason of the contract has a class", () => {
  const names = Object.keys(ErrorReason).filter((name) => name.startsWith("ERROR_REASON_"));
  for (const name of names.map((one) => one.replace("ERROR_REASON_", ""))) {
    assert.ok(name === "UNSPECIFIED" || BY_REASON.has(name), name);
  }
});

test("an error survives the wire as the same class", () => {
  const sent = new HopLimitExceeded("one hop too many", { limit: 5 });
  Object.assign(sent, { agent: "b", instance: "i", hop: 6, path: ["a", "b"], traceId: "t" });
  const { code, details, metadata } = toStatus(sent);
  const got = asError(arrived(code, details, metadata));
  assert.ok(got instanceof HopLimitExceeded);
  assert.deepEqual(
    [got.code, got.metadata, got.hop, got.path, got.started, got.fromPeer],
    [status.FAILED_PRECONDITION, { limit: "5" }, 6, ["a", "b"], false, true],
  );
});

test("errors of gRPC are mapped", () => {
  assert.ok(asError(arrived(status.DEADLINE_EXCEEDED, "")) instanceof DeadlineExpired);
  assert.ok(asError(arrived(status.CANCELLED, "gone")) instanceof Cancelled);
  assert.ok(
    asError(arrived(status.RESOURCE_EXHAUSTED, "Received message larger than max (5 vs. 4)")) instanceof
      MessageTooLarge,
  );
  assert.ok(asError(arrived(status.UNAVAILABLE, "refused")) instanceof PeerError);
});

test("the text of an unknown error stays here", () => {
  const got = asError(new Error("password=hunter2"));
  assert.ok(got instanceof AgentError);
  assert.doesNotMatch(got.message, /hunter2/);
});

test("an error stays small whatever it holds", () => {
  const facts = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [String(index), "é".repeat(10_000)]));
  const { metadata } = toStatus(new AgentFailed("é".repeat(10_000), facts));
  assert.ok((metadata.get("grpc-status-details-bin")[0]?.length ?? 0) < 24_000);
});
