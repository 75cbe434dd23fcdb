/**
 * The Node SDK of Botmesh, a gRPC service mesh of agents.
 *
 * agent.ts is the API for bots, mesh.ts the API for clients. agent-service.ts is the callee's end of AgentService,
 * agent-client.ts the caller's end. policies/ has the ordered list of policies, fields/ the checks of field values, and
 * work.ts the work by message id. generated/ has the stubs.
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
export type { HandedToPerson, PersonOptions } from "./person.js";
export { type Event, Reply, type ReplyOptions } from "./reply.js";
export { defaultSettings, loadSettings, type Settings } from "./settings.js";
export { Task } from "./task.js";
