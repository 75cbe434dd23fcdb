/** The fingerprint of a request: a repeat of a message id must have the same one as the first request. */
import { createHash } from "node:crypto";
import { Message, MessageType } from "./generated/botmesh/v1/message.js";

/** Message types that a bot's `onNotify` function gets. The last two report the end of a task. */
export const NOTIFICATION_TYPES = new Set([
  MessageType.MESSAGE_TYPE_UNSPECIFIED,
  MessageType.MESSAGE_TYPE_BROADCAST,
  MessageType.MESSAGE_TYPE_RESPONSE,
  MessageType.MESSAGE_TYPE_ERROR,
]);

/** Hashes a request (SHA-256, base64) without the time and the chain in which it was sent. `method` is a gRPC path. */
export function fingerprint(request: { method: string; message: Message | undefined }): string {
  const message = request.message ?? Message.create();
  const core = { ...message, timestamp: undefined, correlationId: "", accountId: "", messageType: 0 };
  const isNotification = request.method.endsWith("/Notify") && NOTIFICATION_TYPES.has(message.messageType);
  const kind = request.method.endsWith("/Transfer") ? "transfer" : isNotification ? "told" : "task";
  return createHash("sha256")
    .update(kind)
    .update(Message.encode(sorted(core) as Message).finish())
    .digest("base64");
}

/** Returns a copy with the keys of all plain objects sorted, so that equal maps have equal encodings. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
