/** Content of messages and its conversion to parts. */
import { InvalidField } from "./errors.js";
import { Part } from "./generated/botmesh/v1/part.js";

/** Text, a part, structured data or a list of these. undefined is an empty message. */
export type Content = string | Part | Record<string, unknown> | readonly Content[] | undefined;

export function text(value: string): Part {
  return Part.fromPartial({ content: { $case: "text", text: value } });
}

/** Creates a part of structured data. The value must be JSON-like. */
export function data(value: unknown): Part {
  return Part.fromPartial({ content: { $case: "data", data: plain("data", value) } });
}

/** Creates a part with the bytes of a file. */
export function raw(bytes: Uint8Array, mediaType = "application/octet-stream", filename = ""): Part {
  return Part.fromPartial({ content: { $case: "raw", raw: Buffer.from(bytes) }, mediaType, filename });
}

/** Converts content to parts. */
export function toParts(content: Content): Part[] {
  if (content === undefined) return [];
  if (typeof content === "string") return [text(content)];
  if (Array.isArray(content)) return content.flatMap((one: Content) => toParts(one));
  return isPart(content) ? [content] : [data(content)];
}

/** Joins the text parts, one per line. */
export function textOf(parts: readonly Part[]): string {
  return parts.flatMap(({ content }) => (content?.$case === "text" ? [content.text] : [])).join("\n");
}

/** Returns the variables to send; undefined if there are none. */
export function variables(values: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (values === undefined || Object.keys(values).length === 0) return undefined;
  return plain("context", values) as Record<string, unknown>;
}

function isPart(content: object): content is Part {
  return "content" in content && "filename" in content && "mediaType" in content;
}

function plain(field: string, value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as unknown;
  } catch (error) {
    throw new InvalidField(`JSON cannot hold this: ${String(error)}`, { field });
  }
}
