package io.botmesh;

import io.botmesh.v1.Owner;
import io.botmesh.v1.TransferConversationRequest;
import io.botmesh.v1.TransferConversationResponse;
import io.botmesh.v1.TransferInitiator;
import io.botmesh.v1.Turn;
import io.grpc.Metadata;
import java.util.Map;

/** A turn of a conversation that this bot owns: a task with the contact, the history and transfers. */
public final class Conversation extends Task {
    /** The human desk as a target of transfers: whoever is free; "desk/anna" is one person. */
    public static final String DESK = "desk";

    private final Turn turn;

    Conversation(Call call, AgentClient client, Turn turn) {
        super(call, client);
        this.turn = turn;
    }

    /**
     * What goes along with a transfer. Empty: not said.
     *
     * @param intent the dialog to open there
     * @param message what the new owner is to answer first; default the contact's latest message
     * @param context variables that are added to the conversation's
     * @param handoffMessage what the contact is told
     * @param fallback who gets it where the target does not take it
     */
    public record Handover(
            String intent,
            String message,
            Map<String, ?> context,
            String handoffMessage,
            String reason,
            String fallback) {
        /** Nothing goes along. */
        public static final Handover NONE = new Handover("", "", Map.of(), "", "", "");

        /** With what the contact is told, and why. */
        public static Handover saying(String handoffMessage, String reason) {
            return new Handover("", "", Map.of(), handoffMessage, reason, "");
        }
    }

    /**
     * What came of a transfer.
     *
     * @param done whether the target has it now; then this turn has ended: return Reply.empty()
     * @param owner who has it now: an agent's name or DESK
     * @param reason why the target does not have it
     */
    public record Transferred(boolean done, String owner, long epoch, String reason) {}

    /** What came with the message: turn id, epoch, history, tags, fields. */
    public Turn turn() {
        return turn;
    }

    /** The contact. */
    public String contactId() {
        return turn.getContactId();
    }

    /** The channel that the contact writes on. */
    public String channel() {
        return turn.getChannel();
    }

    /** The dialog to open; empty: none. */
    public String intent() {
        return turn.getTransfer().getIntentId();
    }

    /** Who had the conversation before, if this turn came by a transfer; else empty. */
    public String transferredFrom() {
        return turn.getTransfer().getFromAgent();
    }

    /** Hand the conversation over for good to an agent, DESK, or "desk/anna". */
    public Transferred transfer(String to, Handover with) {
        TransferConversationRequest.Builder request = TransferConversationRequest.newBuilder()
                .setConversationId(conversationId())
                .setTarget(owner(to))
                .setEpoch(turn.getEpoch())
                .setInitiator(TransferInitiator.TRANSFER_INITIATOR_AGENT)
                .setIntentId(with.intent())
                .setContext(Content.toStruct(with.context()))
                .setReason(with.reason());
        if (!with.message().isEmpty()) {
            request.addUserMessage(Content.text(with.message()));
        }
        if (!with.handoffMessage().isEmpty()) {
            request.addHandoffMessage(Content.text(with.handoffMessage()));
        }
        if (!with.fallback().isEmpty()) {
            request.setFallback(owner(with.fallback()));
        }
        TransferConversationResponse response = client.service(turn.getServiceAddress())
                .control(
                        call.endpoint,
                        "botmesh.v1.ConversationService/TransferConversation",
                        request.build(),
                        TransferConversationResponse.parser(),
                        remaining(),
                        TracePolicy.injectSpan(call, new Metadata())); // it belongs to this turn's trace
        String has = response.getOwner().hasAgent() ? response.getOwner().getAgent() : DESK;
        return new Transferred(response.getTransferred(), has, response.getEpoch(), response.getReason());
    }

    /** Give the conversation back to who it came from. */
    public Transferred handBack(Handover with) {
        if (transferredFrom().isEmpty()) {
            throw BotmeshException.invalid(
                    "to", "the conversation did not come from another agent: transfer it to one by name");
        }
        return transfer(transferredFrom(), with);
    }

    private static Owner owner(String to) {
        if (to.equals(DESK) || to.startsWith(DESK + "/")) {
            return Owner.newBuilder()
                    .setDesk(to.equals(DESK) ? "" : to.substring(DESK.length() + 1))
                    .build();
        }
        return Owner.newBuilder().setAgent(to).build();
    }
}
