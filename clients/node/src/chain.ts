/** The chain of a call, and its encoding as gRPC metadata (chain.proto). */
import { Metadata } from "@grpc/grpc-js";
import { InvalidField } from "./errors.js";
import { checkAgent, checkId, newId, splitName } from "./names.js";

export const KEYS = {
  path: "botmesh-path",
  maxHops: "botmesh-max-hops",
  correlation: "botmesh-correlation",
  conversation: "botmesh-conversation",
  account: "botmesh-account",
  to: "botmesh-to",
  open: "botmesh-open",
} as const;

/** Prefix of all metadata keys of the mesh. */
export const OURS = "botmesh-";
/** Replaces a metadata value that is not printable ASCII (grpc-server.ts). It is not a valid value of any key. */
export const NOT_PRINTABLE = "(not printable)";

const MAX_METADATA_BYTES = 4096;
const MAX_PATH = 64; // bound on the path whatever the hop limit, because it must fit into metadata
/** Maximum value of botmesh-open. */
export const MAX_OPEN = 64_000;

/** A root delegation and all delegations that follow from it, as one call sees them. */
export interface Chain {
  /** Agents of the chain, oldest first. Its length is the number of hops. */
  readonly path: readonly string[];
  /** Narrowest hop limit that a caller has set; undefined: the mesh's limit. */
  readonly maxHops: number | undefined;
  readonly correlationId: string;
  readonly conversationId: string;
  /** Account of the chain; empty in a call without one, which means the callee's account. */
  readonly accountId: string;
  /** agent/instance that the call is for; empty: any instance. */
  readonly to: string;
  /**
   * Number of delegations of the conversation that are open at the agents of the path, this call included. Undefined:
   * the length of the path.
   */
  readonly open: number | undefined;
}

export const NO_CHAIN: Chain = {
  path: [],
  maxHops: undefined,
  correlationId: "",
  conversationId: "",
  accountId: "",
  to: "",
  open: undefined,
};

/** Returns a new chain with a new correlation id. */
export function rootChain(accountId: string, conversationId = ""): Chain {
  return { ...NO_CHAIN, correlationId: newId(), accountId, conversationId };
}

/**
 * Returns the chain of a call that `agent` makes: one hop more. Its `open` does not count that call yet; the concurrency
 * policy adds it.
 */
export function below(chain: Chain, agent: string): Chain {
  return { ...chain, path: [...chain.path, agent], to: "", open: chain.open ?? chain.path.length };
}

/** Returns the chain with `maxHops` as its hop limit, if that is lower than its limit. */
export function narrowed(chain: Chain, maxHops: number | undefined): Chain {
  if (maxHops === undefined || (chain.maxHops !== undefined && chain.maxHops <= maxHops)) return chain;
  return { ...chain, maxHops };
}

/** Returns the key by which open delegations are counted: the conversation, or the chain if there is none. */
export function concurrencyKey(chain: Chain): string {
  return `${chain.accountId}/${chain.conversationId || chain.correlationId}`;
}

/** Encodes the chain as gRPC metadata. Empty values are left out. */
export function toMetadata(chain: Chain): Metadata {
  const metadata = new Metadata();
  const put = (key: string, value: string): void => {
    if (value !== "") metadata.set(key, value);
  };
  put(KEYS.path, chain.path.join(","));
  put(KEYS.maxHops, chain.maxHops === undefined ? "" : String(chain.maxHops));
  put(KEYS.correlation, chain.correlationId);
  put(KEYS.conversation, chain.conversationId);
  put(KEYS.account, chain.accountId);
  put(KEYS.to, chain.to);
  put(KEYS.open, chain.open === undefined || chain.open === chain.path.length ? "" : String(chain.open));
  return metadata;
}

/**
 * Decodes the chain from the metadata of a call.
 *
 * @throws InvalidField if a key is malformed, not ASCII or repeated, or if all keys together exceed 4 KiB.
 */
export function fromMetadata(metadata: Metadata): Chain {
  checkPrintable(metadata);
  let size = 0;
  const one = (key: string): string => {
    const values = metadata.get(key).map(String);
    // gRPC may join the values of a repeated key by commas. Only the path contains commas.
    if (values.length > 1) throw new InvalidField(`metadata key ${key} must stand once`, { field: key });
    const value = values[0] ?? "";
    if (value !== "") size += key.length + value.length;
    return value;
  };
  const found = Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, one(key)])) as Record<
    keyof typeof KEYS,
    string
  >;
  if (size > MAX_METADATA_BYTES) {
    throw new InvalidField(`the chain's metadata is ${String(size)} bytes; at most ${String(MAX_METADATA_BYTES)}`, {
      field: KEYS.path,
    });
  }
  const id = (name: "correlation" | "conversation" | "account"): string =>
    found[name] === "" ? "" : checkId(KEYS[name], found[name]);
  return {
    path: found.path === "" ? [] : parsePath(found.path),
    maxHops: found.maxHops === "" ? undefined : parseHops(found.maxHops),
    correlationId: id("correlation"),
    conversationId: id("conversation"),
    accountId: id("account"),
    to: found.to === "" ? "" : checkTarget(found.to),
    open: found.open === "" ? undefined : parseOpen(found.open),
  };
}

function checkPrintable(metadata: Metadata): void {
  for (const [key, value] of Object.entries(metadata.getMap())) {
    if (value !== NOT_PRINTABLE || !key.startsWith(OURS)) continue;
    throw new InvalidField(`metadata key ${key} must be printable ASCII`, { field: key });
  }
}

function parsePath(text: string): string[] {
  const entries = text.split(",");
  if (entries.length > MAX_PATH) {
    throw new InvalidField(`${KEYS.path} names ${String(entries.length)} agents; at most ${String(MAX_PATH)}`, {
      field: KEYS.path,
    });
  }
  for (const entry of entries) {
    const [account, agent] = splitName(entry);
    if (entry.includes("/")) checkId(KEYS.path, account);
    checkAgent(KEYS.path, agent);
  }
  return entries;
}

function parseHops(text: string): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) > MAX_PATH) {
    throw new InvalidField(`${KEYS.maxHops} must be 0 to ${String(MAX_PATH)} but is '${text.slice(0, 80)}'`, {
      field: KEYS.maxHops,
    });
  }
  return Number(text);
}

function parseOpen(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > MAX_OPEN) {
    const value = text.slice(0, 80);
    throw new InvalidField(`${KEYS.open} must be 1 to ${String(MAX_OPEN)} but is '${value}'`, {
      field: KEYS.open,
      value,
    });
  }
  return Number(text);
}

function checkTarget(text: string): string {
  const at = text.indexOf("/");
  checkAgent(KEYS.to, at < 0 ? text : text.slice(0, at));
  if (at >= 0) checkId(KEYS.to, text.slice(at + 1));
  return text;
}
