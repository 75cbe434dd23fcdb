/** Where things are and how patient this process is: built-in values, then the environment (BOTMESH_*). */
import { InvalidField } from "./errors.js";
import type { Limits } from "./limits.js";
import { checkId, DEFAULT_ACCOUNT } from "./names.js";

/** All settings. Times in seconds, sizes in bytes. */
export interface Settings {
  /** IP and port of the registry. */
  registry: string;
  /** The tenant. */
  account: string;
  /** Where a bot listens; port 0: any free one. */
  bind: string;
  /** What a bot registers; empty: where it listens. */
  advertise: string;
  /** How long a bot that leaves waits for what runs. */
  drainTimeout: number;
  /** How long connecting to an instance may take. */
  connectTimeout: number;
  /** How long an instance that failed is left alone. */
  ejectionTime: number;
  /** How long an outcome is remembered by message id. */
  idempotencyTtl: number;
  /** How many outcomes are remembered. */
  idempotencyEntries: number;
  /** How much memory they may take. */
  idempotencyBytes: number;
  /** How long work goes on after its last caller was lost. */
  orphanGrace: number;
  /** Limits that are narrower than the mesh's. */
  limits: Partial<Limits>;
}

/** The built-in settings; nothing is read. */
export function defaultSettings(): Settings {
  return {
    registry: "127.0.0.1:7600",
    account: DEFAULT_ACCOUNT,
    bind: "127.0.0.1:0",
    advertise: "",
    drainTimeout: 30,
    connectTimeout: 2,
    ejectionTime: 5,
    idempotencyTtl: 300,
    idempotencyEntries: 10_000,
    idempotencyBytes: 64 * 1024 * 1024,
    orphanGrace: 1,
    limits: {},
  };
}

type Parse = (variable: string, text: string) => unknown;

const MAX_SECONDS = 366 * 24 * 3600;
const MAX_COUNT = 2 ** 31 - 1;
const SECONDS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };
const BYTES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function malformed(variable: string, text: string, expects: string): InvalidField {
  return new InvalidField(`${variable} must be ${expects} but is '${text.slice(0, 80)}'`, { field: variable });
}

const address: Parse = (variable, text) => {
  const port = /^.+:(\d{1,5})$/.exec(text)?.[1];
  if (port === undefined || Number(port) > 65535) throw malformed(variable, text, 'IP and port ("127.0.0.1:7600")');
  return text;
};

const seconds: Parse = (variable, text) => {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text);
  const value = Number(found?.[1]) * (SECONDS[found?.[2] ?? "s"] ?? 1);
  if (!(value <= MAX_SECONDS)) throw malformed(variable, text, 'seconds ("30", "500ms", "5m"), a year at most');
  return value;
};

const bytes: Parse = (variable, text) => {
  const found = /^(\d+)\s*(B|KiB|MiB|GiB)?$/.exec(text);
  const value = Number(found?.[1]) * (BYTES[found?.[2] ?? "B"] ?? 1);
  if (!Number.isSafeInteger(value)) throw malformed(variable, text, 'bytes ("65536", "64KiB", "1MiB")');
  return value;
};

const count: Parse = (variable, text) => {
  if (!/^\d+$/.test(text) || Number(text) > MAX_COUNT) throw malformed(variable, text, "a whole number");
  return Number(text);
};

const toggle: Parse = (variable, text) => {
  const value = text.toLowerCase();
  if (["true", "yes", "on", "1"].includes(value)) return true;
  if (["false", "no", "off", "0"].includes(value)) return false;
  throw malformed(variable, text, "true or false");
};

const SETTINGS: Record<Exclude<keyof Settings, "limits">, Parse> = {
  registry: address,
  account: checkId,
  bind: address,
  advertise: address,
  drainTimeout: seconds,
  connectTimeout: seconds,
  ejectionTime: seconds,
  idempotencyTtl: seconds,
  idempotencyEntries: count,
  idempotencyBytes: bytes,
  orphanGrace: seconds,
};

const LIMITS: Record<keyof Limits, Parse> = {
  enabled: toggle,
  defaultTimeout: seconds,
  maxTimeout: seconds,
  streamIdleTimeout: seconds,
  maxHops: count,
  allowRevisits: toggle,
  maxMessageBytes: bytes,
  maxDelegations: count,
  maxRetries: count,
  maxReplyBytes: bytes,
};

/** The variable of a setting: drainTimeout is BOTMESH_DRAIN_TIMEOUT. */
function variable(name: string): string {
  return `BOTMESH_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * The effective settings.
 *
 * @throws InvalidField a value is malformed; it names the variable.
 */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const made = defaultSettings();
  for (const [table, target] of [
    [SETTINGS, made],
    [LIMITS, made.limits],
  ] as const) {
    for (const [name, parse] of Object.entries(table)) {
      const text = environment[variable(name)]?.trim();
      if (text !== undefined && text !== "") Object.assign(target, { [name]: parse(variable(name), text) });
    }
  }
  return made;
}
