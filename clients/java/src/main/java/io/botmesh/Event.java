package io.botmesh;

import io.botmesh.v1.Part;

/**
 * One event of a streamed reply: a part, progress or a reset. The parts in order are the whole reply; a reset discards
 * the parts before it.
 *
 * @param part a part of the reply; null in other events
 * @param append whether the part's text is appended to the text of the part before it
 * @param progress a description of the progress, for display; null in other events
 * @param fraction the share that is done, 0 to 1; null if unknown
 * @param reset the reason why the work runs again; null in other events
 */
public record Event(Part part, boolean append, String progress, Double fraction, String reset) {
    /** Returns the text of the part; empty in other events. */
    public String text() {
        return part == null ? "" : part.getText();
    }
}
