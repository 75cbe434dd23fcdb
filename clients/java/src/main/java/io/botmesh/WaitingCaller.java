package io.botmesh;

/** A caller that waits for the outcome or the events of a piece of work. */
interface WaitingCaller {
    /** Returns whether the connection or the deadline of the caller has ended. */
    boolean isGone();

    /** Returns the error that ends the wait of a caller that is gone. */
    default BotmeshException error() {
        return BotmeshException.of(Reason.CANCELLED, "the caller is gone");
    }

    /** Registers a function that runs when the caller is gone. */
    void onGone(Runnable wake);
}
