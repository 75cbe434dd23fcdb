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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Keeping an instance in the registry: register, heartbeat, register anew after an outage, leave. */
final class Registration {
    /** Before trying the registry again, at first and at most. */
    static final long MIN_BACKOFF_MILLIS = 100;

    static final long MAX_BACKOFF_MILLIS = 2_000;
    private static final Logger LOG = System.getLogger("io.botmesh");
    /** Between heartbeats until the registry has found the instance at its address. */
    private static final Duration UNTIL_LISTED = Duration.ofMillis(200);
    /** Between heartbeats, at least and at most. */
    private static final Duration MIN_INTERVAL = Duration.ofMillis(50);

    private static final Duration MAX_INTERVAL = Duration.ofMinutes(10);
    /** Silence, besides three intervals, after which a stream of heartbeats is taken for dead. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** How ready the instance is, and how much it has to do. */
    record State(Readiness readiness, Load load) {}

    /** Done once the registry has found the instance at its address. */
    final CompletableFuture<Void> listed = new CompletableFuture<>();

    private final RegistryClient registry;
    private final RegisterRequest request;
    private final Supplier<State> state;
    private final Consumer<Limits> onLimits;
    private final Consumer<String> onTraceEndpoint;
    private final Semaphore soon = new Semaphore(0);
    private volatile boolean stopping;
    private volatile Duration interval;
    private String told = "";
    private Thread keeper;

    Registration(
            RegistryClient registry,
            AgentCard card,
            String instance,
            String address,
            Supplier<State> state,
            Consumer<Limits> onLimits,
            Consumer<String> onTraceEndpoint) {
        byte[] token = new byte[24];
        new SecureRandom().nextBytes(token);
        this.registry = registry;
        this.state = state;
        this.onLimits = onLimits;
        this.onTraceEndpoint = onTraceEndpoint;
        this.request = RegisterRequest.newBuilder()
                .setCard(card)
                .setInstanceId(instance)
                .setAddress(address)
                // Made here, so that a lost answer can be asked for again.
                .setLeaseToken(Base64.getUrlEncoder().withoutPadding().encodeToString(token))
                .build();
    }

    /** Register, or keep trying while no registry answers; throws where trying again would not help. */
    void start() {
        try {
            interval = register();
        } catch (BotmeshException e) {
            boolean isAway = e.code() == Status.Code.UNAVAILABLE || e.code() == Status.Code.DEADLINE_EXCEEDED;
            boolean isUnreadable = e.started() && !e.fromPeer(); // it was answered, and the answer is of no use
            if (!isAway && !isUnreadable && e.reason() != Reason.UNSPECIFIED) {
                throw e;
            }
            LOG.log(Logger.Level.WARNING, "no registry answers at {0}: trying again until one does", registry.address);
        }
        keeper = new Thread(this::keep, "botmesh-lease");
        keeper.setDaemon(true);
        keeper.start();
    }

    /** Send a heartbeat now: the readiness has changed. */
    void heartbeatNow() {
        soon.release();
    }

    /** End the lease; a registry that is away will notice by itself. */
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

    /** The time between heartbeats. */
    private Duration register() {
        RegisterResponse response = registry.register(
                request.toBuilder().setReadiness(state.get().readiness()).build());
        if (isUsable(response)) {
            onLimits.accept(Limits.from(response.getLimits()));
            onTraceEndpoint.accept(response.getTraceEndpoint());
        }
        return interval(response.getLease());
    }

    private static boolean isUsable(Message response) {
        try {
            Fields.check(response);
            return true;
        } catch (BotmeshException e) {
            LOG.log(Logger.Level.WARNING, "the registry says what cannot be used: {0}", e.getMessage());
            return false;
        }
    }

    /** The time between heartbeats, whatever the registry says: neither without a pause nor once a year. */
    private static Duration interval(Lease lease) {
        long seconds = lease.getHeartbeatInterval().getSeconds();
        if (seconds < 0 || seconds > MAX_INTERVAL.toSeconds()) {
            return MAX_INTERVAL;
        }
        Duration given = Limits.duration(lease.getHeartbeatInterval());
        return given.compareTo(MIN_INTERVAL) < 0 ? MIN_INTERVAL : given;
    }

    private void keep() {
        long pause = MIN_BACKOFF_MILLIS;
        while (!stopping) {
            try {
                if (interval == null) {
                    interval = register();
                }
                pause = beat() ? MIN_BACKOFF_MILLIS : pause;
            } catch (BotmeshException e) {
                LOG.log(Logger.Level.DEBUG, "lost the registry: {0}", e.getMessage());
            } catch (InterruptedException e) {
                return; // stopping
            } catch (Throwable e) {
                if (Threads.isFatal(e)) {
                    throw e;
                }
                LOG.log(Logger.Level.WARNING, "keeping the lease failed; it is tried again", e);
            }
            interval = null;
            try {
                Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
            } catch (InterruptedException e) {
                return;
            }
            pause = Math.min(MAX_BACKOFF_MILLIS, pause * 2);
        }
    }

    /** Send heartbeats until the stream breaks; whether any was answered. */
    private boolean beat() throws InterruptedException {
        Heard heard = new Heard();
        StreamObserver<HeartbeatRequest> stream = registry.streams().heartbeat(heard);
        try {
            while (!heard.over) {
                State now = state.get();
                stream.onNext(HeartbeatRequest.newBuilder()
                        .setInstanceId(request.getInstanceId())
                        .setLeaseToken(request.getLeaseToken())
                        .setReadiness(now.readiness())
                        .setLoad(now.load())
                        .build());
                boolean isHurried = !listed.isDone() && interval.compareTo(UNTIL_LISTED) > 0;
                Duration rest = isHurried ? UNTIL_LISTED : interval;
                soon.tryAcquire(rest.toNanos(), TimeUnit.NANOSECONDS);
                soon.drainPermits();
                long silence = System.nanoTime() - heard.at;
                if (silence > interval.multipliedBy(3).plus(SILENCE).toNanos()) {
                    break;
                }
            }
            return heard.answered;
        } finally {
            if (!heard.over) {
                stream.onCompleted();
            }
        }
    }

    /** What comes back on the stream of heartbeats. */
    private final class Heard implements StreamObserver<HeartbeatResponse> {
        private volatile boolean over;
        private volatile boolean answered;
        private volatile long at = System.nanoTime();

        @Override
        public void onNext(HeartbeatResponse response) {
            at = System.nanoTime();
            answered = true;
            if (!isUsable(response)) {
                return; // it was heard all the same
            }
            if (response.getLease().hasHeartbeatInterval()) {
                interval = interval(response.getLease());
            }
            if (response.hasLimits()) {
                onLimits.accept(Limits.from(response.getLimits()));
            }
            noteProbe(response);
        }

        @Override
        public void onError(Throwable error) {
            LOG.log(Logger.Level.DEBUG, "the heartbeats ended", error);
            onCompleted();
        }

        @Override
        public void onCompleted() {
            over = true;
            soon.release();
        }
    }

    private void noteProbe(HeartbeatResponse response) {
        if (response.getProbe() == ProbeState.PROBE_STATE_PASSED) {
            listed.complete(null);
        } else if (response.getProbe() == ProbeState.PROBE_STATE_FAILED
                && !response.getProbeError().equals(told)) {
            told = response.getProbeError();
            LOG.log(
                    Logger.Level.WARNING,
                    "the registry cannot reach this instance at {0}: {1}; set advertise to an address that it can reach",
                    request.getAddress(),
                    told);
        }
    }
}
