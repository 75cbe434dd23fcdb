package io.botmesh;

import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.rpc.ErrorDetailsProto;
import io.botmesh.v1.AgentServiceGrpc;
import io.botmesh.v1.AgentServiceOuterClass;
import io.botmesh.v1.CancelRequest;
import io.botmesh.v1.DelegateRequest;
import io.botmesh.v1.DelegateStreamRequest;
import io.botmesh.v1.GetCardRequest;
import io.botmesh.v1.GetStatsRequest;
import io.botmesh.v1.NotifyRequest;
import io.botmesh.v1.TransferRequest;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** AgentService on the wire: bytes in and out, the policies around every call, every error typed. */
final class Edge {
    private static final long BEFORE_GRPC_NANOS = 20_000_000;
    /** How long a caller may take to send its request: one that never does would hold its call for ever. */
    static final Duration REQUEST_WAIT = Duration.ofSeconds(30);

    private static final ServiceDescriptor STUB = AgentServiceGrpc.getServiceDescriptor();

    /** Serves one call: `send` takes each response. */
    private interface Serve<Q> {
        void serve(Q request, Call call, Served served, Consumer<Message> send) throws Exception;
    }

    private record Method<Q extends Message>(String name, Parser<Q> parser, Serve<Q> serve) {}

    private final End end;
    private final AgentServer server;
    private final Duration requestWait;

    Edge(End end, AgentServer server, Duration requestWait) {
        this.end = end;
        this.server = server;
        this.requestWait = requestWait;
    }

    /** The service as gRPC has it, with its schema for reflection. */
    ServerServiceDefinition definition() {
        List<Method<?>> methods = List.of(
                new Method<>(
                        "Delegate",
                        DelegateRequest.parser(),
                        (request, call, served, send) -> send.accept(server.delegate(call, served))),
                new Method<>(
                        "DelegateStream",
                        DelegateStreamRequest.parser(),
                        (request, call, served, send) -> server.delegateStream(request, call, served, send::accept)),
                new Method<>(
                        "Notify",
                        NotifyRequest.parser(),
                        (request, call, served, send) -> send.accept(server.notify(request, call))),
                new Method<>(
                        "Transfer",
                        TransferRequest.parser(),
                        (request, call, served, send) -> send.accept(server.transfer(request, call, served))),
                new Method<>(
                        "Cancel",
                        CancelRequest.parser(),
                        (request, call, served, send) -> send.accept(server.cancel(request))),
                new Method<>(
                        "GetCard",
                        GetCardRequest.parser(),
                        (request, call, served, send) -> send.accept(server.getCard())),
                new Method<>(
                        "GetStats",
                        GetStatsRequest.parser(),
                        (request, call, served, send) -> send.accept(server.getStats())));
        List<MethodDescriptor<byte[], byte[]>> descriptors = new ArrayList<>();
        for (Method<?> method : methods) {
            MethodDescriptor<?, ?> known = STUB.getMethods().stream()
                    .filter(one -> method.name.equals(one.getBareMethodName()))
                    .findFirst()
                    .orElseThrow();
            descriptors.add(Wire.method(
                    known.getFullMethodName(), !known.getType().serverSendsOneMessage(), known.getSchemaDescriptor()));
        }
        ServiceDescriptor.Builder service = ServiceDescriptor.newBuilder(STUB.getName())
                .setSchemaDescriptor((ProtoFileDescriptorSupplier) Edge::schema);
        descriptors.forEach(service::addMethod);
        ServerServiceDefinition.Builder made = ServerServiceDefinition.builder(service.build());
        for (int index = 0; index < methods.size(); index++) {
            made.addMethod(descriptors.get(index), handler(methods.get(index)));
        }
        return made.build();
    }

    /** The service's file for reflection, which then knows what refusals carry as well: debuggers look that up there. */
    private static Descriptors.FileDescriptor schema() {
        Descriptors.FileDescriptor file = AgentServiceOuterClass.getDescriptor();
        Descriptors.FileDescriptor details = ErrorDetailsProto.getDescriptor();
        List<Descriptors.FileDescriptor> known = new ArrayList<>(file.getDependencies());
        known.add(details);
        try {
            return Descriptors.FileDescriptor.buildFrom(
                    file.toProto().toBuilder().addDependency(details.getName()).build(),
                    known.toArray(new Descriptors.FileDescriptor[0]));
        } catch (Descriptors.DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private <Q extends Message> ServerCallHandler<byte[], byte[]> handler(Method<Q> method) {
        return (rpc, headers) -> {
            Served served = new Served(rpc);
            var deadline = Context.current().getDeadline();
            Duration timeout = deadline == null ? null : timeout(deadline.timeRemaining(TimeUnit.NANOSECONDS));
            AtomicBoolean begun = new AtomicBoolean();
            ScheduledFuture<?> silent = Threads.TIMER.schedule(
                    () -> {
                        if (begun.compareAndSet(false, true)) {
                            Threads.WORKERS.execute(() -> serve(method, headers, timeout, null, served));
                        }
                    },
                    requestWait.toNanos(),
                    TimeUnit.NANOSECONDS);
            rpc.request(2);
            return new ServerCall.Listener<>() {
                private byte[] request = new byte[0];

                @Override
                public void onMessage(byte[] message) {
                    request = message;
                }

                @Override
                public void onHalfClose() {
                    silent.cancel(false);
                    if (begun.compareAndSet(false, true)) {
                        Threads.WORKERS.execute(() -> serve(method, headers, timeout, request, served));
                    }
                }

                @Override
                public void onReady() {
                    served.wake();
                }

                @Override
                public void onCancel() {
                    silent.cancel(false);
                    served.lose();
                }
            };
        };
    }

    /** What a call has, less a little: gRPC itself ends it at its deadline, and then nobody hears why. */
    private static Duration timeout(long nanos) {
        return Duration.ofNanos(nanos > 10 * BEFORE_GRPC_NANOS ? nanos - BEFORE_GRPC_NANOS : nanos);
    }

    /** Start the policies, serve, finish the policies; every error leaves typed. No bytes: the request never came. */
    private <Q extends Message> void serve(
            Method<Q> method, Metadata headers, Duration timeout, byte[] bytes, Served served) {
        int passed = -1;
        ScheduledFuture<?> late = null;
        Call call = new Call(end, Call.SERVICE + method.name, false);
        try {
            call.metadata = headers;
            call.timeout = timeout;
            Q request = read(method, bytes, call);
            passed = Policies.start(call);
            if (call.kind == Call.Kind.WORK) { // the work's deadline may be later than this call's
                late = Threads.TIMER.schedule(served::late, call.remaining().toNanos(), TimeUnit.NANOSECONDS);
            }
            method.serve.serve(request, call, served, response -> {
                byte[] out = response.toByteArray();
                Policies.sending(call, out.length);
                served.send(out);
            });
            Policies.succeed(call, passed);
            served.close(Status.OK, new Metadata());
        } catch (Throwable e) { // whatever happens must become an answer
            served.close(passed < 0 ? Statuses.asError(e) : Policies.fail(call, passed, e));
        } finally {
            if (late != null) {
                late.cancel(false);
            }
        }
    }

    /** The request; null where there is none that could be read: the policies refuse the call then. */
    private <Q extends Message> Q read(Method<Q> method, byte[] bytes, Call call) {
        try {
            if (bytes == null) {
                throw new BotmeshException(
                        Reason.DEADLINE_EXPIRED,
                        "the request of " + method.name + " did not come within " + Limits.seconds(requestWait) + " s",
                        Map.of("field", "request"));
            }
            call.requestSize = bytes.length;
            Q request = Fields.parse(method.parser, bytes, "request", "the request of " + method.name);
            call.request = request;
            if (call.kind == Call.Kind.WORK) {
                call.message = (io.botmesh.v1.Message)
                        request.getField(request.getDescriptorForType().findFieldByName("message"));
            }
            return request;
        } catch (BotmeshException e) {
            call.unreadable = e.started(false);
            return null;
        }
    }

    /** One call that is served: where its responses go, and whether its caller is still there. */
    private static final class Served implements Work.Listener {
        private final ServerCall<byte[], byte[]> rpc;
        private final List<Runnable> whenGone = new ArrayList<>();
        private boolean gone;
        private boolean late;
        private boolean headersSent;

        private Served(ServerCall<byte[], byte[]> rpc) {
            this.rpc = rpc;
        }

        @Override
        public synchronized boolean isGone() {
            return gone || late;
        }

        @Override
        public synchronized BotmeshException why() {
            return gone
                    ? Work.Listener.super.why()
                    : BotmeshException.of(Reason.DEADLINE_EXPIRED, "the deadline passed before the work was done");
        }

        @Override
        public synchronized void onGone(Runnable wake) {
            whenGone.add(wake);
        }

        private synchronized void wake() {
            notifyAll();
        }

        private void lose() {
            end(() -> gone = true);
        }

        private void late() {
            end(() -> late = true);
        }

        private void end(Runnable note) {
            List<Runnable> told;
            synchronized (this) {
                note.run();
                notifyAll();
                told = List.copyOf(whenGone);
            }
            told.forEach(Runnable::run);
        }

        /** Waits while the connection takes no more. */
        private synchronized void send(byte[] response) {
            try {
                if (!headersSent) {
                    rpc.sendHeaders(new Metadata());
                    headersSent = true;
                }
                while (!rpc.isReady() && !gone) {
                    wait();
                }
            } catch (InterruptedException e) {
                throw Statuses.asError(e);
            }
            if (gone) {
                throw BotmeshException.of(Reason.CANCELLED, "the caller is gone");
            }
            rpc.sendMessage(response);
        }

        private void close(BotmeshException error) {
            close(Statuses.status(error), Statuses.trailers(error));
        }

        private synchronized void close(Status status, Metadata trailers) {
            if (!gone) {
                rpc.close(status, trailers);
            }
        }
    }
}
