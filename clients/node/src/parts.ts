/** Content: what bots and clients say. */
import { InvalidField } from "./errors.js";
import { Part } from "./generated/botmesh/v1/part.js";

/** Text, a part, structured data, or several of them; undefined says nothing. */
export type Content = string | Part | Record<string, unknown> | readonly Content[] | undefined;

/** A part of text. */
export function text(value: string): Part {
  return Part.fromPartial({ content: { $case: "text", text: value } });
}

/** A part of structured data: what JSON can hold. */
export function data(value: unknown): Part {
  return Part.fromPartial({ content: { $case: "data", data: plain("data", value) } });
}

/** The bytes of a file. */
export function raw(bytes: Uint8Array, mediaType = "application/octet-stream", filename = ""): Part {
  return Part.fromPartial({ content: { $case: "raw", raw: Buffer.from(bytes) }, mediaType, filename });
}

/** Whatever is said, as parts. */
export function toParts(content: Content): Part[] {
  if (content === undefined) return [];
  if (typeof content === "string") return [text(content)];
  if (Array.isArray(content)) return content.flatMap((one: Content) => toParts(one));
  return isPart(content) ? [content] : [data(content)];
}

/** The text parts, a line each. */
export function textOf(parts: readonly Part[]): string {
  return parts.flatMap(({ content }) => (content?.$case === "text" ? [content.text] : [])).join("\n");
}

/** Variables as they travel; undefined where there are none. */
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
