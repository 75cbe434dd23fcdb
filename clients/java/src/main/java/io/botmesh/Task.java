package io.botmesh;

import io.botmesh.v1.AskForPersonRequest;
import io.botmesh.v1.AskForPersonResponse;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Message;
import io.botmesh.v1.Part;
import io.botmesh.v1.PartialReply;
import io.botmesh.v1.Progress;
import io.botmesh.v1.Usage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A task that was delegated to this bot. Calls made through it continue its chain: hops, deadline, trace and usage. */
public class Task extends Delegator {
    final Call call;
    private final Message message;
    private final Work work;
    private final List<Usage> usage = new ArrayList<>();
    private boolean afterText;

    Task(Call call, AgentClient client) {
        super(client);
        this.call = call;
        this.message = call.message;
        this.work = call.work;
    }

    /** Returns the whole message, as it arrived. */
    public Message message() {
        return message;
    }

    /** Returns the text parts, joined by newlines. */
    public String text() {
        return Content.textOf(message.getPayloadList());
    }

    /** Returns all parts, in order. */
    public List<Part> parts() {
        return message.getPayloadList();
    }

    /** Returns the variables that the caller sent; a new map at each call. */
    public Map<String, Object> context() {
        return Content.fromStruct(message.getContext());
    }

    /** Returns the id of the requested skill; empty if the caller named none. */
    public String skill() {
        return message.getSkillId();
    }

    /** Returns the name of the calling agent; empty if the caller is a client. */
    public String fromAgent() {
        return message.getFromAgent().isEmpty() ? call.chain.last() : message.getFromAgent();
    }

    /** Returns the idempotency key; empty if the caller gave none. */
    public String messageId() {
        return message.getMessageId();
    }

    /** Returns the id of the chain. */
    public String correlationId() {
        return call.chain.correlationId();
    }

    /** Returns the id of the conversation; empty if there is none. */
    public String conversationId() {
        return call.chain.conversationId();
    }

    /** Returns the account of the chain. */
    public String account() {
        return call.chain.accountId();
    }

    /** Returns the agents that the chain has passed, oldest first, without this one. */
    public List<String> path() {
        return call.chain.path();
    }

    /** Returns the hop limit of the chain, which also applies to calls made through this task. */
    public int maxHops() {
        return call.chain.maxHops() == null ? call.limits.maxHops() : call.chain.maxHops();
    }

    /** Returns the time until the deadline, never below 0. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, work.deadline() - System.nanoTime()));
    }

    /** Returns whether the work has ended: at its deadline, by a cancellation, or after its last caller was lost. */
    public boolean isOver() {
        return work.isSettled();
    }

    /** Returns the trace id of the chain, 32 hex digits; empty if tracing is off. */
    public String traceId() {
        return call.traceId();
    }

    /**
     * Sends a piece of the reply's text now; it is appended to the text sent before it. Blocks while the fastest reader
     * is 64 events behind.
     *
     * @throws BotmeshException MESSAGE_TOO_LARGE if the reply exceeds max_reply_bytes, CANCELLED if the work is over
     */
    public void write(String text) {
        emit(Content.text(text), afterText);
    }

    /** Sends a part of the reply now, as a part of its own. Blocks and throws as write does. */
    public void writePart(Part part) {
        emit(part, false);
    }

    private void emit(Part part, boolean append) {
        afterText = part.hasText();
        work.emit(DelegateStreamResponse.newBuilder()
                .setPartial(PartialReply.newBuilder().setPart(part).setAppend(append)));
    }

    /**
     * Reports progress, for display; it is not part of the reply.
     *
     * @param fraction the share that is done, 0 to 1; null if unknown
     */
    public void progress(String text, Double fraction) {
        Progress.Builder progress = Progress.newBuilder().setText(text);
        if (fraction != null) {
            progress.setFraction(fraction);
        }
        work.emit(DelegateStreamResponse.newBuilder().setProgress(progress));
    }

    /** Asks for a person with a reason alone, as the method with messages does. */
    public HandedToPerson handToPerson(String reason) {
        return handToPerson(reason, "", "");
    }

    /**
     * Asks for a person: gives the task's conversation to the human desk or, if there is none, puts an alert into the
     * desk's queue. Retries while the service is away under the same request id, so that the person is asked once.
     *
     * @param reason why a person is needed; the desk's queue shows it
     * @param message what the person must know: a note in the conversation, or the text of the alert; empty for none
     * @param handoffMessage a message to the contact; empty for none, and always empty for an alert
     * @throws BotmeshException INVALID_FIELD if the reason is empty, UNKNOWN_CONVERSATION, CONVERSATION_CLOSED or
     *     another reason of {@link Reason}
     */
    public HandedToPerson handToPerson(String reason, String message, String handoffMessage) {
        AskForPersonRequest.Builder request = AskForPersonRequest.newBuilder()
                .setConversationId(conversationId())
                .setAccountId(account())
                .setAgent(call.endpoint.agent)
                .setReason(reason)
                .setRequestId(Names.newId());
        if (!message.isEmpty()) {
            request.addPayload(Content.text(message));
        }
        if (!handoffMessage.isEmpty()) {
            request.addHandoffMessage(Content.text(handoffMessage));
        }
        return HandedToPerson.from(
                conversations().callIdempotent("AskForPerson", request.build(), AskForPersonResponse.parser()));
    }

    /** Returns the address at which ConversationService answers. The mesh serves it at the registry's address. */
    String conversationsAddress() {
        return client.directory.registry.address;
    }

    ConversationServiceClient conversations() {
        return new ConversationServiceClient(call, client.service(conversationsAddress()), this::remaining);
    }

    List<Usage> chainUsage() {
        synchronized (usage) {
            return Reply.addUp(usage);
        }
    }

    @Override
    void addUsage(Reply reply) {
        synchronized (usage) {
            usage.addAll(reply.totalUsage());
        }
    }

    @Override
    AgentClient.Invocation newInvocation(String agent, Options options) {
        if (!options.conversationId().isEmpty() && !options.conversationId().equals(conversationId())) {
            throw BotmeshException.invalid(
                    "conversation_id", "a task's delegations belong to its own conversation: leave it out");
        }
        Endpoint endpoint = call.endpoint;
        Chain chain = call.chain.below(endpoint.namedIn(call.chain));
        AgentClient.Invocation invocation =
                new AgentClient.Invocation(agent, Delegator.empty().setFromAgent(endpoint.agent), chain);
        invocation.deadline = work.deadline();
        invocation.timed = call.timed;
        invocation.work = work;
        invocation.parent = spanContext();
        return invocation;
    }

    /** Returns the bot's current span if it belongs to this trace, else the server span. */
    Context spanContext() {
        boolean isOurs = Span.current()
                .getSpanContext()
                .getTraceId()
                .equals(call.span.getSpanContext().getTraceId());
        return isOurs ? Context.current() : call.context;
    }
}
