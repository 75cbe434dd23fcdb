package io.botmesh;

import io.botmesh.v1.AskForPersonResponse;

/**
 * The result of asking for a person.
 *
 * @param outcome what the desk did
 * @param queuePosition the place in the desk's queue, from 1; 0 if it is not in the queue
 * @param conversationId the id of the conversation, or of the alert
 */
public record HandedToPerson(Outcome outcome, int queuePosition, String conversationId) {
    /** What the desk did. */
    public enum Outcome {
        /** The desk no longer owns the conversation. */
        UNSPECIFIED,
        /** A person has the conversation or the alert. */
        ASSIGNED,
        /** It waits in the desk's queue, and a person is on duty. */
        QUEUED,
        /** It waits in the desk's queue, and nobody is on duty. */
        NOBODY_ON_DUTY
    }

    static HandedToPerson from(AskForPersonResponse response) {
        Outcome outcome =
                switch (response.getDesk()) {
                    case DESK_OUTCOME_ASSIGNED -> Outcome.ASSIGNED;
                    case DESK_OUTCOME_QUEUED -> Outcome.QUEUED;
                    case DESK_OUTCOME_NOBODY_ON_DUTY -> Outcome.NOBODY_ON_DUTY;
                    case DESK_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> Outcome.UNSPECIFIED;
                };
        return new HandedToPerson(
                outcome, response.getQueuePosition(), response.getConversation().getConversationId());
    }
}
