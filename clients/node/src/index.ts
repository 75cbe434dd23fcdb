/**
 * The Node SDK of Botmesh, a gRPC service mesh of agents.
 *
 * agent.ts is what a bot author writes against, mesh.ts what a client does; agent-service.ts is AgentService on the wire,
 * agent-client.ts the other side; policies/ holds the ordered list of policies, one a file, both ends in it; work.ts keeps
 * work by message id. Stubs are in generated/.
 */
export { Agent, type AgentOptions, type SkillOptions } from "./agent.js";
export { type Match, type Options, ReplyStream } from "./delegator.js";
export { Conversation, DESK, type Handover, NOT_MINE, type Transferred } from "./conversation.js";
export * as errors from "./errors.js";
export { AgentFailed, BotmeshError } from "./errors.js";
export type { Answer } from "./functions.js";
export type { Limits } from "./limits.js";
export { connect, Mesh } from "./mesh.js";
export { type Content, data, raw, text } from "./parts.js";
export { type Event, Reply, type ReplyOptions } from "./reply.js";
export { defaultSettings, loadSettings, type Settings } from "./settings.js";
export { Task } from "./task.js";
