/** Converts errors to gRPC status with google.rpc.ErrorInfo, and back. */
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import {
  AgentError,
  BotmeshError,
  BY_REASON,
  Cancelled,
  DeadlineExpired,
  MessageTooLarge,
  PeerError,
} from "./errors.js";
import { ErrorInfo } from "./generated/google/rpc/error_details.js";
import { Status } from "./generated/google/rpc/status.js";

const DOMAIN = "botmesh";
const DETAILS_KEY = "grpc-status-details-bin";
const TYPE_URL = "type.googleapis.com/google.rpc.ErrorInfo";
const COMMON = new Set(["agent", "instance", "hop", "path", "started", "trace_id"]);
const MAX_VALUE = 512;
const MAX_FACTS = 16;
const MAX_PATH = 2048;

/** Converts an error to a gRPC status. Its trailing metadata carries the error and stays under 8 KiB. */
export function toStatus(error: BotmeshError): { code: status; details: string; metadata: Metadata } {
  const facts = Object.entries(error.metadata)
    .filter(([key]) => !COMMON.has(key))
    .slice(0, MAX_FACTS)
    .map(([key, value]) => [key, value.slice(0, MAX_VALUE)]);
  const info = ErrorInfo.fromPartial({
    domain: DOMAIN,
    reason: error.reason,
    metadata: {
      ...(Object.fromEntries(facts) as Record<string, string>),
      agent: error.agent,
      instance: error.instance,
      hop: String(error.hop),
      path: error.path.join(",").slice(0, MAX_PATH),
      started: String(error.started),
      trace_id: error.traceId,
    },
  });
  const value = Buffer.from(ErrorInfo.encode(info).finish());
  const packed = Status.fromPartial({
    code: error.code,
    message: error.message,
    details: [{ typeUrl: TYPE_URL, value }],
  });
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(Status.encode(packed).finish()));
  return { code: error.code, details: error.message, metadata };
}

/** Converts a status from a peer to the error class of its reason. */
export function fromServiceError(error: ServiceError): BotmeshError {
  const info = errorInfo(error.metadata);
  if (info !== undefined) return fromInfo(info, error);
  // gRPC's own deadline and size errors get the matching error class.
  if (error.code === status.DEADLINE_EXCEEDED) {
    return new DeadlineExpired("the deadline passed before an answer came: allow more time or ask for less");
  }
  if (error.code === status.CANCELLED) return new Cancelled(error.details || "the call was cancelled");
  if (error.code === status.RESOURCE_EXHAUSTED && /larger than max|exceeds maximum size/.test(error.details)) {
    return new MessageTooLarge(`the transport refused the message: ${error.details}; send less, or a URL`);
  }
  return new PeerError(error.details || `the peer answered ${status[error.code]}`, error.code);
}

/** Converts any error to a BotmeshError. The text of an unknown error is dropped, because it may hold secrets. */
export function asError(error: unknown): BotmeshError {
  if (error instanceof BotmeshError) return error;
  if (isServiceError(error)) return fromServiceError(error);
  if (error instanceof Error && error.name === "AbortError") return new Cancelled("the work was cancelled");
  return new AgentError("the agent failed inside; its log has the cause under this trace id");
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && typeof error.code === "number";
}

function errorInfo(metadata: Metadata | undefined): ErrorInfo | undefined {
  for (const value of metadata?.get(DETAILS_KEY) ?? []) {
    if (typeof value === "string") continue;
    try {
      for (const detail of Status.decode(value).details) {
        if (!detail.typeUrl.endsWith("/google.rpc.ErrorInfo")) continue;
        const info = ErrorInfo.decode(detail.value);
        if (info.domain === DOMAIN) return info;
      }
    } catch {
      return undefined; // the peer is not Botmesh
    }
  }
  return undefined;
}

function fromInfo(info: ErrorInfo, error: ServiceError): BotmeshError {
  const facts = info.metadata;
  const Kind = BY_REASON.get(info.reason);
  const made = Kind === undefined ? new PeerError(error.details, error.code, info.reason) : new Kind(error.details);
  made.code = error.code;
  made.metadata = Object.fromEntries(Object.entries(facts).filter(([key]) => !COMMON.has(key)));
  made.agent = facts["agent"] ?? "";
  made.instance = facts["instance"] ?? "";
  made.hop = Number.parseInt(facts["hop"] ?? "0", 10) || 0;
  made.path = (facts["path"] ?? "").split(",").filter(Boolean);
  made.started = facts["started"] !== "false";
  made.traceId = facts["trace_id"] ?? "";
  made.fromPeer = true;
  return made;
}
