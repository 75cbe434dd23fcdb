package io.botmesh;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;

/** One call being served: sends its responses and tracks whether its caller is still connected. */
final class IncomingCall implements WaitingCaller {
    private final ServerCall<byte[], byte[]> rpc;
    private final List<Runnable> whenGone = new ArrayList<>();
    private boolean gone;
    private boolean expired;
    private boolean headersSent;

    IncomingCall(ServerCall<byte[], byte[]> rpc) {
        this.rpc = rpc;
    }

    @Override
    public synchronized boolean isGone() {
        return gone || expired;
    }

    @Override
    public synchronized BotmeshException error() {
        return gone
                ? WaitingCaller.super.error()
                : BotmeshException.of(Reason.DEADLINE_EXPIRED, "the deadline passed before the work was done");
    }

    @Override
    public synchronized void onGone(Runnable wake) {
        whenGone.add(wake);
    }

    /** Continues a blocked send, because the flow-control window may have space again. */
    synchronized void wake() {
        notifyAll();
    }

    /** Records that the connection was lost or that the caller cancelled. */
    void lose() {
        end(() -> gone = true);
    }

    /** Records that the call's deadline has passed. */
    void expire() {
        end(() -> expired = true);
    }

    private void end(Runnable record) {
        List<Runnable> callbacks;
        synchronized (this) {
            record.run();
            notifyAll();
            callbacks = List.copyOf(whenGone);
        }
        callbacks.forEach(Runnable::run);
    }

    /** Sends a response; blocks while the flow-control window is full. Throws CANCELLED if the caller is gone. */
    synchronized void send(byte[] response) {
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

    void close(BotmeshException error) {
        close(Statuses.status(error), Statuses.trailers(error));
    }

    synchronized void close(Status status, Metadata trailers) {
        if (!gone) {
            rpc.close(status, trailers);
        }
    }
}
