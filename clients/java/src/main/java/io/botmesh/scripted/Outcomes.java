package io.botmesh.scripted;

import io.botmesh.BotmeshException;
import io.botmesh.Content;
import io.botmesh.Reply;
import io.botmesh.v1.Part;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Converts the outcome of a call to the values that the kit compares. */
final class Outcomes {
    private Outcomes() {}

    static Map<String, Object> success(Reply reply) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", true);
        result.put("text", reply.parts().stream().map(Part::getText).collect(Collectors.joining()));
        result.put(
                "data",
                reply.parts().stream()
                        .filter(Part::hasData)
                        .findFirst()
                        .map(part -> Content.fromValue(part.getData()))
                        .orElse(null));
        result.put("confidence", reply.confidence());
        result.put("events", 0);
        result.put("resets", 0);
        result.put("instance_id", reply.origin().instance());
        return result;
    }

    static Map<String, Object> failure(BotmeshException error) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", false);
        result.put("code", error.code().name());
        result.put("reason", error.reason().wireName());
        result.put("fields", error.metadata());
        result.put("started", error.started());
        result.put("text", error.getMessage());
        return result;
    }
}
