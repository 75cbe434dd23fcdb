/** What the log hears once, however often it happens. */
import type { LeftOut } from "./fields/sift.js";

/** Warnings that are remembered. */
const REMEMBERED = 1000;
const given = new Set<string>();

/** Warn, unless that has been said already. */
export function warnOnce(text: string): void {
  if (given.has(text)) return;
  if (given.size >= REMEMBERED) given.clear();
  given.add(text);
  console.warn(text);
}

/** Warn that something of a registry's response was left out: of which agent, and why. */
export function warnOfLeftOut({ field, facts, why }: LeftOut): void {
  const whose = facts["name"] ?? facts["agent"] ?? facts["skill_id"] ?? "";
  const of = whose === "" ? "the mesh" : JSON.stringify(whose); // quoted: nobody has checked it
  warnOnce(`left out ${field} of ${of} in what the registry says: ${why}`);
}

/** What went wrong, in a word for a log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
