package io.botmesh;

import io.botmesh.v1.CloseConversationRequest;
import io.botmesh.v1.CloseConversationResponse;
import io.botmesh.v1.ConversationOpening;
import io.botmesh.v1.Owner;
import io.botmesh.v1.TransferConversationRequest;
import io.botmesh.v1.TransferConversationResponse;
import io.botmesh.v1.TransferInitiator;
import io.botmesh.v1.Turn;
import java.util.Map;
import java.util.Optional;

/** One turn of a conversation that this bot owns: a task with the contact, the history and transfers. */
public final class Conversation extends Task {
    /** The desk as the target of a transfer: any person on duty. "desk/anna" is one person. */
    public static final String DESK = "desk";

    private final Turn turn;

    Conversation(Call call, AgentClient client, Turn turn) {
        super(call, client);
        this.turn = turn;
    }

    /**
     * The options of a transfer. Empty values are not sent.
     *
     * @param intent the intent that selects the new owner's function (onIntent)
     * @param message the message that the new owner answers first; by default the contact's unanswered messages
     * @param context variables to add to the conversation's
     * @param handoffMessage a message to the contact
     * @param reason why the conversation is transferred, for logs and people
     * @param fallback the owner if the target does not accept: an agent, DESK or "desk/anna"
     */
    public record Handover(
            String intent,
            String message,
            Map<String, ?> context,
            String handoffMessage,
            String reason,
            String fallback) {
        /** No options. */
        public static final Handover NONE = new Handover("", "", Map.of(), "", "", "");

        /** Returns the options for a message to the contact and a reason. */
        public static Handover saying(String handoffMessage, String reason) {
            return new Handover("", "", Map.of(), handoffMessage, reason, "");
        }
    }

    /**
     * The result of a transfer.
     *
     * @param done whether the target owns the conversation now; this turn has then ended: return Reply.empty()
     * @param owner the owner after the call: an agent's name or DESK
     * @param epoch the epoch of the conversation after the call
     * @param reason why the target did not accept; empty if it did
     */
    public record Transferred(boolean done, String owner, long epoch, String reason) {}

    /** Returns the turn as it arrived: turn id, epoch, history, tags, fields. */
    public Turn turn() {
        return turn;
    }

    /** Returns the id of the contact. */
    public String contactId() {
        return turn.getContactId();
    }

    /** Returns the channel on which the contact writes. */
    public String channel() {
        return turn.getChannel();
    }

    /** Returns the contact's language, a BCP 47 tag; empty if it is not known. */
    public String language() {
        return turn.getLanguage();
    }

    /**
     * Returns how the conversation was opened; empty if the contact spoke first. While it is present the message is empty
     * and this bot speaks first.
     */
    public Optional<ConversationOpening> opening() {
        return turn.hasOpening() ? Optional.of(turn.getOpening()) : Optional.empty();
    }

    /** Returns the id of the contact's previous conversation on this channel; empty if there is none. */
    public String previousConversationId() {
        return turn.getPreviousConversationId();
    }

    /** Returns the intent of the transfer that started this turn, or of the opening; empty if there is none. */
    public String intent() {
        return intentOf(turn);
    }

    static String intentOf(Turn turn) {
        String intent = turn.getTransfer().getIntentId();
        return intent.isEmpty() ? turn.getOpening().getIntentId() : intent;
    }

    /** Returns the previous owner, if this turn follows a transfer from an agent; else empty. */
    public String transferredFrom() {
        return turn.getTransfer().getFromAgent();
    }

    /**
     * Transfers the conversation to another owner.
     *
     * @param to an agent, DESK, or "desk/anna" for one person
     * @throws BotmeshException EPOCH_CHANGED if the conversation has another owner by now, PING_PONG, TRANSFER_OPEN,
     *     TRANSFER_TO_SELF, TARGET_INTERNAL, UNKNOWN_AGENT, UNKNOWN_PERSON or another reason of {@link Reason}
     */
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
        TransferConversationResponse response =
                conversations().call("TransferConversation", request.build(), TransferConversationResponse.parser());
        String has = response.getOwner().hasAgent() ? response.getOwner().getAgent() : DESK;
        return new Transferred(response.getTransferred(), has, response.getEpoch(), response.getReason());
    }

    /** Transfers the conversation back to the previous owner. Throws INVALID_FIELD if that was not an agent. */
    public Transferred handBack(Handover with) {
        if (transferredFrom().isEmpty()) {
            throw BotmeshException.invalid(
                    "to", "the conversation did not come from another agent: transfer it to one by name");
        }
        return transfer(transferredFrom(), with);
    }

    /**
     * Closes the conversation. It ends with this turn's reply, unless the contact writes before that. The contact's next
     * message opens a new conversation.
     *
     * @param reason why it ends, for logs and people; may be empty
     * @throws BotmeshException EPOCH_CHANGED if the conversation has another owner by now
     */
    public void close(String reason) {
        CloseConversationRequest request = CloseConversationRequest.newBuilder()
                .setConversationId(conversationId())
                .setEpoch(turn.getEpoch())
                .setAgent(call.endpoint.agent)
                .setReason(reason)
                .build();
        conversations().callIdempotent("CloseConversation", request, CloseConversationResponse.parser());
    }

    /** Returns the address from which the turn came. */
    @Override
    String conversationsAddress() {
        return turn.getServiceAddress();
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
