package io.botmesh;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.botmesh.v1.CancelOutcome;
import io.botmesh.v1.CancelReceipt;
import io.botmesh.v1.CancelRequest;
import io.botmesh.v1.CancelResponse;
import io.botmesh.v1.DelegateResponse;
import io.botmesh.v1.DelegateStreamRequest;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Message;
import io.botmesh.v1.Reset;
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

/** How this process calls agents: the policies once around a call, and as many attempts as it takes. */
final class Caller {
    /** For telling a callee that its work is no longer wanted. */
    private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(1);

    /** What is asked of whom, and on whose behalf. */
    static final class Ask {
        final String target;
        final Message.Builder message;
        Chain chain;
        Duration timeout;
        /** The parent's, if `timed`. */
        long deadline;

        boolean timed;
        Context parent = Context.current();
        /** The work that asks, where an agent does. */
        Work work;

        Ask(String target, Message.Builder message, Chain chain) {
            this.target = target;
            this.message = message;
            this.chain = chain;
        }
    }

    /** An answer, and the call as the policies saw it. */
    record Answered<T>(T response, Call call) {}

    /** Takes the events of a stream; false leaves it. */
    interface Taker {
        boolean take(DelegateStreamResponse event, Call call);
    }

    /** One try of a call at one peer. */
    private interface Attempt<T> {
        T at(Peers.Peer peer, Metadata metadata) throws InterruptedException;
    }

    /** The caller left a stream on purpose. */
    private static final class Left extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Left() {
            super("left", null, false, false);
        }
    }

    final End end;
    final Directory directory;
    private final Peers peers;
    private final Duration connectTimeout;
    private final Map<String, Budget> budgets = new ConcurrentHashMap<>();
    private final Map<String, Link> services = new ConcurrentHashMap<>();
    private final Set<CompletableFuture<?>> background = ConcurrentHashMap.newKeySet();

    Caller(End end, Directory directory, Settings settings) {
        this.end = end;
        this.directory = directory;
        this.peers = new Peers(settings.setAside());
        this.connectTimeout = settings.connectTimeout();
        directory.onChange(() -> peers.keep(directory::has));
    }

    /** The response of Delegate or Notify. */
    <T extends com.google.protobuf.Message> Answered<T> unary(
            String method, Ask ask, com.google.protobuf.Message request, Parser<T> parser) {
        byte[] bytes = request.toByteArray();
        Call call = call(method, ask, request, bytes.length);
        int passed = Policies.start(call);
        try {
            byte[] response = untilAnswered(call, ask, (peer, metadata) -> attempt(call, ask, peer, metadata, bytes));
            Policies.received(call, response.length);
            T answer = read(call, parser, response);
            if (answer instanceof DelegateResponse delegated
                    && delegated.getReply().hasUsage()) {
                call.usage = delegated.getReply().getUsage();
            }
            Policies.succeed(call, passed);
            return new Answered<>(answer, call);
        } catch (InterruptedException | RuntimeException e) {
            throw Policies.fail(call, passed, e);
        }
    }

    /** The events of DelegateStream as they come; leaving early cancels the callee. Whether it ran to its end. */
    boolean stream(Ask ask, Taker taker) {
        DelegateStreamRequest.Builder request =
                DelegateStreamRequest.newBuilder().setMessage(ask.message);
        DelegateStreamRequest first = request.build();
        Call call = call("DelegateStream", ask, first, first.getSerializedSize());
        int passed = Policies.start(call);
        Peers.Peer[] began = new Peers.Peer[1]; // where the events so far came from
        try {
            untilAnswered(call, ask, (peer, metadata) -> {
                if (began[0] != null && began[0] != peer && request.getAfterSequence() > 0) {
                    request.setAfterSequence(0);
                    Reset reset = Reset.newBuilder()
                            .setReason(ask.target + " was lost and starts again")
                            .build();
                    take(
                            taker,
                            DelegateStreamResponse.newBuilder().setReset(reset).build(),
                            call);
                }
                began[0] = peer;
                attemptStream(call, ask, peer, metadata, request, taker);
                return null;
            });
            Policies.succeed(call, passed);
            return true;
        } catch (Left e) {
            Policies.fail(call, passed, BotmeshException.of(Reason.CANCELLED, "the caller left the stream"));
            return false;
        } catch (InterruptedException | RuntimeException e) {
            throw Policies.fail(call, passed, e);
        }
    }

    private static void take(Taker taker, DelegateStreamResponse event, Call call) {
        if (!taker.take(event, call)) {
            throw new Left();
        }
    }

    /** The connection to a conversation service. */
    Link service(String address) {
        return services.computeIfAbsent(address, Link::new);
    }

    /** Wait for what was still to be told, then close the connections. */
    void close() {
        try {
            CompletableFuture.allOf(background.toArray(new CompletableFuture<?>[0]))
                    .get(CANCEL_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // nobody waits any longer
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        peers.close();
        services.values().forEach(Link::close);
    }

    /** A response that this end can use: made here and final where it is not, for the callee has answered. */
    private static <T extends com.google.protobuf.Message> T read(Call call, Parser<T> parser, byte[] response) {
        T answer = Link.read(call, parser, response, "the answer of " + call.target);
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

    private Call call(String method, Ask ask, com.google.protobuf.Message request, int size) {
        Call call = new Call(end, Call.SERVICE + method, true);
        call.request = request;
        call.chain = ask.chain;
        call.message = ask.message.build();
        call.target = ask.target;
        call.timeout = ask.timeout;
        call.deadline = ask.deadline;
        call.timed = ask.timed;
        call.context = ask.parent;
        call.requestSize = size;
        boolean isAsked = ask.timeout != null && !ask.timeout.isZero() && !ask.timeout.isNegative();
        Duration within = isAsked ? ask.timeout : call.limits.defaultTimeout();
        Duration left = call.remaining();
        try {
            directory.lookUp(ask.chain.accountId(), ask.target, within.compareTo(left) < 0 ? within : left);
        } catch (InterruptedException e) {
            throw Statuses.asError(e);
        }
        return call;
    }

    private <T> T untilAnswered(Call call, Ask ask, Attempt<T> attempt) throws InterruptedException {
        String account = ask.chain.accountId();
        boolean isIdempotent = Attempts.isIdempotent(directory.find(account, ask.target), ask.message.getSkillId());
        Attempts.Live live = tried -> {
            if (directory.live(account, ask.target).stream().allMatch(one -> tried.contains(one.getInstanceId()))) {
                directory.refresh(account, ask.target, call.remaining()); // one may have come a moment ago
            }
            return directory.live(account, ask.target);
        };
        Budget budget = budgets.computeIfAbsent(ask.target, target -> new Budget());
        Attempts attempts = new Attempts(call, peers, budget, isIdempotent);
        List<Instance> first = directory.live(account, ask.target);
        if (first.isEmpty()) {
            throw Directory.noLiveInstance(ask.target);
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
            } catch (Left e) {
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
            peer.connect(connectTimeout.compareTo(left) < 0 ? connectTimeout : left);
        } catch (BotmeshException e) {
            if (!call.remaining().isZero()) {
                throw e;
            }
        }
        if (call.remaining().isZero()) {
            throw BotmeshException.of(Reason.DEADLINE_EXPIRED, "the deadline passed before the call could be sent");
        }
    }

    private byte[] attempt(Call call, Ask ask, Peers.Peer peer, Metadata metadata, byte[] request)
            throws InterruptedException {
        CompletableFuture<byte[]> answer = peer.link.unary(call.method, request, metadata, call.remaining());
        Runnable forget = ask.work == null ? () -> {} : ask.work.onStop(() -> answer.cancel(true));
        try {
            return Link.await(answer);
        } catch (InterruptedException | java.util.concurrent.CancellationException e) {
            giveUp(ask, peer);
            throw e;
        } finally {
            forget.run();
        }
    }

    private void attemptStream(
            Call call, Ask ask, Peers.Peer peer, Metadata metadata, DelegateStreamRequest.Builder request, Taker taker)
            throws InterruptedException {
        byte[] bytes = request.build().toByteArray();
        Link.Responses responses = peer.link.responses(call.method, bytes, metadata, call.remaining());
        Runnable forget = ask.work == null ? () -> {} : ask.work.onStop(responses::cancel);
        boolean knows = false; // whether the callee knows that nobody listens any more
        try {
            while (true) {
                byte[] response = responses.next(call.limits.streamIdleTimeout());
                if (response == null) {
                    knows = true;
                    throw BotmeshException.of(Reason.AGENT_ERROR, ask.target + " ended its stream without a reply");
                }
                Policies.received(call, response.length);
                DelegateStreamResponse event = read(call, DelegateStreamResponse.parser(), response);
                if (event.getEventCase() == DelegateStreamResponse.EventCase.EVENT_NOT_SET) {
                    continue; // what this version does not know is nobody's business here
                }
                request.setAfterSequence(event.getSequence());
                if (event.hasReply()) {
                    knows = true;
                    call.usage = event.getReply().hasUsage() ? event.getReply().getUsage() : null;
                    taker.take(event, call);
                    return;
                }
                take(taker, event, call);
            }
        } catch (io.grpc.StatusRuntimeException e) {
            knows = ask.work == null || !ask.work.isSettled();
            throw e;
        } finally {
            forget.run();
            if (!knows) {
                responses.cancel();
                giveUp(ask, peer);
            }
        }
    }

    /** Tell the callee, so that its work ends at once and not when it notices. */
    private void giveUp(Ask ask, Peers.Peer peer) {
        CancelRequest request = CancelRequest.newBuilder()
                .setMessageId(ask.message.getMessageId())
                .setFromAgent(ask.message.getFromAgent())
                .setAccountId(ask.chain.accountId())
                .setReason("the caller gave up")
                .build();
        CompletableFuture<List<CancelReceipt>> told = peer.link
                .unary(Call.SERVICE + "Cancel", request.toByteArray(), new Metadata(), CANCEL_TIMEOUT)
                .handle((bytes, error) -> receipts(ask, peer, bytes));
        if (ask.work != null) {
            ask.work.below(told);
        }
        inBackground(told);
    }

    private static List<CancelReceipt> receipts(Ask ask, Peers.Peer peer, byte[] bytes) {
        try {
            if (bytes != null) {
                CancelResponse response = CancelResponse.parseFrom(bytes);
                Fields.check(response);
                return response.getReceiptsList();
            }
        } catch (InvalidProtocolBufferException | BotmeshException e) {
            // as good as no answer
        }
        return List.of(CancelReceipt.newBuilder()
                .setAgent(ask.target)
                .setInstanceId(peer.id())
                .setMessageId(ask.message.getMessageId())
                .setOutcome(CancelOutcome.CANCEL_OUTCOME_UNREACHABLE)
                .build());
    }

    private void inBackground(CompletableFuture<?> work) {
        background.add(work);
        work.whenComplete((result, error) -> background.remove(work));
    }
}
