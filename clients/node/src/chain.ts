/** The chain: what policies read, and how it travels in gRPC metadata (chain.proto). */
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
} as const;

/** What all keys of ours begin with. */
export const OURS = "botmesh-";
/** What stands for a value that is not printable ASCII (grpc-server.ts); no value of a chain. */
export const NOT_PRINTABLE = "(not printable)";

const MAX_METADATA_BYTES = 4096;
const MOST_HOPS = 64; // no path is longer, whatever the mesh allows: it must fit into metadata

/** A root delegation and all that follow from it, as one call sees it. */
export interface Chain {
  /** Agents gone through, oldest first. Its length is the number of hops. */
  readonly path: readonly string[];
  /** The narrowest hop limit so far; undefined: the mesh's. */
  readonly maxHops: number | undefined;
  readonly correlationId: string;
  readonly conversationId: string;
  /** The tenant; empty on arrival where the caller does not say: the callee's own. */
  readonly accountId: string;
  /** agent/instance that the caller means; empty: whoever is called. */
  readonly to: string;
}

export const NO_CHAIN: Chain = {
  path: [],
  maxHops: undefined,
  correlationId: "",
  conversationId: "",
  accountId: "",
  to: "",
};

/** A new chain with an id of its own. */
export function rootChain(accountId: string, conversationId = ""): Chain {
  return { ...NO_CHAIN, correlationId: newId(), accountId, conversationId };
}

/** The chain of a call that an agent makes: one hop more. */
export function below(chain: Chain, agent: string): Chain {
  return { ...chain, path: [...chain.path, agent], to: "" };
}

/** The chain with at most so many hops in all, if that is fewer than before. */
export function narrowed(chain: Chain, maxHops: number | undefined): Chain {
  if (maxHops === undefined || (chain.maxHops !== undefined && chain.maxHops <= maxHops)) return chain;
  return { ...chain, maxHops };
}

/** What open delegations are counted by: the conversation, or the chain where there is none. */
export function concurrencyKey(chain: Chain): string {
  return `${chain.accountId}/${chain.conversationId || chain.correlationId}`;
}

/** As gRPC metadata; empty values are left out. */
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
  return metadata;
}

/**
 * The chain that a call carries.
 *
 * @throws InvalidField a key is malformed, not ASCII, stands twice, or all are longer than 4 KiB together.
 */
export function fromMetadata(metadata: Metadata): Chain {
  checkPrintable(metadata);
  let size = 0;
  const one = (key: string): string => {
    const values = metadata.get(key).map(String);
    // Values of one key may come joined; of ours only the path has commas in it.
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
  if (entries.length > MOST_HOPS) {
    throw new InvalidField(`${KEYS.path} names ${String(entries.length)} agents; at most ${String(MOST_HOPS)}`, {
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
  if (!/^\d{1,2}$/.test(text) || Number(text) > MOST_HOPS) {
    throw new InvalidField(`${KEYS.maxHops} must be 0 to ${String(MOST_HOPS)} but is '${text.slice(0, 80)}'`, {
      field: KEYS.maxHops,
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
