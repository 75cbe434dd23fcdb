package io.botmesh;

import io.botmesh.v1.DelegateStreamRequest;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Reset;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;

/** One DelegateStream call: its attempts, and the sequence number after which the next attempt continues. */
final class AgentClientStream {
    /** Receives the events of a stream; returns false to leave it. */
    interface EventHandler {
        boolean handle(DelegateStreamResponse event, Call call);
    }

    /** Thrown when the event handler leaves the stream. */
    static final class StreamLeft extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private StreamLeft() {
            super("left", null, false, false);
        }
    }

    private final AgentClient client;
    private final AgentClient.Invocation invocation;
    private final EventHandler handler;
    private final DelegateStreamRequest.Builder request;
    private final Call call;
    /** The peer that sent the events so far; null before the first attempt. */
    private Peers.Peer sender;
    /** Whether the current attempt needs no Cancel, because its stream has ended. */
    private boolean isOver;

    AgentClientStream(AgentClient client, AgentClient.Invocation invocation, EventHandler handler) {
        this.client = client;
        this.invocation = invocation;
        this.handler = handler;
        request = DelegateStreamRequest.newBuilder().setMessage(invocation.message);
        DelegateStreamRequest first = request.build();
        call = client.call("DelegateStream", invocation, first, first.getSerializedSize());
    }

    /** Runs the call. Returns false if the handler left the stream, which cancels the callee. */
    boolean run() {
        int passed = Policies.start(call);
        try {
            client.untilAnswered(call, invocation, (peer, metadata) -> {
                attempt(peer, metadata);
                return null;
            });
            Policies.succeed(call, passed);
            return true;
        } catch (StreamLeft e) {
            Policies.fail(call, passed, BotmeshException.of(Reason.CANCELLED, "the caller left the stream"));
            return false;
        } catch (InterruptedException | RuntimeException e) {
            throw Policies.fail(call, passed, e);
        }
    }

    private void attempt(Peers.Peer peer, Metadata metadata) throws InterruptedException {
        if (sender != null && sender != peer && request.getAfterSequence() > 0) {
            request.setAfterSequence(0); // another instance starts from the beginning
            Reset reset = Reset.newBuilder()
                    .setReason(invocation.target + " was lost and starts again")
                    .build();
            handle(DelegateStreamResponse.newBuilder().setReset(reset).build());
        }
        sender = peer;
        byte[] bytes = request.build().toByteArray();
        Connection.Responses responses = peer.connection.responses(call.method, bytes, metadata, call.remaining());
        Runnable forget = invocation.work == null ? () -> {} : invocation.work.children.onCancel(responses::cancel);
        isOver = false;
        try {
            while (!isOver) {
                take(responses.next(call.limits.streamIdleTimeout()));
            }
        } catch (StatusRuntimeException e) {
            isOver = invocation.work == null || !invocation.work.isSettled();
            throw e;
        } finally {
            forget.run();
            if (!isOver) {
                responses.cancel();
                client.cancelCallee(invocation, peer);
            }
        }
    }

    /** Handles one response; null is the end of the stream. */
    private void take(byte[] response) {
        if (response == null) {
            isOver = true;
            throw BotmeshException.of(Reason.AGENT_ERROR, invocation.target + " ended its stream without a reply");
        }
        Policies.received(call, response.length);
        DelegateStreamResponse event = AgentClient.read(call, DelegateStreamResponse.parser(), response);
        if (event.getEventCase() == DelegateStreamResponse.EventCase.EVENT_NOT_SET) {
            return; // an event of a later contract version
        }
        request.setAfterSequence(event.getSequence());
        if (event.hasReply()) {
            isOver = true;
            call.usage = event.getReply().hasUsage() ? event.getReply().getUsage() : null;
            handler.handle(event, call);
            return;
        }
        handle(event);
    }

    private void handle(DelegateStreamResponse event) {
        if (!handler.handle(event, call)) {
            throw new StreamLeft();
        }
    }
}
