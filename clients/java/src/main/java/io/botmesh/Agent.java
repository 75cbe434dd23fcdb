package io.botmesh;

import io.botmesh.v1.AgentCapabilities;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.Exposure;
import io.botmesh.v1.Skill;
import io.botmesh.v1.TransferOffer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * A bot: what it is called, what it can do, and the functions that do it. Functions may block; the thread that runs one is
 * interrupted when its work is over: at its deadline, by a cancellation, or when its last caller is lost.
 */
public final class Agent {
    /** Does a task; what was sent piece by piece comes before what it returns. */
    public interface TaskFunction {
        Reply answer(Task task) throws Exception;
    }

    /** Answers a contact. */
    public interface TurnFunction {
        Reply answer(Conversation conversation) throws Exception;
    }

    /**
     * Decides about an offered conversation: why it declines, or null to accept. It may be asked twice for one offer:
     * deciding must have no side effects.
     */
    public interface TransferFunction {
        String decide(Task task, TransferOffer offer) throws Exception;
    }

    /** Hears what is broadcast. */
    public interface NotifyFunction {
        void hear(Task task) throws Exception;
    }

    final AgentCard.Builder card;
    final Map<String, TurnFunction> intents = new HashMap<>();
    TaskFunction delegate;
    TurnFunction turn;
    TransferFunction transfer;
    NotifyFunction notify;
    Limits limits = Limits.NONE;
    int capacity = Integer.MAX_VALUE;
    Settings settings;
    OpenTelemetry openTelemetry;

    private Agent(String name) {
        card = AgentCard.newBuilder()
                .setName(Names.checkAgent("name", name))
                .setExposure(Exposure.EXPOSURE_PUBLIC)
                .setCapabilities(AgentCapabilities.newBuilder().setStreaming(true));
    }

    /** A bot of that name, a DNS label: "billing-bot". */
    public static Agent named(String name) {
        return new Agent(name);
    }

    /** What it is for. */
    public Agent description(String text) {
        card.setDescription(text);
        return this;
    }

    /** Something that it can do. */
    public Agent skill(Skill skill) {
        Names.checkId("skill", skill.getId());
        card.addSkills(skill);
        return this;
    }

    /** Only other agents reach it: it never owns a conversation. */
    public Agent internal() {
        card.setExposure(Exposure.EXPOSURE_INTERNAL);
        return this;
    }

    /** Other accounts see it. */
    public Agent shared() {
        card.setShared(true);
        return this;
    }

    /** Limits that are narrower than the mesh's. */
    public Agent limits(Limits narrower) {
        limits = narrower;
        card.setLimits(narrower.toProto());
        return this;
    }

    /** With so many tasks running it says that it is busy; default never. */
    public Agent capacity(int tasks) {
        capacity = tasks;
        return this;
    }

    /** Default: read from the environment. */
    public Agent settings(Settings given) {
        settings = given;
        return this;
    }

    /** The application's own; default one that exports as the environment or the mesh says. */
    public Agent openTelemetry(OpenTelemetry own) {
        openTelemetry = own;
        return this;
    }

    /** Do the tasks that are delegated to this bot. */
    public Agent onDelegate(TaskFunction function) {
        delegate = function;
        return this;
    }

    /** Answer the contacts whose conversations this bot owns; a bot without one answers as to a delegation. */
    public Agent onTurn(TurnFunction function) {
        turn = function;
        card.getCapabilitiesBuilder().setTransfer(true);
        return this;
    }

    /** Answer the first turn of a transfer that names this intent. */
    public Agent onIntent(String intent, TurnFunction function) {
        intents.put(intent, function);
        return this;
    }

    /** Decide about offered conversations. */
    public Agent onTransfer(TransferFunction function) {
        transfer = function;
        card.getCapabilitiesBuilder().setTransfer(true);
        return this;
    }

    /** Hear what is broadcast to this bot. */
    public Agent onNotify(NotifyFunction function) {
        notify = function;
        return this;
    }

    /** Who answers a turn: the dialog of an intent that is known, else turns, else delegations; null: nobody. */
    TurnFunction forTurn(String intent) {
        if (intents.containsKey(intent)) {
            return intents.get(intent);
        }
        return turn != null || delegate == null ? turn : conversation -> delegate.answer(conversation);
    }

    /** Serve and register. The registry may still be on its way (see Serving.listed). */
    public Serving start() {
        return new Serving(this).start();
    }

    /** Serve until SIGTERM (finish what runs, then leave) or Ctrl-C (leave at once). */
    public void run() {
        CountDownLatch asked = new CountDownLatch(1);
        boolean[] drain = new boolean[1];
        Serving serving;
        try {
            Signal.handle(new Signal("TERM"), signal -> {
                drain[0] = asked.getCount() > 0 || exit();
                asked.countDown();
            });
            Signal.handle(new Signal("INT"), signal -> {
                if (asked.getCount() == 0) {
                    exit();
                }
                asked.countDown();
            });
            serving = start();
        } catch (BotmeshException e) {
            System.err.println(card.getName() + ": " + e.getMessage());
            System.exit(1);
            return;
        }
        serving.listed()
                .thenRun(() -> System.out.println(card.getName() + " ready at " + serving.address() + " (instance "
                        + serving.instanceId() + ")"));
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        serving.stop(drain[0] ? serving.settings().drainTimeout() : Duration.ZERO);
        System.exit(0); // whatever a bot's own threads say
    }

    /** A second signal: nobody wants to wait any longer. */
    private static boolean exit() {
        Runtime.getRuntime().halt(1);
        return true;
    }
}
