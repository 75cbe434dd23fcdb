/**
 * Checks the field values of serialized messages at both ends of every call. The rules follow from the contract's
 * descriptors. A message that passes can be stored, listed, printed as JSON and read by every language. A message that
 * fails is refused with the path of the field.
 *
 * The checks read wire format instead of decoded messages, because the stubs accept strings that are not UTF-8, stop in
 * the middle of a message that they cannot read, and do not say which 64-bit number exceeds a double's precision. They
 * allocate nothing for a valid message.
 */
import { contract } from "../contract.js";
import { Cursor } from "./cursor.js";
import { checkAnswer, checkMessage } from "./messages.js";

/**
 * Checks a serialized message.
 *
 * @param kind full name of the message
 * @param field names the message in an error about unreadable bytes
 * @throws InvalidField with the path of the field, as "message.payload[2].data", and the allowed values; with `field`
 *   as the path if the bytes are not a message.
 */
export function checkFields(kind: string, bytes: Uint8Array, field: "request" | "response"): void {
  checkMessage(new Cursor(bytes), kind, field);
}

/** Checks the request of a method (gRPC path). A method that the contract does not have passes. Throws InvalidField. */
export function checkRequest(method: string, bytes: Uint8Array): void {
  const kind = contract().methods.get(method)?.request;
  if (kind !== undefined) checkFields(kind, bytes, "request");
}

/** Checks a response of a method (gRPC path). Throws InvalidField with `started` set, because the callee answered. */
export function checkResponse(method: string, bytes: Uint8Array): void {
  const kind = contract().methods.get(method)?.response;
  if (kind !== undefined) checkAnswer(new Cursor(bytes), kind);
}
