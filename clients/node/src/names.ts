/** Names and ids: creation, validation and suggestions. */
import { randomUUID } from "node:crypto";
import { InvalidField } from "./errors.js";

/** Account of calls that name none. */
export const DEFAULT_ACCOUNT = "default";
const ID = /^[A-Za-z0-9._-]{1,64}$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NEAR_ENOUGH = 0.7;
const MOST_NEAREST = 3;

/** Returns a new random id: 32 hex digits. */
export function newId(): string {
  return randomUUID().replaceAll("-", "");
}

/** Returns the value. Throws InvalidField if it is not an id. */
export function checkId(field: string, value: string): string {
  if (ID.test(value)) return value;
  const shown = value.slice(0, 80);
  throw new InvalidField(`${field} must be 1 to 64 of A-Z a-z 0-9 . _ - but is '${shown}'`, { field, value: shown });
}

/** Returns the value. Throws InvalidField if it is not an agent name (a DNS label). */
export function checkAgent(field: string, value: string): string {
  if (LABEL.test(value)) return value;
  const shown = value.slice(0, 80);
  throw new InvalidField(
    `${field} must be a DNS label (lower-case letters, digits, hyphens, at most 63) but is '${shown}'`,
    { field, value: shown },
  );
}

/** Splits "account/name". The account is empty if there is only a name. */
export function splitName(text: string): [account: string, name: string] {
  const at = text.lastIndexOf("/");
  return at < 0 ? ["", text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Returns the known names that are most similar to a name, best first. */
export function nearest(name: string, known: Iterable<string>): string[] {
  return [...known]
    .map((one) => ({ one, share: 1 - distance(name, one) / Math.max(name.length, one.length, 1) }))
    .filter(({ share }) => share >= NEAR_ENOUGH)
    .sort((a, b) => b.share - a.share || a.one.localeCompare(b.one))
    .slice(0, MOST_NEAREST)
    .map(({ one }) => one);
}

/** Returns a "did you mean" question for an error; empty if there are no similar names. */
export function didYouMean(close: string[]): string {
  return close.length === 0 ? "" : ` Did you mean ${close.join(" or ")}?`;
}

/** Returns the Levenshtein distance of two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
