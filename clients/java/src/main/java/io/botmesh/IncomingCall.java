package io.botmesh;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;

/** One call that is served: where its responses go, and whether its caller is still there. */
final class IncomingCall implements Work.Listener {
    private final ServerCall<byte[], byte[]> rpc;
    private final List<Runnable> whenGone = new ArrayList<>();
    private boolean gone;
    private boolean late;
    private boolean headersSent;

    IncomingCall(ServerCall<byte[], byte[]> rpc) {
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

    synchronized void wake() {
        notifyAll();
    }

    void lose() {
        end(() -> gone = true);
    }

    void late() {
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
