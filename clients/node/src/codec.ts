/** Encodes and decodes messages. Errors of the stubs become InvalidField. */
import { InvalidField } from "./errors.js";

/** The stubs of a message type. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** Encodes a message. Throws InvalidField if it cannot be encoded: cyclic, or with an invalid number. */
export function encoded<T>(codec: Codec<T>, message: T): Buffer {
  try {
    return Buffer.from(codec.encode(message).finish());
  } catch (error) {
    throw new InvalidField(`the message cannot be written: ${textOf(error)}`, { field: "message" });
  }
}

/** Decodes a message. Throws InvalidField with this field if that fails; `started` is set for a response. */
export function decoded<T>(codec: Codec<T>, bytes: Uint8Array, field: "request" | "response"): T {
  try {
    return codec.decode(bytes);
  } catch (error) {
    const found = unreadable(field, textOf(error));
    found.started = field === "response";
    throw found;
  }
}

/** Returns the error for bytes that are not a message. */
export function unreadable(field: string, why: string): InvalidField {
  return new InvalidField(`the ${field} cannot be read, it is no message of the contract: ${why}`, { field });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
