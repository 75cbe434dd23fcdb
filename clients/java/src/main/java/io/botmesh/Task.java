package io.botmesh;

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

/** A task in a chain: what a bot gets to work on. What it asks of other agents continues the chain. */
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

    /** The whole message, as it came. */
    public Message message() {
        return message;
    }

    /** The text parts, a line each. */
    public String text() {
        return Content.textOf(message.getPayloadList());
    }

    /** All parts, in order. */
    public List<Part> parts() {
        return message.getPayloadList();
    }

    /** The variables that the caller gave. */
    public Map<String, Object> context() {
        return Content.fromStruct(message.getContext());
    }

    /** The skill that is meant; empty: the bot decides. */
    public String skill() {
        return message.getSkillId();
    }

    /** The agent that asks; empty: a client that is no agent. */
    public String fromAgent() {
        return message.getFromAgent().isEmpty() ? call.chain.last() : message.getFromAgent();
    }

    /** The idempotency key; empty if the caller gave none. */
    public String messageId() {
        return message.getMessageId();
    }

    /** The chain's id. */
    public String correlationId() {
        return call.chain.correlationId();
    }

    /** The conversation; empty: none. */
    public String conversationId() {
        return call.chain.conversationId();
    }

    /** The tenant. */
    public String account() {
        return call.chain.accountId();
    }

    /** The agents gone through, oldest first. */
    public List<String> path() {
        return call.chain.path();
    }

    /** The most hops that the chain may have, as it holds for what this task asks of others. */
    public int maxHops() {
        return call.chain.maxHops() == null ? call.limits.maxHops() : call.chain.maxHops();
    }

    /** What is left until the work ends, done or not. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, work.deadline() - System.nanoTime()));
    }

    /** Whether the work is over: by its deadline, by a cancellation, or because its last caller was lost. */
    public boolean isOver() {
        return work.isSettled();
    }

    /** The chain's trace, 32 hex digits; empty where nothing is traced. */
    public String traceId() {
        return call.traceId();
    }

    /** Send a piece of the reply's text now; it continues the text before it. Waits while the reader is far behind. */
    public void write(String text) {
        send(Content.text(text), afterText);
    }

    /** Send a part of the reply now, as a piece of its own. */
    public void send(Part part) {
        send(part, false);
    }

    private void send(Part part, boolean append) {
        afterText = part.hasText();
        work.emit(DelegateStreamResponse.newBuilder()
                .setPartial(PartialReply.newBuilder().setPart(part).setAppend(append)));
    }

    /** Tell what is being done; for people, no part of the reply. `fraction` is 0 to 1, null: not said. */
    public void progress(String text, Double fraction) {
        Progress.Builder progress = Progress.newBuilder().setText(text);
        if (fraction != null) {
            progress.setFraction(fraction);
        }
        work.emit(DelegateStreamResponse.newBuilder().setProgress(progress));
    }

    List<Usage> chainUsage() {
        synchronized (usage) {
            return Reply.addUp(usage);
        }
    }

    @Override
    void spent(Reply reply) {
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

    /** Under the bot's own current span if that belongs to this chain, else under the server span. */
    Context spanContext() {
        boolean isOurs = Span.current()
                .getSpanContext()
                .getTraceId()
                .equals(call.span.getSpanContext().getTraceId());
        return isOurs ? Context.current() : call.context;
    }
}
