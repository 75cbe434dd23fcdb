package io.botmesh;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;

/**
 * The attributes of spans: OpenTelemetry's RPC conventions for calls and its GenAI agent conventions for agents
 * (https://opentelemetry.io/docs/specs/semconv/).
 */
final class Conventions {
    private Conventions() {}

    /** Returns the attributes that a span has from its start. */
    static Attributes start(String method, String agent) {
        return Attributes.of(
                stringKey("rpc.system.name"), "grpc",
                stringKey("rpc.method"), method,
                stringKey("gen_ai.operation.name"), "invoke_agent",
                stringKey("gen_ai.agent.name"), agent,
                stringKey("botmesh.agent"), agent);
    }

    /** Returns the attributes that are added at the end of a call: the chain and the outcome. */
    static Attributes outcome(Call call) {
        Chain chain = call.chain;
        BotmeshException error = call.error;
        AttributesBuilder facts = Attributes.builder()
                .put(longKey("botmesh.hop"), (long) call.hops())
                .put(stringArrayKey("botmesh.path"), chain.path())
                .put("botmesh.correlation_id", chain.correlationId())
                .put("botmesh.account", chain.accountId())
                .put("botmesh.instance", call.atCaller ? call.peerInstance : call.endpoint.instance)
                .put(
                        "rpc.response.status_code",
                        error == null ? "OK" : error.code().name());
        if (!chain.path().isEmpty()) {
            facts.put("botmesh.from", chain.last());
        }
        if (!chain.conversationId().isEmpty()) {
            facts.put("gen_ai.conversation.id", chain.conversationId());
            facts.put("botmesh.conversation_id", chain.conversationId());
        }
        if (call.joined) {
            facts.put(booleanKey("botmesh.joined"), true);
        }
        if (error != null) {
            facts.put("botmesh.reason", error.reason().wireName());
            facts.put("error.type", error.reason().wireName());
            facts.put(booleanKey("botmesh.started"), error.started());
            if (!error.agent().isEmpty()) {
                facts.put("botmesh.raised_by", error.agent());
            }
        }
        if (call.usage != null) {
            facts.put("gen_ai.request.model", call.usage.getModel());
            facts.put(longKey("gen_ai.usage.input_tokens"), call.usage.getInputTokens());
            facts.put(longKey("gen_ai.usage.output_tokens"), call.usage.getOutputTokens());
            facts.put(longKey("botmesh.usage.cost_micros"), call.usage.getCostMicros());
            facts.put("botmesh.usage.currency", call.usage.getCurrency());
        }
        return facts.build();
    }
}
