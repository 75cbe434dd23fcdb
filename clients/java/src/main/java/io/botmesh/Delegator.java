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
 * Delegating to agents: the same words inside a delegation (Task) and outside one (Mesh). Everything here blocks, and throws
 * BotmeshException where something is refused or fails; interrupting the thread gives up, and the callee is told.
 */
public abstract class Delegator {
    final AgentClient client;

    Delegator(AgentClient client) {
        this.client = client;
    }

    /**
     * An agent that fits an utterance.
     *
     * @param agent what to delegate to
     * @param skillId the skill that fits best
     * @param confidence how sure the registry is, 0 to 1
     */
    public record Match(String agent, String skillId, double confidence, AgentCard card) {}

    /** An invocation with an empty message, in the chain that this continues or starts. */
    abstract AgentClient.Invocation newInvocation(String agent, Options options);

    /** Take note of what an answer cost. */
    void spent(Reply reply) {
        // a client need not
    }

    /** Ask an agent to do a task and wait for its reply. */
    public Reply delegate(String agent, String text) {
        return delegate(agent, text, Options.NONE);
    }

    /** Ask an agent (a name, or account/name for one that another account shares) and wait for its reply. */
    public Reply delegate(String agent, String text, Options options) {
        AgentClient.Invocation invocation = compose(agent, text, options);
        DelegateRequest request =
                DelegateRequest.newBuilder().setMessage(invocation.message).build();
        AgentClient.Answer<DelegateResponse> answer =
                client.unary("Delegate", invocation, request, DelegateResponse.parser());
        Reply reply = Reply.from(answer.response().getReply(), answer.call().traceId());
        spent(reply);
        return reply;
    }

    /**
     * As delegate, with the reply as it comes: `taker` is told each event and returns whether it wants more. Empty where it
     * did not: the callee is cancelled then.
     */
    public Optional<Reply> stream(String agent, String text, Options options, Predicate<Event> taker) {
        Collector collector = new Collector(taker);
        if (!client.stream(compose(agent, text, options), collector::take)) {
            return Optional.empty();
        }
        spent(collector.reply);
        return collector.isLeft ? Optional.empty() : Optional.of(collector.reply);
    }

    /** Delegate without waiting for the result: the message id, when the callee has taken the work. */
    public String send(String agent, String text, Options options) {
        AgentClient.Invocation invocation = compose(agent, text, options);
        NotifyRequest request =
                NotifyRequest.newBuilder().setMessage(invocation.message).build();
        client.unary("Notify", invocation, request, NotifyResponse.parser());
        return invocation.message.getMessageId();
    }

    /** The active agents whose skills fit an utterance, best first, at most `limit` (1 to 100). */
    public List<Match> find(String query, int limit) {
        String account = client.directory.account;
        FindAgentsRequest request = FindAgentsRequest.newBuilder()
                .setAccountId(account)
                .setQuery(query)
                .setLimit(limit)
                .build();
        return client.directory.registry.find(request).stream()
                .map(one -> {
                    AgentCard card = one.getCard();
                    boolean isOurs = card.getAccountId().equals(account);
                    String name = isOurs ? card.getName() : card.getAccountId() + "/" + card.getName();
                    return new Match(name, one.getSkillId(), one.getConfidence(), card);
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

    /** A message without anything in it. */
    static Message.Builder empty() {
        return Message.newBuilder();
    }

    /** Turns the contract's events into ours and puts the reply together. */
    private static final class Collector {
        private final Predicate<Event> taker;
        private final Pieces pieces = new Pieces();
        private Reply reply;
        private boolean isLeft;

        private Collector(Predicate<Event> taker) {
            this.taker = taker;
        }

        private boolean take(DelegateStreamResponse response, Call call) {
            switch (response.getEventCase()) {
                case PARTIAL -> {
                    Part part = response.getPartial().getPart();
                    boolean append = response.getPartial().getAppend();
                    pieces.add(part, append);
                    tell(new Event(part, append, null, null, null));
                }
                case PROGRESS -> {
                    var progress = response.getProgress();
                    Double fraction = progress.hasFraction() ? progress.getFraction() : null;
                    tell(new Event(null, false, progress.getText(), fraction, null));
                }
                case RESET -> {
                    pieces.reset();
                    tell(new Event(null, false, null, null, response.getReset().getReason()));
                }
                case REPLY -> {
                    reply = Reply.from(pieces.whole(response.getReply()), call.traceId());
                    response.getReply()
                            .getMessage()
                            .getPayloadList()
                            .forEach(part -> tell(new Event(part, false, null, null, null)));
                }
                case EVENT_NOT_SET -> {
                    // of a later version
                }
            }
            return !isLeft;
        }

        private void tell(Event event) {
            isLeft = isLeft || !taker.test(event);
        }
    }
}
