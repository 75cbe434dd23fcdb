/** The policies' limits and their defaults, once. The mesh's are the ceiling: nothing widens them. */
import type { Duration } from "./generated/google/protobuf/duration.js";
import { Limits as LimitsProto } from "./generated/botmesh/v1/limits.js";

/** What the transport takes, so that a message over the limit can be refused with its size and reason. */
export const TRANSPORT_BYTES = 4 * 1024 * 1024;
/** The share of its time that a parent keeps to answer in when it asks a child ... */
const ANSWER_MARGIN = 0.05;
/** ... and the most of it, in seconds. */
const ANSWER_MARGIN_MOST = 0.25;
/** gRPC rounds deadlines on the wire: a callee takes one this share and these seconds over the limit. */
export const TOLERATED = { share: 0.01, seconds: 1 } as const;

/** What the policies allow. Times in seconds, sizes in bytes. */
export interface Limits {
  /** Whether delegations are allowed at all. */
  enabled: boolean;
  /** Of a call without a deadline. */
  defaultTimeout: number;
  /** The longest deadline of a call. */
  maxTimeout: number;
  /** How long a stream may be silent. */
  streamIdleTimeout: number;
  /** In a chain. */
  maxHops: number;
  /** Whether an agent that stands in the path may be asked again. */
  allowRevisits: boolean;
  /** Of one serialized message, either way. */
  maxMessageBytes: number;
  /** Open at once per conversation at one instance, outgoing and incoming counted apart. */
  maxDelegations: number;
  /** Further attempts after one failed to reach its target. */
  maxRetries: number;
  /** Of a streamed reply as a whole: its pieces, resets and its end together. */
  maxReplyBytes: number;
}

/** Those of a mesh that says nothing else. */
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

/** The limits, where `by` is wider or silent; the other's where it is narrower. */
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

/** The mesh's limits as it announces them; the default where it is silent. */
export function limitsFrom(given: LimitsProto | undefined): Limits {
  const made: Limits = { ...DEFAULT_LIMITS };
  for (const key of TIMES) if (given?.[key] !== undefined) made[key] = toSeconds(given[key]);
  for (const key of PLAIN) if (given?.[key] !== undefined) Object.assign(made, { [key]: given[key] });
  return made;
}

/** The limits that are said, for an agent's card. */
export function limitsToProto(said: Partial<Limits>): LimitsProto {
  const times = TIMES.flatMap((key) => (said[key] === undefined ? [] : [[key, toDuration(said[key])]]));
  const plain = PLAIN.flatMap((key) => (said[key] === undefined ? [] : [[key, said[key]]]));
  return LimitsProto.fromPartial(Object.fromEntries([...times, ...plain]) as object);
}

/** Seconds as the contract's Duration. */
export function toDuration(seconds: number): Duration {
  const whole = Math.floor(seconds);
  return { seconds: whole, nanos: Math.round((seconds - whole) * 1e9) };
}

/** The contract's Duration as seconds. */
export function toSeconds(duration: Duration | undefined): number {
  return (duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;
}

/** Now, in seconds of a clock that never jumps. */
export function now(): number {
  return performance.now() / 1000;
}

/** What a child gets of its parent's remaining seconds: a little less, or what was asked if that is less. */
export function childTimeout(remaining: number, asked: number): number {
  return Math.min(remaining - Math.min(remaining * ANSWER_MARGIN, ANSWER_MARGIN_MOST), asked);
}
