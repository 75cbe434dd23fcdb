/** Warnings that are logged once, even if their cause repeats. */
import type { LeftOut } from "./fields/sift.js";

/** Maximum number of remembered warnings. */
const REMEMBERED = 1000;
const given = new Set<string>();

/** Logs a warning, unless the same text was logged before. */
export function warnOnce(text: string): void {
  if (given.has(text)) return;
  if (given.size >= REMEMBERED) given.clear();
  given.add(text);
  console.warn(text);
}

/** Warns that an invalid field of a registry response was left out, with its agent and the reason. */
export function warnOfLeftOut({ field, facts, why }: LeftOut): void {
  const whose = facts["name"] ?? facts["agent"] ?? facts["skill_id"] ?? "";
  const of = whose === "" ? "the mesh" : JSON.stringify(whose); // quoted, because it is unchecked input
  warnOnce(`left out ${field} of ${of} in what the registry says: ${why}`);
}

/** Returns a short description of an error for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
