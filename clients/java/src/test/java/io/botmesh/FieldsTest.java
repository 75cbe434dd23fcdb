package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.DelegateRequest;
import io.botmesh.v1.DelegateResponse;
import io.botmesh.v1.DelegateStreamRequest;
import io.botmesh.v1.GetStatsResponse;
import io.botmesh.v1.GetTraceResponse;
import io.botmesh.v1.HistoryEntry;
import io.botmesh.v1.Limits;
import io.botmesh.v1.LinkedStart;
import io.botmesh.v1.Part;
import io.botmesh.v1.Progress;
import io.botmesh.v1.Reply;
import io.botmesh.v1.Skill;
import io.botmesh.v1.Span;
import io.botmesh.v1.TransferOffer;
import io.botmesh.v1.TransferRequest;
import io.botmesh.v1.Turn;
import io.botmesh.v1.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private static final String LONG = "x".repeat(4_097);

    private static void refused(String field, Message message) {
        BotmeshException error = assertThrows(BotmeshException.class, () -> Fields.check(message));
        assertEquals(Reason.INVALID_FIELD, error.reason());
        assertEquals(field, error.metadata().get("field"), error.getMessage());
        assertFalse(error.started());
    }

    private static void taken(Message message) {
        assertDoesNotThrow(() -> Fields.check(message));
    }

    private static io.botmesh.v1.Message.Builder message() {
        return io.botmesh.v1.Message.newBuilder();
    }

    private static DelegateRequest request(io.botmesh.v1.Message.Builder message) {
        return DelegateRequest.newBuilder().setMessage(message).build();
    }

    private static Timestamp time(long seconds, int nanos) {
        return Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
    }

    static Value arrays(int count) {
        Value made = Value.newBuilder().setNumberValue(1).build();
        for (int depth = 0; depth < count; depth++) {
            made = Value.newBuilder()
                    .setListValue(ListValue.newBuilder().addValues(made))
                    .build();
        }
        return made;
    }

    static Value objects(int count) {
        Value made = Value.newBuilder().setBoolValue(true).build();
        for (int depth = 0; depth < count; depth++) {
            made = Value.newBuilder()
                    .setStructValue(Struct.newBuilder().putFields("k", made))
                    .build();
        }
        return made;
    }

    @Test
    void aTimestampIsOfTheYears1970To2200() {
        taken(request(message().setTimestamp(time(0, 0))));
        taken(request(message().setTimestamp(time(7_258_118_399L, 999_999_999))));
        refused("message.timestamp", request(message().setTimestamp(time(-1, 0))));
        refused("message.timestamp", request(message().setTimestamp(time(7_258_118_400L, 0))));
        refused("message.timestamp", request(message().setTimestamp(time(253_402_300_799L, 0))));
        refused("message.timestamp", request(message().setTimestamp(time(1, 1_000_000_000))));
        refused("message.timestamp", request(message().setTimestamp(time(1, -1))));
        refused(
                "offer.expires_at",
                TransferRequest.newBuilder()
                        .setOffer(TransferOffer.newBuilder().setExpiresAt(time(-1, 0)))
                        .build());
    }

    @Test
    void aDurationIsAHundredYearsAtMost() {
        Limits.Builder limits = Limits.newBuilder();
        taken(limits.setMaxTimeout(
                        Duration.newBuilder().setSeconds(3_155_760_000L).setNanos(999_999_999))
                .build());
        for (Duration wrong : List.of(
                Duration.newBuilder().setSeconds(3_155_760_001L).build(),
                Duration.newBuilder().setSeconds(-1).build(),
                Duration.newBuilder().setNanos(-1).build(),
                Duration.newBuilder().setNanos(1_000_000_000).build())) {
            refused("max_timeout", limits.setMaxTimeout(wrong).build());
            refused(
                    "limits.max_timeout",
                    AgentCard.newBuilder().setLimits(limits).build());
        }
    }

    @Test
    void anEnumHoldsWhatTheContractNames() {
        taken(request(message().setMessageTypeValue(9)));
        refused("message.message_type", request(message().setMessageTypeValue(99)));
        refused("message.message_type", request(message().setMessageTypeValue(-1)));
        refused(
                "offer.history[1].author_kind",
                TransferRequest.newBuilder()
                        .setOffer(TransferOffer.newBuilder()
                                .addHistory(HistoryEntry.getDefaultInstance())
                                .addHistory(HistoryEntry.newBuilder().setAuthorKindValue(99)))
                        .build());
    }

    @Test
    void aNumberIsFinite() {
        taken(Reply.newBuilder().setConfidence(0).build());
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            Value value = Value.newBuilder().setNumberValue(wrong).build();
            refused("confidence", Reply.newBuilder().setConfidence(wrong).build());
            refused("fraction", Progress.newBuilder().setFraction(wrong).build());
            refused(
                    "message.payload[0].data",
                    request(message().addPayload(Part.newBuilder().setData(value))));
            refused(
                    "message.context",
                    request(message().setContext(Struct.newBuilder().putFields("a", value))));
            ListValue list = ListValue.newBuilder().addValues(value).build();
            refused("", Value.newBuilder().setListValue(list).build());
        }
    }

    @Test
    void anUnsignedNumberFits63Bits() {
        taken(DelegateStreamRequest.newBuilder()
                .setAfterSequence(Long.MAX_VALUE)
                .build());
        refused(
                "after_sequence",
                DelegateStreamRequest.newBuilder().setAfterSequence(-1).build());
        refused(
                "max_message_bytes",
                Limits.newBuilder().setMaxMessageBytes(Long.MIN_VALUE).build());
        taken(Turn.newBuilder().setEpoch(-1).build()); // int64 is signed
    }

    @Test
    void aJsonValueIsNested32ArraysOr21ObjectsDeep() {
        taken(request(message().addPayload(Part.newBuilder().setData(arrays(32)))));
        taken(request(message().addPayload(Part.newBuilder().setData(objects(21)))));
        taken(request(message().setContext(objects(21).getStructValue())));
        Part text = Content.text("x");
        for (Value deep : List.of(arrays(33), arrays(45), objects(22), objects(30))) {
            refused(
                    "message.payload[2].data",
                    request(message()
                            .addPayload(text)
                            .addPayload(text)
                            .addPayload(Part.newBuilder().setData(deep))));
        }
        refused("message.context", request(message().setContext(objects(22).getStructValue())));
        refused(
                "message.payload[0].metadata",
                request(message()
                        .addPayload(Part.newBuilder().setMetadata(objects(22).getStructValue()))));
        refused(
                "turn.fields",
                DelegateStreamRequest.newBuilder()
                        .setTurn(Turn.newBuilder().setFields(objects(22).getStructValue()))
                        .build());
    }

    @Test
    void aStringThatIsNoTextHas4096Characters() {
        String most = "ä".repeat(4_096);
        taken(request(message().setInReplyTo(most)));
        taken(request(message().setInReplyTo("😀".repeat(4_096)))); // counts characters, not UTF-16 units
        refused("message.in_reply_to", request(message().setInReplyTo(LONG)));
        refused("message.in_reply_to", request(message().setInReplyTo("😀".repeat(4_097))));
        refused(
                "message.payload[0].filename",
                request(message().addPayload(Part.newBuilder().setFilename(LONG))));
        refused(
                "turn.tags[1]",
                DelegateStreamRequest.newBuilder()
                        .setTurn(Turn.newBuilder().addTags("a").addTags(LONG))
                        .build());
        refused(
                "skills[0].tags[0]",
                AgentCard.newBuilder()
                        .addSkills(Skill.newBuilder().addTags(LONG))
                        .build());
    }

    @Test
    void aTextIsAsLongAsItIs() {
        taken(request(message()
                .addPayload(Content.text(LONG))
                .addPayload(Part.newBuilder().setUrl(LONG))
                .addPayload(Content.data(Map.of(LONG, LONG)))
                .setContext(Content.toStruct(Map.of(LONG, List.of(LONG))))));
        taken(Progress.newBuilder().setText(LONG).build());
        taken(AgentCard.newBuilder()
                .setDescription(LONG)
                .addSkills(Skill.newBuilder().setName(LONG).setDescription(LONG).addExamples(LONG))
                .build());
        taken(GetTraceResponse.newBuilder()
                .addSpans(Span.newBuilder().setName(LONG))
                .build());
    }

    @Test
    void nobodyEarnsByAUsage() {
        long most = (1L << 53) - 1;
        taken(Usage.newBuilder()
                .setInputTokens(most)
                .setOutputTokens(most)
                .setCostMicros(most)
                .build());
        refused("input_tokens", Usage.newBuilder().setInputTokens(-1).build());
        refused("output_tokens", Usage.newBuilder().setOutputTokens(most + 1).build());
        refused(
                "reply.usage.cost_micros",
                DelegateResponse.newBuilder()
                        .setReply(Reply.newBuilder().setUsage(Usage.newBuilder().setCostMicros(-1)))
                        .build());
        refused(
                "reply.chain_usage[1].cost_micros",
                DelegateResponse.newBuilder()
                        .setReply(Reply.newBuilder()
                                .addChainUsage(Usage.getDefaultInstance())
                                .addChainUsage(Usage.newBuilder().setCostMicros(-1)))
                        .build());
    }

    @Test
    void aMapIsShownAsItsField() {
        taken(GetStatsResponse.newBuilder().putIncoming("OK", 1).build());
        refused("incoming", GetStatsResponse.newBuilder().putIncoming("OK", -1).build());
        refused("incoming", GetStatsResponse.newBuilder().putIncoming(LONG, 1).build());
        refused("metadata", LinkedStart.newBuilder().putMetadata("k", LONG).build());
    }

    @Test
    void whatAMessageOfTheContractDoesNotHoldIsNoneOfOurBusiness() {
        taken(com.google.rpc.ErrorInfo.newBuilder().setReason(LONG).build());
    }

    @Test
    void sumsOfWhatWasSpentStayWithinWhatCallersTake() {
        Usage much = Usage.newBuilder().setCostMicros((1L << 53) - 1).build();
        List<Usage> sum = io.botmesh.Reply.addUp(List.of(much, much, much));
        taken(sum.get(0));
        assertEquals((1L << 53) - 1, sum.get(0).getCostMicros());
    }
}
