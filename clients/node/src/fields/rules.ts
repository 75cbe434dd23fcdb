/** Fields and messages of the contract that need other rules than their type gives. Names are full protobuf names. */

/** Only messages of this package are checked. Other messages are checked by the code that decodes them. */
const PACKAGE = "botmesh.v1.";

/** Strings without a length limit of their own; the message size limits them. */
export const TEXT_FIELDS: ReadonlySet<string> = new Set([
  "botmesh.v1.Part.text",
  "botmesh.v1.Part.url",
  "botmesh.v1.Progress.text",
  "botmesh.v1.AgentCard.description",
  "botmesh.v1.Skill.name",
  "botmesh.v1.Skill.description",
  "botmesh.v1.Skill.examples",
  "botmesh.v1.FindAgentsRequest.query",
]);

/** 64-bit fields that must not be negative: tokens, and cost in millionths. */
export const AMOUNT_FIELDS: ReadonlySet<string> = new Set([
  "botmesh.v1.Usage.input_tokens",
  "botmesh.v1.Usage.output_tokens",
  "botmesh.v1.Usage.cost_micros",
]);

/** Fields of registry responses that a reader can do without: `sift` removes an invalid one. */
export const OPTIONAL_FIELDS: ReadonlySet<string> = new Set([
  "botmesh.v1.WatchAgentsResponse.limits",
  "botmesh.v1.HeartbeatResponse.limits",
  "botmesh.v1.RegisterResponse.limits",
  "botmesh.v1.SnapshotChunk.cards",
  "botmesh.v1.SnapshotChunk.instances",
  "botmesh.v1.AgentChanges.cards",
  "botmesh.v1.AgentChanges.instances",
  "botmesh.v1.Agent.card",
  "botmesh.v1.Agent.instances",
  "botmesh.v1.FindAgentsResponse.matches",
]);

/** Responses that carry spans, whose attributes may hold any value. */
const UNCHECKED_MESSAGES = new Set(["botmesh.v1.GetTraceResponse", "botmesh.v1.ListTracesResponse"]);

/** Whether the fields of this message are checked. */
export function isChecked(message: string): boolean {
  return message.startsWith(PACKAGE) && !UNCHECKED_MESSAGES.has(message);
}
