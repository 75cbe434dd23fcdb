package io.botmesh;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.CancelOutcome;
import io.botmesh.v1.CancelReceipt;
import io.botmesh.v1.CancelRequest;
import io.botmesh.v1.CancelResponse;
import io.botmesh.v1.DelegateResponse;
import io.botmesh.v1.DelegateStreamRequest;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.GetCardResponse;
import io.botmesh.v1.GetStatsResponse;
import io.botmesh.v1.MessageType;
import io.botmesh.v1.NotifyRequest;
import io.botmesh.v1.NotifyResponse;
import io.botmesh.v1.Readiness;
import io.botmesh.v1.TransferDecision;
import io.botmesh.v1.TransferOffer;
import io.botmesh.v1.TransferRequest;
import io.botmesh.v1.TransferResponse;
import io.botmesh.v1.Turn;
import io.opentelemetry.context.Scope;
import java.lang.System.Logger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Implements the methods of AgentService with the functions of a bot. The policies run around each method. */
final class AgentService {
    private static final Logger LOG = System.getLogger("io.botmesh");
    /** How long Cancel waits for the receipts of child calls; less than the 1 s that its own caller waits. */
    private static final Duration RECEIPTS_TIMEOUT = Duration.ofMillis(800);

    /** The types that go to the bot's onNotify function. RESPONSE and ERROR report how a task ended. */
    static final Set<MessageType> NOTIFICATION_TYPES = Set.of(
            MessageType.MESSAGE_TYPE_UNSPECIFIED,
            MessageType.MESSAGE_TYPE_BROADCAST,
            MessageType.MESSAGE_TYPE_RESPONSE,
            MessageType.MESSAGE_TYPE_ERROR);

    /** Runs a function of the bot and returns the result message. */
    private interface Run {
        Message run(Task task) throws Exception;
    }

    private final AgentCard card;
    private final Agent agent;
    private final AgentClient client;
    private final Supplier<Readiness> readiness;

    AgentService(AgentCard card, Agent agent, AgentClient client, Supplier<Readiness> readiness) {
        this.card = card;
        this.agent = agent;
        this.client = client;
        this.readiness = readiness;
    }

    /** Runs onDelegate and returns the whole reply. */
    DelegateResponse delegate(Call call, WaitingCaller caller) throws InterruptedException {
        Work work = work(call, agent.delegate != null, "delegations", null, this::delegated);
        io.botmesh.v1.Reply reply = (io.botmesh.v1.Reply) work.result(caller);
        return DelegateResponse.newBuilder().setReply(work.stream.whole(reply)).build();
    }

    /** Runs onDelegate, or the function for the turn, and sends each event of the reply. */
    void delegateStream(
            DelegateStreamRequest request, Call call, WaitingCaller caller, Consumer<DelegateStreamResponse> send)
            throws InterruptedException {
        Work work;
        if (request.hasTurn()) {
            Turn turn = request.getTurn();
            Agent.TurnFunction answer = agent.forTurn(Conversation.intentOf(turn));
            Run run = task -> reply(task, answer.answer((Conversation) task));
            work = work(call, answer != null, "turns", turn, run);
        } else {
            work = work(call, agent.delegate != null, "delegations", null, this::delegated);
        }
        work.read(request.getAfterSequence(), call.limits.streamIdleTimeout(), caller, send);
    }

    /** Starts the work and acknowledges it without waiting for its end. */
    NotifyResponse notify(NotifyRequest request, Call call) {
        MessageType kind = request.getMessage().getMessageType();
        boolean isNotification = NOTIFICATION_TYPES.contains(kind);
        Run receive = task -> {
            agent.notify.receive(task);
            return message(call, MessageType.MESSAGE_TYPE_ACK).build();
        };
        Work work = isNotification
                ? work(call, agent.notify != null, "notifications", null, receive)
                : work(call, agent.delegate != null, "delegations", null, this::delegated);
        work.detach();
        return NotifyResponse.newBuilder()
                .setAck(message(call, MessageType.MESSAGE_TYPE_ACK))
                .build();
    }

    /** Returns whether the bot accepts the offered conversation. */
    TransferResponse transfer(TransferRequest request, Call call, WaitingCaller caller) throws InterruptedException {
        TransferOffer offer = request.getOffer();
        if (offer.getTransferId().isEmpty()) {
            throw BotmeshException.invalid("offer.transfer_id", "an offer needs a transfer_id");
        }
        if (agent.transfer == null) {
            return decision(
                    offer,
                    agent.forTurn(offer.getIntentId()) == null ? card.getName() + " takes no conversations" : "");
        }
        Work work = work(call, true, "offers", null, task -> decision(offer, agent.transfer.decide(task, offer)));
        return (TransferResponse) work.result(caller);
    }

    private static TransferResponse decision(TransferOffer offer, String decline) {
        boolean isAccepted = decline == null || decline.isEmpty();
        return TransferResponse.newBuilder()
                .setTransferId(offer.getTransferId())
                .setDecision(
                        isAccepted
                                ? TransferDecision.TRANSFER_DECISION_ACCEPTED
                                : TransferDecision.TRANSFER_DECISION_DECLINED)
                .setReason(isAccepted ? "" : decline)
                .build();
    }

    /** Cancels work by its message id; returns a receipt for it and for each of its child calls. */
    CancelResponse cancel(CancelRequest request) throws InterruptedException {
        if (request.getMessageId().isEmpty()) {
            throw BotmeshException.invalid("message_id", "message_id names the work to cancel: it cannot be empty");
        }
        Endpoint endpoint = client.endpoint;
        String account = request.getAccountId().isEmpty() ? endpoint.account : request.getAccountId();
        Work work = endpoint.works.find(WorkTable.key(account, request.getFromAgent(), request.getMessageId()));
        CancelOutcome outcome = CancelOutcome.CANCEL_OUTCOME_UNKNOWN;
        List<CancelReceipt> ofChildren = List.of();
        if (work != null && work.isSettled()) {
            outcome = CancelOutcome.CANCEL_OUTCOME_TOO_LATE;
        } else if (work != null) {
            outcome = CancelOutcome.CANCEL_OUTCOME_STOPPED;
            work.cancel(request.getReason().isEmpty() ? "the caller gave up" : request.getReason());
            ofChildren = receipts(work);
        }
        CancelReceipt own = CancelReceipt.newBuilder()
                .setAgent(endpoint.agent)
                .setInstanceId(endpoint.instance)
                .setMessageId(request.getMessageId())
                .setOutcome(outcome)
                .build();
        return CancelResponse.newBuilder()
                .addReceipts(own)
                .addAllReceipts(ofChildren)
                .build();
    }

    /** Returns the receipts of child calls that arrive within RECEIPTS_TIMEOUT. */
    private static List<CancelReceipt> receipts(Work work) throws InterruptedException {
        long until = System.nanoTime() + RECEIPTS_TIMEOUT.toNanos();
        List<CancelReceipt> receipts = new ArrayList<>();
        try {
            work.ended.get(RECEIPTS_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
            for (CompletableFuture<List<CancelReceipt>> cancelled : work.children.receipts()) {
                receipts.addAll(cancelled.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS));
            }
        } catch (TimeoutException | ExecutionException e) {
            return receipts;
        }
        return receipts;
    }

    GetCardResponse getCard() {
        return GetCardResponse.newBuilder()
                .setCard(card)
                .setInstanceId(client.endpoint.instance)
                .setReadiness(readiness.get())
                .build();
    }

    GetStatsResponse getStats() {
        Endpoint endpoint = client.endpoint;
        return endpoint.stats
                .toProto()
                .setInstanceId(endpoint.instance)
                .setInFlight(endpoint.works.running())
                .setOutgoingInFlight(endpoint.outgoing.total())
                .setRemembered(endpoint.works.remembered())
                .build();
    }

    /**
     * Returns the work of a call; starts it if it does not run yet. Throws NOT_SUPPORTED if the bot has no function.
     */
    private Work work(Call call, boolean isSupported, String what, Turn turn, Run run) {
        if (!isSupported && !call.work.hasBegun()) {
            throw new BotmeshException(
                    Reason.NOT_SUPPORTED, card.getName() + " takes no " + what, Map.of("method", what));
        }
        call.work.startOnce(() -> {
            Task task = turn == null ? new Task(call, client) : new Conversation(call, client, turn);
            try (Scope scope = call.context.makeCurrent()) {
                return run.run(task);
            } catch (BotmeshException e) {
                throw e;
            } catch (InterruptedException e) {
                throw Statuses.asError(e);
            } catch (Exception | StackOverflowError | AssertionError e) {
                throw agentError(task, e);
            }
        });
        return call.work;
    }

    /** Logs an unexpected failure of the bot, and returns an error without the text of its cause. */
    private BotmeshException agentError(Task task, Throwable cause) {
        if (task.isOver()) {
            return BotmeshException.of(Reason.CANCELLED, "the work was cancelled");
        }
        LOG.log(Logger.Level.ERROR, card.getName() + " failed; trace " + task.traceId(), cause);
        return BotmeshException.of(
                Reason.AGENT_ERROR, card.getName() + " failed inside; its log has the cause under this trace id");
    }

    private Message delegated(Task task) throws Exception {
        return reply(task, agent.delegate.answer(task));
    }

    private io.botmesh.v1.Reply reply(Task task, Reply result) {
        Reply answer = result == null ? Reply.empty() : result;
        io.botmesh.v1.Message.Builder message =
                message(task.call, MessageType.MESSAGE_TYPE_RESPONSE).addAllPayload(answer.parts());
        if (!answer.context().isEmpty()) {
            message.setContext(Content.toStruct(answer.context()));
        }
        io.botmesh.v1.Reply.Builder builder = io.botmesh.v1.Reply.newBuilder()
                .setMessage(message)
                .addAllChainUsage(task.chainUsage())
                .setInstanceId(client.endpoint.instance)
                .setNotMine(answer.isNotMine());
        if (answer.confidence() != null) {
            builder.setConfidence(answer.confidence());
        }
        if (answer.usage() != null) {
            builder.setUsage(answer.usage());
            if (answer.usage().getAgent().isEmpty()) {
                builder.getUsageBuilder().setAgent(card.getName());
            }
        }
        return builder.build();
    }

    private io.botmesh.v1.Message.Builder message(Call call, MessageType kind) {
        Instant now = Instant.now();
        return io.botmesh.v1.Message.newBuilder()
                .setFromAgent(card.getName())
                .setToAgent(call.message.getFromAgent())
                .setMessageType(kind)
                .setCorrelationId(call.chain.correlationId())
                .setMessageId(Names.newId())
                .setConversationId(call.message.getConversationId())
                .setAccountId(call.chain.accountId())
                .setInReplyTo(call.message.getMessageId())
                .setTimestamp(
                        Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
    }
}
