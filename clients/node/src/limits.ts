/**
 * The limits of the policies and their defaults. The mesh's limits are the ceiling; settings and agents only narrow
 * them.
 */
import type { Duration } from "./generated/google/protobuf/duration.js";
import { Limits as LimitsProto } from "./generated/botmesh/v1/limits.js";

/**
 * Maximum message of the transport, in bytes. It exceeds the limit, so that the size policy can refuse with a typed
 * error.
 */
export const TRANSPORT_BYTES = 4 * 1024 * 1024;
/** Share of the remaining time that a parent keeps for its own answer when it calls a child. */
const ANSWER_MARGIN = 0.05;
/** Maximum of that time, in seconds. */
const ANSWER_MARGIN_MOST = 0.25;
/** Tolerance of a callee for deadlines over the limit, because gRPC rounds them: a share of the limit, plus seconds. */
export const TOLERATED = { share: 0.01, seconds: 1 } as const;

/** The limits. Times are in seconds, sizes in bytes. */
export interface Limits {
  /** Whether delegations are allowed. */
  enabled: boolean;
  /** Timeout of a call without a deadline. */
  defaultTimeout: number;
  /** Maximum timeout of a call. */
  maxTimeout: number;
  /** Maximum time between two events of a stream. */
  streamIdleTimeout: number;
  /** Maximum number of hops of a chain. */
  maxHops: number;
  /** Whether an agent in the path may be called again. */
  allowRevisits: boolean;
  /** Maximum size of one serialized request or response. */
  maxMessageBytes: number;
  /**
   * Maximum open delegations per conversation: exactly at one instance, outgoing and incoming counted separately; outgoing
   * ones over all instances as far as the path and the last heartbeat tell.
   */
  maxDelegations: number;
  /** Maximum number of retries of a call. */
  maxRetries: number;
  /** Maximum size of a streamed reply: pieces, resets and final reply together. */
  maxReplyBytes: number;
}

/** The limits of a mesh that announces none. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  enabled: true,
  defaultTimeout: 30,
  maxTimeout: 300,
  streamIdleTimeout: 60,
  maxHops: 5,
  allowRevisits: false,
  maxMessageBytes: 1024 * 1024,
  maxDelegations: 10,
  maxRetries: 3,
  maxReplyBytes: 8 * 1024 * 1024,
};

/** Returns the narrower value of `limits` and `by` for each limit. */
export function narrow(limits: Limits, by: Partial<Limits>): Limits {
  const made = { ...limits };
  for (const key of Object.keys(by) as (keyof Limits)[]) {
    const given = by[key];
    if (given === undefined) continue;
    if (typeof given === "boolean") Object.assign(made, { [key]: made[key] && given });
    else Object.assign(made, { [key]: Math.min(made[key] as number, given) });
  }
  return made;
}

const TIMES = ["defaultTimeout", "maxTimeout", "streamIdleTimeout"] as const;
const PLAIN = [
  "enabled",
  "maxHops",
  "allowRevisits",
  "maxMessageBytes",
  "maxDelegations",
  "maxRetries",
  "maxReplyBytes",
] as const;

/** Reads the limits that the mesh announces. Missing ones get their default. */
export function limitsFrom(given: LimitsProto | undefined): Limits {
  const made: Limits = { ...DEFAULT_LIMITS };
  for (const key of TIMES) if (given?.[key] !== undefined) made[key] = toSeconds(given[key]);
  for (const key of PLAIN) if (given?.[key] !== undefined) Object.assign(made, { [key]: given[key] });
  return made;
}

/** Converts the given limits for an agent's card. */
export function limitsToProto(said: Partial<Limits>): LimitsProto {
  const times = TIMES.flatMap((key) => (said[key] === undefined ? [] : [[key, toDuration(said[key])]]));
  const plain = PLAIN.flatMap((key) => (said[key] === undefined ? [] : [[key, said[key]]]));
  return LimitsProto.fromPartial(Object.fromEntries([...times, ...plain]) as object);
}

/** Converts seconds to a Duration. */
export function toDuration(seconds: number): Duration {
  const whole = Math.floor(seconds);
  return { seconds: whole, nanos: Math.round((seconds - whole) * 1e9) };
}

/** Converts a Duration to seconds. */
export function toSeconds(duration: Duration | undefined): number {
  return (duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;
}

/** Returns the time of a monotonic clock, in seconds. */
export function now(): number {
  return performance.now() / 1000;
}

/**
 * Returns the timeout of a child in seconds: the parent's remaining time less the answer margin, or `asked` if that is
 * less.
 */
export function childTimeout(remaining: number, asked: number): number {
  return Math.min(remaining - Math.min(remaining * ANSWER_MARGIN, ANSWER_MARGIN_MOST), asked);
}
