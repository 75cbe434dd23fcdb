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

/** Binds AgentService to the gRPC server: parses requests, runs the policies around each call, sends typed errors. */
final class AgentServiceBinding {
    /** How long before gRPC's deadline a call is ended. At the deadline gRPC closes it without the typed error. */
    private static final long BEFORE_GRPC_NANOS = 20_000_000;
    /** How long a caller may take to send its request. Without a limit an idle call would hold its stream for ever. */
    static final Duration REQUEST_WAIT = Duration.ofSeconds(30);

    private static final ServiceDescriptor STUB = AgentServiceGrpc.getServiceDescriptor();

    /** Serves one call; passes each response to `send`. */
    private interface Handler<Q> {
        void handle(Q request, Call call, IncomingCall incoming, Consumer<Message> send) throws Exception;
    }

    private record RpcMethod<Q extends Message>(String name, Parser<Q> parser, Handler<Q> handler) {}

    private final Endpoint endpoint;
    private final AgentService server;
    private final Duration requestWait;

    AgentServiceBinding(Endpoint endpoint, AgentService server, Duration requestWait) {
        this.endpoint = endpoint;
        this.server = server;
        this.requestWait = requestWait;
    }

    /** Builds the service definition, with its schema for reflection. */
    ServerServiceDefinition definition() {
        List<RpcMethod<?>> methods = List.of(
                new RpcMethod<>(
                        "Delegate",
                        DelegateRequest.parser(),
                        (request, call, incoming, send) -> send.accept(server.delegate(call, incoming))),
                new RpcMethod<>(
                        "DelegateStream",
                        DelegateStreamRequest.parser(),
                        (request, call, incoming, send) ->
                                server.delegateStream(request, call, incoming, send::accept)),
                new RpcMethod<>(
                        "Notify",
                        NotifyRequest.parser(),
                        (request, call, incoming, send) -> send.accept(server.notify(request, call))),
                new RpcMethod<>(
                        "Transfer",
                        TransferRequest.parser(),
                        (request, call, incoming, send) -> send.accept(server.transfer(request, call, incoming))),
                new RpcMethod<>(
                        "Cancel",
                        CancelRequest.parser(),
                        (request, call, incoming, send) -> send.accept(server.cancel(request))),
                new RpcMethod<>(
                        "GetCard",
                        GetCardRequest.parser(),
                        (request, call, incoming, send) -> send.accept(server.getCard())),
                new RpcMethod<>(
                        "GetStats",
                        GetStatsRequest.parser(),
                        (request, call, incoming, send) -> send.accept(server.getStats())));
        List<MethodDescriptor<byte[], byte[]>> descriptors = new ArrayList<>();
        for (RpcMethod<?> method : methods) {
            MethodDescriptor<?, ?> known = STUB.getMethods().stream()
                    .filter(descriptor -> method.name.equals(descriptor.getBareMethodName()))
                    .findFirst()
                    .orElseThrow();
            descriptors.add(Wire.method(
                    known.getFullMethodName(), !known.getType().serverSendsOneMessage(), known.getSchemaDescriptor()));
        }
        ServiceDescriptor.Builder service = ServiceDescriptor.newBuilder(STUB.getName())
                .setSchemaDescriptor((ProtoFileDescriptorSupplier) AgentServiceBinding::schema);
        descriptors.forEach(service::addMethod);
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service.build());
        for (int index = 0; index < methods.size(); index++) {
            definition.addMethod(descriptors.get(index), handler(methods.get(index)));
        }
        return definition.build();
    }

    /** Returns the service's file descriptor with google.rpc.ErrorInfo, so that grpcurl can decode error details. */
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

    private <Q extends Message> ServerCallHandler<byte[], byte[]> handler(RpcMethod<Q> method) {
        return (rpc, headers) -> {
            IncomingCall incoming = new IncomingCall(rpc);
            var deadline = Context.current().getDeadline();
            Duration timeout = deadline == null ? null : timeout(deadline.timeRemaining(TimeUnit.NANOSECONDS));
            AtomicBoolean served = new AtomicBoolean();
            ScheduledFuture<?> requestTimer = Threads.TIMER.schedule(
                    () -> {
                        if (served.compareAndSet(false, true)) {
                            Threads.WORKERS.execute(() -> serve(method, headers, timeout, null, incoming));
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
                    requestTimer.cancel(false);
                    if (served.compareAndSet(false, true)) {
                        Threads.WORKERS.execute(() -> serve(method, headers, timeout, request, incoming));
                    }
                }

                @Override
                public void onReady() {
                    incoming.wake();
                }

                @Override
                public void onCancel() {
                    requestTimer.cancel(false);
                    incoming.lose();
                }
            };
        };
    }

    /** Returns the time after which a call is ended, if gRPC ends it after `nanos`. */
    private static Duration timeout(long nanos) {
        return Duration.ofNanos(nanos > 10 * BEFORE_GRPC_NANOS ? nanos - BEFORE_GRPC_NANOS : nanos);
    }

    /** Serves a call inside the policies. `bytes` is null if the request did not arrive within requestWait. */
    private <Q extends Message> void serve(
            RpcMethod<Q> method, Metadata headers, Duration timeout, byte[] bytes, IncomingCall incoming) {
        int passed = -1;
        ScheduledFuture<?> deadlineTimer = null;
        Call call = new Call(endpoint, Call.SERVICE + method.name, false);
        try {
            call.metadata = headers;
            call.timeout = timeout;
            Q request = read(method, bytes, call);
            passed = Policies.start(call);
            if (call.kind == Call.Kind.WORK) { // the work may run longer than this call: a repeat extends its deadline
                deadlineTimer = Threads.TIMER.schedule(
                        incoming::expire, call.remaining().toNanos(), TimeUnit.NANOSECONDS);
            }
            method.handler.handle(request, call, incoming, response -> {
                byte[] out = response.toByteArray();
                Policies.sending(call, out.length);
                incoming.send(out);
            });
            Policies.succeed(call, passed);
            incoming.close(Status.OK, new Metadata());
        } catch (Throwable e) { // every failure must reach the caller as a status
            incoming.close(passed < 0 ? Statuses.asError(e) : Policies.fail(call, passed, e));
        } finally {
            if (deadlineTimer != null) {
                deadlineTimer.cancel(false);
            }
        }
    }

    /** Parses the request; returns null if that fails, and FieldsPolicy then refuses the call. */
    private <Q extends Message> Q read(RpcMethod<Q> method, byte[] bytes, Call call) {
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
}
