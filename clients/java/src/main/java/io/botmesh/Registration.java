package io.botmesh;

import com.google.protobuf.Message;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.HeartbeatRequest;
import io.botmesh.v1.HeartbeatResponse;
import io.botmesh.v1.Lease;
import io.botmesh.v1.Load;
import io.botmesh.v1.ProbeState;
import io.botmesh.v1.Readiness;
import io.botmesh.v1.RegisterRequest;
import io.botmesh.v1.RegisterResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Keeps an instance in the registry: registers it, sends heartbeats, registers again after an outage, deregisters. */
final class Registration {
    /** The first wait before the registry is tried again. It doubles with each failure. */
    static final long MIN_BACKOFF_MILLIS = 100;
    /** The longest wait before the registry is tried again. */
    static final long MAX_BACKOFF_MILLIS = 2_000;

    private static final Logger LOG = System.getLogger("io.botmesh");
    /** The interval between heartbeats until the registry has reached the instance at its address. */
    private static final Duration UNLISTED_INTERVAL = Duration.ofMillis(200);
    /** The shortest interval between heartbeats that the registry can ask for. */
    private static final Duration MIN_INTERVAL = Duration.ofMillis(50);
    /** The longest interval between heartbeats that the registry can ask for. */
    private static final Duration MAX_INTERVAL = Duration.ofMinutes(10);
    /** The stream of heartbeats is considered dead if no response arrives for three intervals and this time. */
    private static final Duration SILENCE_GRACE = Duration.ofSeconds(5);

    /** The shortest time between two heartbeats that are sent early because many delegations are open. */
    private static final long MIN_EARLY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The readiness and load that a heartbeat reports. */
    record State(Readiness readiness, Load load) {}

    /** Completes when the registry has reached the instance at its address. */
    final CompletableFuture<Void> listed = new CompletableFuture<>();

    private final RegistryClient registry;
    private final RegisterRequest request;
    private final Supplier<State> state;
    private final Endpoint endpoint;
    private final Semaphore wakeUp = new Semaphore(0);
    private volatile boolean stopping;
    private volatile Duration interval;
    private String lastProbeError = "";
    private Thread keeper;
    private boolean isEarlyScheduled;
    private long lastEarly = System.nanoTime() - MIN_EARLY_NANOS;

    Registration(
            RegistryClient registry,
            AgentCard card,
            String instance,
            String address,
            Endpoint endpoint,
            Supplier<State> state) {
        byte[] token = new byte[24];
        new SecureRandom().nextBytes(token);
        this.registry = registry;
        this.state = state;
        this.endpoint = endpoint;
        this.request = RegisterRequest.newBuilder()
                .setCard(card)
                .setInstanceId(instance)
                .setAddress(address)
                // The instance chooses the token, so that it can repeat the call if the response is lost.
                .setLeaseToken(Base64.getUrlEncoder().withoutPadding().encodeToString(token))
                .build();
    }

    /** Registers. Retries in the background if no registry answers, and throws if a retry cannot succeed. */
    void start() {
        try {
            interval = register();
        } catch (BotmeshException e) {
            boolean isAway = e.code() == Status.Code.UNAVAILABLE || e.code() == Status.Code.DEADLINE_EXCEEDED;
            boolean isUnreadable =
                    e.started() && !e.fromPeer(); // the registry answered, but the response cannot be used
            if (!isAway && !isUnreadable && e.reason() != Reason.UNSPECIFIED) {
                throw e;
            }
            LOG.log(Logger.Level.WARNING, "no registry answers at {0}: trying again until one does", registry.address);
        }
        keeper = new Thread(this::keepLease, "botmesh-lease");
        keeper.setDaemon(true);
        keeper.start();
        endpoint.outgoing.onManyOpen(this::heartbeatEarly);
    }

    /** Sends a heartbeat now, because the readiness has changed. */
    void heartbeatNow() {
        wakeUp.release();
    }

    /** Sends a heartbeat at once, or 1 s after the last heartbeat that was sent by this method. */
    private synchronized void heartbeatEarly() {
        if (isEarlyScheduled) {
            return;
        }
        isEarlyScheduled = true;
        long wait = Math.max(0, lastEarly + MIN_EARLY_NANOS - System.nanoTime());
        Threads.TIMER.schedule(
                () -> {
                    synchronized (this) {
                        isEarlyScheduled = false;
                        lastEarly = System.nanoTime();
                    }
                    heartbeatNow();
                },
                wait,
                TimeUnit.NANOSECONDS);
    }

    /** Ends the lease. If the registry does not answer, the lease expires by itself. */
    void stop() {
        stopping = true;
        try {
            if (keeper != null) {
                keeper.interrupt();
                keeper.join(1_000);
            }
            registry.deregister(request.getInstanceId(), request.getLeaseToken());
        } catch (BotmeshException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Registers once; returns the interval between heartbeats. */
    private Duration register() {
        RegisterResponse response = registry.register(
                request.toBuilder().setReadiness(state.get().readiness()).build());
        if (isValid(response)) {
            endpoint.learn(Limits.from(response.getLimits()));
            endpoint.telemetry.exportTo(response.getTraceEndpoint());
        }
        return interval(response.getLease());
    }

    private static boolean isValid(Message response) {
        try {
            Fields.check(response);
            return true;
        } catch (BotmeshException e) {
            LOG.log(Logger.Level.WARNING, "left out an invalid response of the registry: {0}", e.getMessage());
            return false;
        }
    }

    /** Returns the interval that the registry asks for, within MIN_INTERVAL and MAX_INTERVAL. */
    private static Duration interval(Lease lease) {
        long seconds = lease.getHeartbeatInterval().getSeconds();
        if (seconds < 0 || seconds > MAX_INTERVAL.toSeconds()) {
            return MAX_INTERVAL;
        }
        Duration requested = Limits.duration(lease.getHeartbeatInterval());
        return requested.compareTo(MIN_INTERVAL) < 0 ? MIN_INTERVAL : requested;
    }

    private void keepLease() {
        long pause = MIN_BACKOFF_MILLIS;
        while (!stopping) {
            try {
                if (interval == null) {
                    interval = register();
                }
                pause = sendHeartbeats() ? MIN_BACKOFF_MILLIS : pause;
            } catch (BotmeshException e) {
                LOG.log(Logger.Level.DEBUG, "lost the registry: {0}", e.getMessage());
            } catch (InterruptedException e) {
                return; // stop() was called
            } catch (Throwable e) {
                if (Threads.isFatal(e)) {
                    throw e;
                }
                LOG.log(Logger.Level.WARNING, "keeping the lease failed; it is tried again", e);
            }
            interval = null;
            endpoint.outgoing.setElsewhere(List.of()); // nobody would say when it no longer holds
            try {
                Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
            } catch (InterruptedException e) {
                return;
            }
            pause = Math.min(MAX_BACKOFF_MILLIS, pause * 2);
        }
    }

    /** Sends heartbeats until the stream ends; returns whether any was answered. */
    private boolean sendHeartbeats() throws InterruptedException {
        HeartbeatResponses responses = new HeartbeatResponses();
        StreamObserver<HeartbeatRequest> stream = registry.streams().heartbeat(responses);
        try {
            while (!responses.over) {
                State now = state.get();
                stream.onNext(HeartbeatRequest.newBuilder()
                        .setInstanceId(request.getInstanceId())
                        .setLeaseToken(request.getLeaseToken())
                        .setReadiness(now.readiness())
                        .setLoad(now.load())
                        .addAllOpenDelegations(endpoint.outgoing.report())
                        .build());
                boolean isShortened = !listed.isDone() && interval.compareTo(UNLISTED_INTERVAL) > 0;
                Duration wait = isShortened ? UNLISTED_INTERVAL : interval;
                wakeUp.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS);
                wakeUp.drainPermits();
                long silence = System.nanoTime() - responses.at;
                if (silence > interval.multipliedBy(3).plus(SILENCE_GRACE).toNanos()) {
                    break;
                }
            }
            return responses.answered;
        } finally {
            if (!responses.over) {
                stream.onCompleted();
            }
        }
    }

    /** Receives the responses to the heartbeats. */
    private final class HeartbeatResponses implements StreamObserver<HeartbeatResponse> {
        private volatile boolean over;
        private volatile boolean answered;
        private volatile long at = System.nanoTime();

        @Override
        public void onNext(HeartbeatResponse response) {
            at = System.nanoTime();
            answered = true;
            if (!isValid(response)) {
                return; // it still proves that the registry is alive
            }
            if (response.getLease().hasHeartbeatInterval()) {
                interval = interval(response.getLease());
            }
            if (response.hasLimits()) {
                endpoint.learn(Limits.from(response.getLimits()));
            }
            endpoint.outgoing.setElsewhere(response.getOpenElsewhereList());
            recordProbe(response);
        }

        @Override
        public void onError(Throwable error) {
            LOG.log(Logger.Level.DEBUG, "the heartbeats ended", error);
            onCompleted();
        }

        @Override
        public void onCompleted() {
            over = true;
            wakeUp.release();
        }
    }

    /** Records whether the registry reached this instance, and logs each new failure once. */
    private void recordProbe(HeartbeatResponse response) {
        if (response.getProbe() == ProbeState.PROBE_STATE_PASSED) {
            listed.complete(null);
        } else if (response.getProbe() == ProbeState.PROBE_STATE_FAILED
                && !response.getProbeError().equals(lastProbeError)) {
            lastProbeError = response.getProbeError();
            LOG.log(
                    Logger.Level.WARNING,
                    "the registry cannot reach this instance at {0}: {1}; set advertise to an address that it can reach",
                    request.getAddress(),
                    lastProbeError);
        }
    }
}
