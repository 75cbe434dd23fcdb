import type { Call } from "../call.js";
import { type Chain, fromMetadata } from "../chain.js";
import { Draining, MetadataMismatch, UnknownAgent, WrongInstance } from "../errors.js";
import type { Message } from "../generated/botmesh/v1/message.js";
import { checkAgent, checkId, newId, splitName } from "../names.js";
import type { Policy } from "./policy.js";

/** Decodes the chain and checks that the call is for this agent and instance. */
export const target: Policy = {
  /** Refuses unknown agents and agents without a live instance. */
  caller(call) {
    call.end.targets.find(call.chain.accountId || call.end.account, call.target);
  },

  /** Refuses calls for another agent or instance, and new work while this instance drains. */
  callee(call) {
    const { end } = call;
    let chain = call.metadata === undefined ? call.chain : fromMetadata(call.metadata);
    if (call.message !== undefined) chain = reconciled(chain, call.message);
    chain = {
      ...chain,
      accountId: chain.accountId || end.account,
      correlationId: chain.correlationId || newId(),
    };
    call.chain = chain;
    checkAddressee(call);
    if (chain.accountId !== end.account && !end.shared) {
      throw new UnknownAgent(`account ${chain.accountId} sees no agent ${end.agent}: its card is not shared`);
    }
    if (end.draining && !end.works.knows(call)) {
      throw new Draining(`${end.agent} is draining: ask another instance`);
    }
  },
};

function checkAddressee({ end, chain, message }: Call): void {
  const [agent = "", instance = ""] = chain.to.split("/");
  const named = splitName(message?.toAgent ?? "")[1];
  if (agent !== "" && named !== "" && agent !== named) {
    throw new MetadataMismatch(`botmesh-to names ${agent} and the message ${named}`, {
      field: "to_agent",
      message: named,
      metadata: agent,
    });
  }
  if ((agent || named || end.agent) === end.agent && (instance || end.instance) === end.instance) return;
  const expected = chain.to || named;
  const actual = `${end.agent}/${end.instance}`;
  throw new WrongInstance(`this is ${actual}, not ${expected}: look the agent up again`, { expected, actual });
}

/** Returns the chain with fields that only the message has. Throws MetadataMismatch if both differ. */
function reconciled(chain: Chain, message: Message): Chain {
  if (message.messageId !== "") checkId("message_id", message.messageId);
  if (message.fromAgent !== "") checkAgent("from_agent", message.fromAgent);
  const last = chain.path.at(-1);
  if (last !== undefined && message.fromAgent !== "" && splitName(last)[1] !== message.fromAgent) {
    throw mismatch("from_agent", message.fromAgent, last);
  }
  return {
    ...chain,
    correlationId: same("correlation_id", message.correlationId, chain.correlationId),
    conversationId: same("conversation_id", message.conversationId, chain.conversationId),
    accountId: same("account_id", message.accountId, chain.accountId),
  };
}

function same(field: string, inMessage: string, inMetadata: string): string {
  if (inMessage === "") return inMetadata;
  checkId(field, inMessage);
  if (inMetadata !== "" && inMetadata !== inMessage) throw mismatch(field, inMessage, inMetadata);
  return inMessage;
}

function mismatch(field: string, inMessage: string, inMetadata: string): MetadataMismatch {
  return new MetadataMismatch(
    `the message says ${field} '${inMessage}' and the metadata '${inMetadata}': send one of them`,
    { field, message: inMessage, metadata: inMetadata },
  );
}
