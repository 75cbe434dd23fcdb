package io.botmesh;

import io.botmesh.v1.Message;
import java.util.Map;

/** Reads the chain from the metadata, and checks that the call reaches the agent and instance that it names. */
final class TargetPolicy implements Policy {
    /** Refuses unknown agents and agents without a live instance. */
    @Override
    public void caller(Call call) {
        call.endpoint.directory.find(call.chain.accountId(), call.target);
    }

    /** Refuses calls that name another agent or instance, and new work while the instance drains. */
    @Override
    public void callee(Call call) {
        Endpoint endpoint = call.endpoint;
        Chain chain = reconciled(Chain.from(call.metadata), call.message);
        chain = chain.withIds(
                chain.correlationId().isEmpty() ? Names.newId() : chain.correlationId(),
                chain.conversationId(),
                chain.accountId().isEmpty() ? endpoint.account : chain.accountId());
        call.chain = chain;
        checkAddressee(call);
        if (!chain.accountId().equals(endpoint.account) && !endpoint.shared) {
            throw BotmeshException.of(
                    Reason.UNKNOWN_AGENT,
                    "account " + chain.accountId() + " sees no agent " + endpoint.agent + ": its card is not shared");
        }
        if (endpoint.draining && !endpoint.works.knows(call)) {
            throw BotmeshException.of(Reason.DRAINING, endpoint.agent + " is draining: ask another instance");
        }
    }

    private static void checkAddressee(Call call) {
        String to = call.chain.to();
        int slash = to.indexOf('/');
        String agent = slash < 0 ? to : to.substring(0, slash);
        String instance = slash < 0 ? "" : to.substring(slash + 1);
        String named = Names.nameOf(call.message.getToAgent());
        if (!agent.isEmpty() && !named.isEmpty() && !agent.equals(named)) {
            throw new BotmeshException(
                    Reason.METADATA_MISMATCH,
                    "botmesh-to names " + agent + " and the message " + named,
                    Map.of("field", "to_agent", "message", named, "metadata", agent));
        }
        String addressed = agent.isEmpty() ? named : agent;
        Endpoint endpoint = call.endpoint;
        if ((addressed.isEmpty() || addressed.equals(endpoint.agent))
                && (instance.isEmpty() || instance.equals(endpoint.instance))) {
            return;
        }
        String expected = to.isEmpty() ? named : to;
        String actual = endpoint.agent + "/" + endpoint.instance;
        throw new BotmeshException(
                Reason.WRONG_INSTANCE,
                "this is " + actual + ", not " + expected + ": look the agent up again",
                Map.of("expected", expected, "actual", actual));
    }

    /** Completes the chain from the message. Throws METADATA_MISMATCH if the two contradict each other. */
    private static Chain reconciled(Chain chain, Message message) {
        if (!message.getMessageId().isEmpty()) {
            Names.checkId("message_id", message.getMessageId());
        }
        String from = message.getFromAgent();
        if (!from.isEmpty()) {
            Names.checkAgent("from_agent", from);
        }
        String last = chain.last();
        if (!last.isEmpty() && !from.isEmpty() && !Names.nameOf(last).equals(from)) {
            throw mismatch("from_agent", from, last);
        }
        return chain.withIds(
                same("correlation_id", message.getCorrelationId(), chain.correlationId()),
                same("conversation_id", message.getConversationId(), chain.conversationId()),
                same("account_id", message.getAccountId(), chain.accountId()));
    }

    private static String same(String field, String inMessage, String inMetadata) {
        if (inMessage.isEmpty()) {
            return inMetadata;
        }
        Names.checkId(field, inMessage);
        if (!inMetadata.isEmpty() && !inMetadata.equals(inMessage)) {
            throw mismatch(field, inMessage, inMetadata);
        }
        return inMessage;
    }

    private static BotmeshException mismatch(String field, String inMessage, String inMetadata) {
        return new BotmeshException(
                Reason.METADATA_MISMATCH,
                "the message says " + field + " '" + inMessage + "' and the metadata '" + inMetadata
                        + "': send one of them",
                Map.of("field", field, "message", inMessage, "metadata", inMetadata));
    }
}
