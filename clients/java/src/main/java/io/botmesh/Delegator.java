package io.botmesh;

import com.google.protobuf.Timestamp;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.DelegateRequest;
import io.botmesh.v1.DelegateResponse;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.FindAgentsRequest;
import io.botmesh.v1.Message;
import io.botmesh.v1.MessageType;
import io.botmesh.v1.NotifyRequest;
import io.botmesh.v1.NotifyResponse;
import io.botmesh.v1.Part;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Calls other agents, from inside a delegation (Task) or as a client (Mesh). Every method blocks and throws
 * BotmeshException when a call is refused or fails. Interrupting the calling thread cancels the call at the callee too
 * and throws CANCELLED.
 */
public abstract class Delegator {
    final AgentClient client;

    Delegator(AgentClient client) {
        this.client = client;
    }

    /**
     * An agent that the registry suggests for an utterance.
     *
     * @param agent the name to pass to delegate: a name, or account/name for an agent that another account shares
     * @param skillId the skill that matches best
     * @param confidence how sure the registry is that this skill is meant, 0 to 1
     * @param card the agent's card, as the registry has it
     */
    public record Match(String agent, String skillId, double confidence, AgentCard card) {}

    /** Returns an invocation with an empty message, in the chain that this object continues or starts. */
    abstract AgentClient.Invocation newInvocation(String agent, Options options);

    /** Adds the usage of a reply to the usage that this object reports to its own caller. */
    void addUsage(Reply reply) {
        // a client has no caller to which it could report usage
    }

    /** Delegates a task without options, as the method with options does. */
    public Reply delegate(String agent, String text) {
        return delegate(agent, text, Options.NONE);
    }

    /**
     * Delegates a task to an agent and waits for its reply.
     *
     * @param agent a name, or account/name for an agent that another account shares
     * @param text the text of the task; empty adds no text part
     * @throws BotmeshException UNKNOWN_AGENT, NO_LIVE_INSTANCE, HOP_LIMIT, LOOP, DEADLINE_EXPIRED, AGENT_FAILED and the
     *     other reasons of {@link Reason}. After OUTCOME_UNKNOWN the same message id joins the running work or returns
     *     its reply.
     */
    public Reply delegate(String agent, String text, Options options) {
        AgentClient.Invocation invocation = compose(agent, text, options);
        DelegateRequest request =
                DelegateRequest.newBuilder().setMessage(invocation.message).build();
        AgentClient.Answer<DelegateResponse> answer =
                client.unary("Delegate", invocation, request, DelegateResponse.parser());
        Reply reply = Reply.from(answer.response().getReply(), answer.call().traceId());
        addUsage(reply);
        return reply;
    }

    /**
     * Delegates a task and passes each event of the reply to a function as it arrives.
     *
     * @param handler returns true to receive more events, false to leave the stream; leaving cancels the callee
     * @return the whole reply; empty if the handler left the stream
     * @throws BotmeshException as delegate; STREAM_IDLE if no event arrives within the mesh's stream_idle_timeout
     */
    public Optional<Reply> stream(String agent, String text, Options options, Predicate<Event> handler) {
        Collector collector = new Collector(handler);
        if (!client.stream(compose(agent, text, options), collector::take)) {
            return Optional.empty();
        }
        addUsage(collector.reply);
        return collector.isLeft ? Optional.empty() : Optional.of(collector.reply);
    }

    /**
     * Delegates a task without waiting for its result.
     *
     * @return the message id, once the callee has accepted the work
     * @throws BotmeshException as delegate
     */
    public String send(String agent, String text, Options options) {
        AgentClient.Invocation invocation = compose(agent, text, options);
        NotifyRequest request =
                NotifyRequest.newBuilder().setMessage(invocation.message).build();
        client.unary("Notify", invocation, request, NotifyResponse.parser());
        return invocation.message.getMessageId();
    }

    /**
     * Asks the registry for the active agents whose skills fit an utterance.
     *
     * @param limit the largest number of matches to return, 1 to 100
     * @return the matches, best first
     * @throws BotmeshException REGISTRY_UNREACHABLE if the registry does not answer within 5 s
     */
    public List<Match> find(String query, int limit) {
        String account = client.directory.account;
        FindAgentsRequest request = FindAgentsRequest.newBuilder()
                .setAccountId(account)
                .setQuery(query)
                .setLimit(limit)
                .build();
        return client.directory.registry.find(request).stream()
                .map(match -> {
                    AgentCard card = match.getCard();
                    boolean isOurs = card.getAccountId().equals(account);
                    String name = isOurs ? card.getName() : card.getAccountId() + "/" + card.getName();
                    return new Match(name, match.getSkillId(), match.getConfidence(), card);
                })
                .toList();
    }

    private AgentClient.Invocation compose(String agent, String text, Options options) {
        AgentClient.Invocation invocation = newInvocation(agent, options);
        invocation.chain = invocation.chain.narrowed(options.maxHops());
        invocation.timeout = options.timeout();
        String id = options.messageId().isEmpty() ? Names.newId() : Names.checkId("message_id", options.messageId());
        Instant now = Instant.now();
        invocation
                .message
                .setToAgent(Names.nameOf(agent))
                .setMessageType(MessageType.MESSAGE_TYPE_DELEGATE)
                .setCorrelationId(invocation.chain.correlationId())
                .setConversationId(invocation.chain.conversationId())
                .setAccountId(invocation.chain.accountId())
                .setMessageId(id)
                .setSkillId(options.skill())
                .setTimestamp(
                        Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
        if (!text.isEmpty()) {
            invocation.message.addPayload(Content.text(text));
        }
        invocation.message.addAllPayload(options.parts());
        if (!options.context().isEmpty()) {
            invocation.message.setContext(Content.toStruct(options.context()));
        }
        return invocation;
    }

    static Message.Builder empty() {
        return Message.newBuilder();
    }

    /** Converts the messages of a stream to events, and joins the pieces to the whole reply. */
    private static final class Collector {
        private final Predicate<Event> handler;
        private final Pieces pieces = new Pieces();
        private Reply reply;
        private boolean isLeft;

        private Collector(Predicate<Event> handler) {
            this.handler = handler;
        }

        private boolean take(DelegateStreamResponse response, Call call) {
            switch (response.getEventCase()) {
                case PARTIAL -> {
                    Part part = response.getPartial().getPart();
                    boolean append = response.getPartial().getAppend();
                    pieces.add(part, append);
                    pass(new Event(part, append, null, null, null));
                }
                case PROGRESS -> {
                    var progress = response.getProgress();
                    Double fraction = progress.hasFraction() ? progress.getFraction() : null;
                    pass(new Event(null, false, progress.getText(), fraction, null));
                }
                case RESET -> {
                    pieces.reset();
                    pass(new Event(null, false, null, null, response.getReset().getReason()));
                }
                case REPLY -> {
                    reply = Reply.from(pieces.whole(response.getReply()), call.traceId());
                    response.getReply()
                            .getMessage()
                            .getPayloadList()
                            .forEach(part -> pass(new Event(part, false, null, null, null)));
                }
                case EVENT_NOT_SET -> {
                    // an event of a later contract version
                }
            }
            return !isLeft;
        }

        private void pass(Event event) {
            isLeft = isLeft || !handler.test(event);
        }
    }
}
