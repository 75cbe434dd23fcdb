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

    private static void assertRefused(String field, Message message) {
        BotmeshException error = assertThrows(BotmeshException.class, () -> Fields.check(message));
        assertEquals(Reason.INVALID_FIELD, error.reason());
        assertEquals(field, error.metadata().get("field"), error.getMessage());
        assertFalse(error.started());
    }

    private static void assertAllowed(Message message) {
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
        assertAllowed(request(message().setTimestamp(time(0, 0))));
        assertAllowed(request(message().setTimestamp(time(7_258_118_399L, 999_999_999))));
        assertRefused("message.timestamp", request(message().setTimestamp(time(-1, 0))));
        assertRefused("message.timestamp", request(message().setTimestamp(time(7_258_118_400L, 0))));
        assertRefused("message.timestamp", request(message().setTimestamp(time(253_402_300_799L, 0))));
        assertRefused("message.timestamp", request(message().setTimestamp(time(1, 1_000_000_000))));
        assertRefused("message.timestamp", request(message().setTimestamp(time(1, -1))));
        assertRefused(
                "offer.expires_at",
                TransferRequest.newBuilder()
                        .setOffer(TransferOffer.newBuilder().setExpiresAt(time(-1, 0)))
                        .build());
    }

    @Test
    void aDurationIsAHundredYearsAtMost() {
        Limits.Builder limits = Limits.newBuilder();
        assertAllowed(limits.setMaxTimeout(
                        Duration.newBuilder().setSeconds(3_155_760_000L).setNanos(999_999_999))
                .build());
        for (Duration wrong : List.of(
                Duration.newBuilder().setSeconds(3_155_760_001L).build(),
                Duration.newBuilder().setSeconds(-1).build(),
                Duration.newBuilder().setNanos(-1).build(),
                Duration.newBuilder().setNanos(1_000_000_000).build())) {
            assertRefused("max_timeout", limits.setMaxTimeout(wrong).build());
            assertRefused(
                    "limits.max_timeout",
                    AgentCard.newBuilder().setLimits(limits).build());
        }
    }

    @Test
    void anEnumHoldsWhatTheContractNames() {
        assertAllowed(request(message().setMessageTypeValue(9)));
        assertRefused("message.message_type", request(message().setMessageTypeValue(99)));
        assertRefused("message.message_type", request(message().setMessageTypeValue(-1)));
        assertRefused(
                "offer.history[1].author_kind",
                TransferRequest.newBuilder()
                        .setOffer(TransferOffer.newBuilder()
                                .addHistory(HistoryEntry.getDefaultInstance())
                                .addHistory(HistoryEntry.newBuilder().setAuthorKindValue(99)))
                        .build());
    }

    @Test
    void aNumberIsFinite() {
        assertAllowed(Reply.newBuilder().setConfidence(0).build());
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            Value value = Value.newBuilder().setNumberValue(wrong).build();
            assertRefused("confidence", Reply.newBuilder().setConfidence(wrong).build());
            assertRefused("fraction", Progress.newBuilder().setFraction(wrong).build());
            assertRefused(
                    "message.payload[0].data",
                    request(message().addPayload(Part.newBuilder().setData(value))));
            assertRefused(
                    "message.context",
                    request(message().setContext(Struct.newBuilder().putFields("a", value))));
            ListValue list = ListValue.newBuilder().addValues(value).build();
            assertRefused("", Value.newBuilder().setListValue(list).build());
        }
    }

    @Test
    void anUnsignedNumberFits63Bits() {
        assertAllowed(DelegateStreamRequest.newBuilder()
                .setAfterSequence(Long.MAX_VALUE)
                .build());
        assertRefused(
                "after_sequence",
                DelegateStreamRequest.newBuilder().setAfterSequence(-1).build());
        assertRefused(
                "max_message_bytes",
                Limits.newBuilder().setMaxMessageBytes(Long.MIN_VALUE).build());
        assertAllowed(Turn.newBuilder().setEpoch(-1).build()); // int64 is signed
    }

    @Test
    void aJsonValueIsNested32ArraysOr21ObjectsDeep() {
        assertAllowed(request(message().addPayload(Part.newBuilder().setData(arrays(32)))));
        assertAllowed(request(message().addPayload(Part.newBuilder().setData(objects(21)))));
        assertAllowed(request(message().setContext(objects(21).getStructValue())));
        Part text = Content.text("x");
        for (Value deep : List.of(arrays(33), arrays(45), objects(22), objects(30))) {
            assertRefused(
                    "message.payload[2].data",
                    request(message()
                            .addPayload(text)
                            .addPayload(text)
                            .addPayload(Part.newBuilder().setData(deep))));
        }
        assertRefused(
                "message.context", request(message().setContext(objects(22).getStructValue())));
        assertRefused(
                "message.payload[0].metadata",
                request(message()
                        .addPayload(Part.newBuilder().setMetadata(objects(22).getStructValue()))));
        assertRefused(
                "turn.fields",
                DelegateStreamRequest.newBuilder()
                        .setTurn(Turn.newBuilder().setFields(objects(22).getStructValue()))
                        .build());
    }

    @Test
    void aStringThatIsNoTextHas4096Characters() {
        String most = "ä".repeat(4_096);
        assertAllowed(request(message().setInReplyTo(most)));
        assertAllowed(request(message().setInReplyTo("😀".repeat(4_096)))); // counts characters, not UTF-16 units
        assertRefused("message.in_reply_to", request(message().setInReplyTo(LONG)));
        assertRefused("message.in_reply_to", request(message().setInReplyTo("😀".repeat(4_097))));
        assertRefused(
                "message.payload[0].filename",
                request(message().addPayload(Part.newBuilder().setFilename(LONG))));
        assertRefused(
                "turn.tags[1]",
                DelegateStreamRequest.newBuilder()
                        .setTurn(Turn.newBuilder().addTags("a").addTags(LONG))
                        .build());
        assertRefused(
                "skills[0].tags[0]",
                AgentCard.newBuilder()
                        .addSkills(Skill.newBuilder().addTags(LONG))
                        .build());
    }

    @Test
    void aTextHasNoLengthLimit() {
        assertAllowed(request(message()
                .addPayload(Content.text(LONG))
                .addPayload(Part.newBuilder().setUrl(LONG))
                .addPayload(Content.data(Map.of(LONG, LONG)))
                .setContext(Content.toStruct(Map.of(LONG, List.of(LONG))))));
        assertAllowed(Progress.newBuilder().setText(LONG).build());
        assertAllowed(AgentCard.newBuilder()
                .setDescription(LONG)
                .addSkills(Skill.newBuilder().setName(LONG).setDescription(LONG).addExamples(LONG))
                .build());
        assertAllowed(GetTraceResponse.newBuilder()
                .addSpans(Span.newBuilder().setName(LONG))
                .build());
    }

    @Test
    void aUsageIsNotNegative() {
        long most = (1L << 53) - 1;
        assertAllowed(Usage.newBuilder()
                .setInputTokens(most)
                .setOutputTokens(most)
                .setCostMicros(most)
                .build());
        assertRefused("input_tokens", Usage.newBuilder().setInputTokens(-1).build());
        assertRefused(
                "output_tokens", Usage.newBuilder().setOutputTokens(most + 1).build());
        assertRefused(
                "reply.usage.cost_micros",
                DelegateResponse.newBuilder()
                        .setReply(Reply.newBuilder().setUsage(Usage.newBuilder().setCostMicros(-1)))
                        .build());
        assertRefused(
                "reply.chain_usage[1].cost_micros",
                DelegateResponse.newBuilder()
                        .setReply(Reply.newBuilder()
                                .addChainUsage(Usage.getDefaultInstance())
                                .addChainUsage(Usage.newBuilder().setCostMicros(-1)))
                        .build());
    }

    @Test
    void aMapIsShownAsItsField() {
        assertAllowed(GetStatsResponse.newBuilder().putIncoming("OK", 1).build());
        assertRefused(
                "incoming", GetStatsResponse.newBuilder().putIncoming("OK", -1).build());
        assertRefused(
                "incoming", GetStatsResponse.newBuilder().putIncoming(LONG, 1).build());
        assertRefused(
                "metadata", LinkedStart.newBuilder().putMetadata("k", LONG).build());
    }

    @Test
    void messagesOfOtherPackagesAreNotChecked() {
        assertAllowed(com.google.rpc.ErrorInfo.newBuilder().setReason(LONG).build());
    }

    @Test
    void sumsOfUsageAreCappedAtTheLargestAmount() {
        Usage much = Usage.newBuilder().setCostMicros((1L << 53) - 1).build();
        List<Usage> sum = io.botmesh.Reply.addUp(List.of(much, much, much));
        assertAllowed(sum.get(0));
        assertEquals((1L << 53) - 1, sum.get(0).getCostMicros());
    }
}
