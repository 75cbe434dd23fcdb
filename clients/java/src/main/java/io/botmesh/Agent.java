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
 * A bot: its name, its card and the functions that handle its calls. Functions may block. Each runs in a thread of its
 * own, which is interrupted when the work ends early: at its deadline, by a cancellation, or when its last caller is
 * lost.
 */
public final class Agent {
    /**
     * Does a task and returns the reply. Parts that were sent with Task.write or Task.writePart come before the parts
     * of the returned reply.
     */
    public interface TaskFunction {
        Reply answer(Task task) throws Exception;
    }

    /** Answers one turn of a conversation. */
    public interface TurnFunction {
        Reply answer(Conversation conversation) throws Exception;
    }

    /**
     * Decides about an offered conversation: returns null to accept, or the reason to decline. It may be called twice
     * for one offer, so it must have no side effects.
     */
    public interface TransferFunction {
        String decide(Task task, TransferOffer offer) throws Exception;
    }

    /** Receives a notification. */
    public interface NotifyFunction {
        void receive(Task task) throws Exception;
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

    /**
     * Starts the definition of a bot.
     *
     * @param name a DNS label, such as "billing-bot"
     * @throws BotmeshException INVALID_FIELD if the name is malformed
     */
    public static Agent named(String name) {
        return new Agent(name);
    }

    /** Sets the description in the card, which the registry searches. */
    public Agent description(String text) {
        card.setDescription(text);
        return this;
    }

    /** Adds a skill. Throws INVALID_FIELD if its id is malformed. */
    public Agent skill(Skill skill) {
        Names.checkId("skill", skill.getId());
        card.addSkills(skill);
        return this;
    }

    /** Makes the agent callable by other agents only: it never owns a conversation. */
    public Agent internal() {
        card.setExposure(Exposure.EXPOSURE_INTERNAL);
        return this;
    }

    /** Makes the agent visible to other accounts. */
    public Agent shared() {
        card.setShared(true);
        return this;
    }

    /** Sets limits for this agent. They narrow the mesh's limits and never widen them. */
    public Agent limits(Limits narrower) {
        limits = narrower;
        card.setLimits(narrower.toProto());
        return this;
    }

    /** Sets how many tasks may run before the instance reports itself busy; unlimited by default. */
    public Agent capacity(int tasks) {
        capacity = tasks;
        return this;
    }

    /** Sets the settings; by default Settings.load() reads them from the environment. */
    public Agent settings(Settings value) {
        settings = value;
        return this;
    }

    /**
     * Sets the OpenTelemetry that traces this bot. By default spans are exported to the endpoint of the environment or
     * the mesh.
     */
    public Agent openTelemetry(OpenTelemetry own) {
        openTelemetry = own;
        return this;
    }

    /** Sets the function for delegated tasks. Without one they are refused with NOT_SUPPORTED. */
    public Agent onDelegate(TaskFunction function) {
        delegate = function;
        return this;
    }

    /** Sets the function for turns of conversations that this bot owns. Without one, onDelegate answers them. */
    public Agent onTurn(TurnFunction function) {
        turn = function;
        card.getCapabilitiesBuilder().setTransfer(true);
        return this;
    }

    /** Sets the function for the first turn after a transfer or an opening with this intent. */
    public Agent onIntent(String intent, TurnFunction function) {
        intents.put(intent, function);
        return this;
    }

    /**
     * Sets the function that decides about offers. Without one the bot accepts each offer whose turns it can answer.
     */
    public Agent onTransfer(TransferFunction function) {
        transfer = function;
        card.getCapabilitiesBuilder().setTransfer(true);
        return this;
    }

    /** Sets the function for notifications: broadcasts, and the ends of tasks that this bot submitted. */
    public Agent onNotify(NotifyFunction function) {
        notify = function;
        return this;
    }

    /** Returns the function for a turn: that of the intent, else onTurn, else onDelegate; null if none is set. */
    TurnFunction forTurn(String intent) {
        if (intents.containsKey(intent)) {
            return intents.get(intent);
        }
        return turn != null || delegate == null ? turn : conversation -> delegate.answer(conversation);
    }

    /**
     * Starts the server and registers the instance. If the registry does not answer, registration continues in the
     * background; Serving.listed completes when others can call the instance.
     *
     * @throws BotmeshException INVALID_FIELD if the address cannot be used, or the registry's refusal
     */
    public Serving start() {
        return new Serving(this).start();
    }

    /**
     * Serves until a signal and exits the program. SIGTERM lets running work finish within the drain timeout, SIGINT
     * (Ctrl-C) ends it at once; a second signal stops the program immediately. Prints the reason and exits with 1 if it
     * cannot start.
     */
    public void run() {
        CountDownLatch stopRequested = new CountDownLatch(1);
        boolean[] drain = new boolean[1];
        Serving serving;
        try {
            Signal.handle(new Signal("TERM"), signal -> {
                drain[0] = stopRequested.getCount() > 0 || exit();
                stopRequested.countDown();
            });
            Signal.handle(new Signal("INT"), signal -> {
                if (stopRequested.getCount() == 0) {
                    exit();
                }
                stopRequested.countDown();
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
            stopRequested.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        serving.stop(drain[0] ? serving.settings().drainTimeout() : Duration.ZERO);
        System.exit(0); // even if the bot has non-daemon threads of its own
    }

    /** Stops the program on a second signal. */
    private static boolean exit() {
        Runtime.getRuntime().halt(1);
        return true;
    }
}
