/** Settings of a process: defaults, overridden by environment variables (BOTMESH_*). */
import { InvalidField } from "./errors.js";
import type { Limits } from "./limits.js";
import { checkId, DEFAULT_ACCOUNT } from "./names.js";

/** All settings. Times are in seconds, sizes in bytes. */
export interface Settings {
  /** Address of the registry, IP:port. */
  registry: string;
  /** Account of this process. */
  account: string;
  /** Address at which a bot listens, IP:port. Port 0: any free port. */
  bind: string;
  /** Address that a bot registers; empty: the bound address. */
  advertise: string;
  /** Time that running work gets when a bot leaves. */
  drainTimeout: number;
  /** Timeout for connecting to an instance. */
  connectTimeout: number;
  /** Time for which a failed instance is avoided. */
  ejectionTime: number;
  /** Time for which an outcome is kept for repeats of its message id. */
  idempotencyTtl: number;
  /** Maximum number of kept outcomes, and of running work. */
  idempotencyEntries: number;
  /** Maximum memory of kept outcomes. */
  idempotencyBytes: number;
  /** Time that work runs on after its last caller was lost. */
  orphanGrace: number;
  /** Limits of this process. They can only narrow the mesh's limits. */
  limits: Partial<Limits>;
}

/** Returns the default settings without reading the environment. */
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

/** Returns the environment variable of a setting: BOTMESH_DRAIN_TIMEOUT for drainTimeout. */
function variable(name: string): string {
  return `BOTMESH_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Reads the settings from the environment.
 *
 * @throws InvalidField if a value is malformed; the error names the variable.
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
