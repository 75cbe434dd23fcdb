package io.botmesh;

import io.botmesh.v1.Part;

/**
 * One event of a stream. All parts in order make the whole reply, unless a reset voids those before it.
 *
 * @param part a piece of the reply; null for anything else
 * @param append whether the piece's text continues the text of the piece before it
 * @param progress what is being done; for people, no part of the reply; null for anything else
 * @param fraction the share that is done, 0 to 1; null: not said
 * @param reset why the work runs again, so that all pieces before are void; null for anything else
 */
public record Event(Part part, boolean append, String progress, Double fraction, String reset) {
    /** The piece's text; empty for anything else. */
    public String text() {
        return part == null ? "" : part.getText();
    }
}
