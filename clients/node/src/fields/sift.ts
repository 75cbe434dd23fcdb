/** Removes invalid optional fields from registry responses, so that one bad entry does not cost the whole response. */
import { contract } from "../contract.js";
import { Cursor } from "./cursor.js";
import { checkAnswer, stringFields } from "./messages.js";

/** A field that was removed from a response. */
export interface LeftOut {
  /** Name of the field: "card", "instances". */
  field: string;
  /** Its string fields by name, as far as they can be read. */
  facts: Record<string, string>;
  why: string;
}

/**
 * Checks a response of a registry method (gRPC path) and removes invalid cards, instances and limits from it.
 * It changes `bytes` in place and calls `leftOut` for each removed field.
 *
 * @throws InvalidField if another field is invalid.
 */
export function sift(method: string, bytes: Uint8Array, leftOut: (what: LeftOut) => void): void {
  const kind = contract().methods.get(method)?.response;
  if (kind === undefined) return;
  const cursor = new Cursor(bytes, ({ name, typeName }, value, why) => {
    leftOut({ field: name, facts: stringFields(typeName, value), why });
  });
  checkAnswer(cursor, kind);
}
