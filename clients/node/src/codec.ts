/** Messages to bytes and back: whatever the stubs throw is a refusal here. */
import { InvalidField } from "./errors.js";

/** A message type as the stubs have it. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** The bytes of a message. Throws InvalidField where it cannot be written: nested without end, a number that is none. */
export function encoded<T>(codec: Codec<T>, message: T): Buffer {
  try {
    return Buffer.from(codec.encode(message).finish());
  } catch (error) {
    throw new InvalidField(`the message cannot be written: ${textOf(error)}`, { field: "message" });
  }
}

/** A message of these bytes. Throws InvalidField with this field where they are none; a response has been answered. */
export function decoded<T>(codec: Codec<T>, bytes: Uint8Array, field: "request" | "response"): T {
  try {
    return codec.decode(bytes);
  } catch (error) {
    const found = unreadable(field, textOf(error));
    found.started = field === "response";
    throw found;
  }
}

/** The refusal of bytes that are no message. */
export function unreadable(field: string, why: string): InvalidField {
  return new InvalidField(`the ${field} cannot be read, it is no message of the contract: ${why}`, { field });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
