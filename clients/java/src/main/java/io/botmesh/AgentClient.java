package io.botmesh;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.botmesh.v1.CancelOutcome;
import io.botmesh.v1.CancelReceipt;
import io.botmesh.v1.CancelRequest;
import io.botmesh.v1.CancelResponse;
import io.botmesh.v1.DelegateResponse;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Message;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls agents: runs the policies once around each call, and retries its attempts at the instances. */
final class AgentClient {
    /** The timeout of the Cancel call that follows an abandoned call. */
    private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(1);

    /** One delegation to be sent: its target, its message, and the chain and work that it belongs to. */
    static final class Invocation {
        final String target;
        final Message.Builder message;
        Chain chain;
        Duration timeout;
        /** The parent's deadline by System.nanoTime; only set if `timed`. */
        long deadline;

        boolean timed;
        Context parent = Context.current();
        /** The work of the calling agent; null for a client. */
        Work work;

        Invocation(String target, Message.Builder message, Chain chain) {
            this.target = target;
            this.message = message;
            this.chain = chain;
        }
    }

    /** A response, and the call that the policies completed. */
    record Answer<T>(T response, Call call) {}

    /** One attempt of a call at one peer. */
    interface Attempt<T> {
        T at(Peers.Peer peer, Metadata metadata) throws InterruptedException;
    }

    final Endpoint endpoint;
    final Directory directory;
    private final Peers peers;
    private final Duration connectTimeout;
    private final Map<String, RetryBudget> budgets = new ConcurrentHashMap<>();
    private final Map<String, Connection> services = new ConcurrentHashMap<>();
    private final Set<CompletableFuture<?>> background = ConcurrentHashMap.newKeySet();

    AgentClient(Endpoint endpoint, Directory directory, Settings settings) {
        this.endpoint = endpoint;
        this.directory = directory;
        this.peers = new Peers(settings.ejectionTime());
        this.connectTimeout = settings.connectTimeout();
        directory.onChange(() -> peers.keep(directory::has));
    }

    /** Calls Delegate or Notify and returns the response. */
    <T extends com.google.protobuf.Message> Answer<T> unary(
            String method, Invocation invocation, com.google.protobuf.Message request, Parser<T> parser) {
        byte[] bytes = request.toByteArray();
        Call call = call(method, invocation, request, bytes.length);
        int passed = Policies.start(call);
        try {
            byte[] response = untilAnswered(
                    call, invocation, (peer, metadata) -> attempt(call, invocation, peer, metadata, bytes));
            Policies.received(call, response.length);
            T answer = read(call, parser, response);
            if (answer instanceof DelegateResponse delegated
                    && delegated.getReply().hasUsage()) {
                call.usage = delegated.getReply().getUsage();
            }
            Policies.succeed(call, passed);
            return new Answer<>(answer, call);
        } catch (InterruptedException | RuntimeException e) {
            throw Policies.fail(call, passed, e);
        }
    }

    /** Calls DelegateStream. Returns false if the handler left the stream, which cancels the callee. */
    boolean stream(Invocation invocation, AgentClientStream.EventHandler handler) {
        return new AgentClientStream(this, invocation, handler).run();
    }

    /** Returns the connection to a conversation service; it is opened on first use. */
    Connection service(String address) {
        return services.computeIfAbsent(address, Connection::new);
    }

    /** Waits up to 1 s for pending Cancel calls and reports, then closes all connections. */
    void close() {
        try {
            CompletableFuture.allOf(background.toArray(new CompletableFuture<?>[0]))
                    .get(CANCEL_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // the connections are closed anyway
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        peers.close();
        services.values().forEach(Connection::close);
    }

    /**
     * Parses and checks a response. A refusal is final: the callee has done the work, so that a retry would repeat it.
     */
    static <T extends com.google.protobuf.Message> T read(Call call, Parser<T> parser, byte[] response) {
        T answer = Connection.read(call, parser, response, "the answer of " + call.target);
        if (answer instanceof DelegateResponse delegated) {
            checkConfidence(delegated.getReply());
        } else if (answer instanceof DelegateStreamResponse event) {
            checkConfidence(event.getReply());
        }
        return answer;
    }

    private static void checkConfidence(io.botmesh.v1.Reply reply) {
        if (reply.hasConfidence() && (reply.getConfidence() < 0 || reply.getConfidence() > 1)) {
            throw BotmeshException.invalid("reply.confidence", "reply.confidence must be 0 to 1")
                    .started(true);
        }
    }

    /** Creates a call, and waits until the directory knows its target. */
    Call call(String method, Invocation invocation, com.google.protobuf.Message request, int size) {
        Call call = new Call(endpoint, Call.SERVICE + method, true);
        call.request = request;
        call.chain = invocation.chain;
        call.message = invocation.message.build();
        call.target = invocation.target;
        call.timeout = invocation.timeout;
        call.deadline = invocation.deadline;
        call.timed = invocation.timed;
        call.context = invocation.parent;
        call.requestSize = size;
        boolean isAsked =
                invocation.timeout != null && !invocation.timeout.isZero() && !invocation.timeout.isNegative();
        Duration within = isAsked ? invocation.timeout : call.limits.defaultTimeout();
        Duration left = call.remaining();
        try {
            directory.lookUp(invocation.chain.accountId(), invocation.target, Limits.min(within, left));
        } catch (InterruptedException e) {
            throw Statuses.asError(e);
        }
        return call;
    }

    /** Makes attempts until one succeeds or its error is final. */
    <T> T untilAnswered(Call call, Invocation invocation, Attempt<T> attempt) throws InterruptedException {
        String account = invocation.chain.accountId();
        boolean isIdempotent =
                Attempts.isIdempotent(directory.find(account, invocation.target), invocation.message.getSkillId());
        Attempts.LiveInstances live = tried -> {
            if (directory.live(account, invocation.target).stream()
                    .allMatch(instance -> tried.contains(instance.getInstanceId()))) {
                directory.refresh(
                        account, invocation.target, call.remaining()); // an instance may have registered in between
            }
            return directory.live(account, invocation.target);
        };
        RetryBudget budget = budgets.computeIfAbsent(invocation.target, target -> new RetryBudget());
        Attempts attempts = new Attempts(call, peers, budget, isIdempotent);
        List<Instance> first = directory.live(account, invocation.target);
        if (first.isEmpty()) {
            throw Directory.noLiveInstance(invocation.target);
        }
        Peers.Peer peer = peers.choose(first, Set.of());
        while (true) {
            BotmeshException error;
            peers.enter(peer);
            try {
                connect(call, peer);
                T answer = attempt.at(peer, TracePolicy.inject(call, peer.id()));
                attempts.succeeded();
                return answer;
            } catch (AgentClientStream.StreamLeft e) {
                throw e;
            } catch (RuntimeException e) {
                error = Statuses.asError(e);
            } finally {
                peers.leave(peer);
            }
            report(error, peer);
            peer = attempts.after(error, peer, live);
        }
    }

    /** Reports an instance to the registry that could not be reached. */
    private void report(BotmeshException error, Peers.Peer peer) {
        boolean isUnreached = error.reason() == Reason.UNSPECIFIED || error.reason() == Reason.UNREACHABLE;
        if (error.code() == Status.Code.UNAVAILABLE && isUnreached) {
            inBackground(CompletableFuture.runAsync(
                    () -> directory.registry.reportUnreachable(peer.id(), error.getMessage()), Threads.WORKERS));
        }
    }

    private void connect(Call call, Peers.Peer peer) throws InterruptedException {
        call.peerInstance = peer.id();
        Duration left = call.remaining();
        try {
            peer.connect(Limits.min(connectTimeout, left));
        } catch (BotmeshException e) {
            if (!call.remaining().isZero()) {
                throw e;
            }
        }
        if (call.remaining().isZero()) {
            throw BotmeshException.of(Reason.DEADLINE_EXPIRED, "the deadline passed before the call could be sent");
        }
    }

    private byte[] attempt(Call call, Invocation invocation, Peers.Peer peer, Metadata metadata, byte[] request)
            throws InterruptedException {
        CompletableFuture<byte[]> answer = peer.connection.unary(call.method, request, metadata, call.remaining());
        Runnable forget =
                invocation.work == null ? () -> {} : invocation.work.children.onCancel(() -> answer.cancel(true));
        try {
            return Connection.await(answer);
        } catch (InterruptedException | java.util.concurrent.CancellationException e) {
            cancelCallee(invocation, peer);
            throw e;
        } finally {
            forget.run();
        }
    }

    /** Calls Cancel, so that the work ends now and not when the callee notices the lost connection. */
    void cancelCallee(Invocation invocation, Peers.Peer peer) {
        CancelRequest request = CancelRequest.newBuilder()
                .setMessageId(invocation.message.getMessageId())
                .setFromAgent(invocation.message.getFromAgent())
                .setAccountId(invocation.chain.accountId())
                .setReason("the caller gave up")
                .build();
        CompletableFuture<List<CancelReceipt>> cancelled = peer.connection
                .unary(Call.SERVICE + "Cancel", request.toByteArray(), new Metadata(), CANCEL_TIMEOUT)
                .handle((bytes, error) -> receipts(invocation, peer, bytes));
        if (invocation.work != null) {
            invocation.work.children.addReceipts(cancelled);
        }
        inBackground(cancelled);
    }

    private static List<CancelReceipt> receipts(Invocation invocation, Peers.Peer peer, byte[] bytes) {
        try {
            if (bytes != null) {
                CancelResponse response = CancelResponse.parseFrom(bytes);
                Fields.check(response);
                return response.getReceiptsList();
            }
        } catch (InvalidProtocolBufferException | BotmeshException e) {
            // treated like a missing answer
        }
        return List.of(CancelReceipt.newBuilder()
                .setAgent(invocation.target)
                .setInstanceId(peer.id())
                .setMessageId(invocation.message.getMessageId())
                .setOutcome(CancelOutcome.CANCEL_OUTCOME_UNREACHABLE)
                .build());
    }

    private void inBackground(CompletableFuture<?> work) {
        background.add(work);
        work.whenComplete((result, error) -> background.remove(work));
    }
}
