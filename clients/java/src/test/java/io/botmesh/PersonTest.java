package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.botmesh.v1.AskForPersonRequest;
import io.botmesh.v1.AskForPersonResponse;
import io.botmesh.v1.CloseConversationRequest;
import io.botmesh.v1.CloseConversationResponse;
import io.botmesh.v1.ConversationOpening;
import io.botmesh.v1.DelegateStreamRequest;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.DeskOutcome;
import io.botmesh.v1.Turn;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A bot asks for a person, closes its conversation, and reads how it was opened. */
@Timeout(60)
class PersonTest extends FaultyPeers {
    private static final String SERVICE = "botmesh.v1.ConversationService/";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final BlockingQueue<byte[]> requests = new LinkedBlockingQueue<>();

    private RawServer conversations(String method, RawServer.Answer answer) {
        return closing(new RawServer(Map.of(SERVICE + method, given -> {
            requests.add(given.request());
            answer.answer(given);
        })));
    }

    /** Starts a bot whose mesh has its services at `mesh`, sends it one request, and returns the text of its reply. */
    private String text(String mesh, Agent agent, DelegateStreamRequest.Builder request) throws Exception {
        Settings settings = Settings.load(Map.of("BOTMESH_REGISTRY", mesh, "BOTMESH_BIND", "127.0.0.1:0"));
        Serving serving = agent.settings(settings).start();
        closing(() -> serving.stop(Duration.ZERO));
        Connection connection = new Connection(serving.address());
        closing(connection::close);
        request.setMessage(io.botmesh.v1.Message.newBuilder().setConversationId(request.hasTurn() ? "v-1" : ""));
        try {
            byte[] bytes = connection
                    .responses(Call.SERVICE + "DelegateStream", request.build().toByteArray(), new Metadata(), TIMEOUT)
                    .next(TIMEOUT);
            return DelegateStreamResponse.parseFrom(bytes)
                    .getReply()
                    .getMessage()
                    .getPayload(0)
                    .getText();
        } catch (StatusRuntimeException e) {
            throw Statuses.asError(e);
        }
    }

    private static DelegateStreamRequest.Builder turn(Turn.Builder turn) {
        return DelegateStreamRequest.newBuilder().setTurn(turn.setTurnId("t-1").setEpoch(4));
    }

    private <T> T request(Parser<T> parser) throws InvalidProtocolBufferException {
        return parser.parseFrom(requests.remove());
    }

    private static RawServer.Answer queued() {
        AskForPersonResponse.Builder response = AskForPersonResponse.newBuilder()
                .setDesk(DeskOutcome.DESK_OUTCOME_QUEUED)
                .setQueuePosition(3);
        response.getConversationBuilder().setConversationId("v-9");
        return given -> given.end(response.build().toByteArray());
    }

    private static String describe(HandedToPerson asked) {
        return asked.outcome() + " " + asked.queuePosition() + " " + asked.conversationId();
    }

    @Test
    void aTaskWithoutAConversationRaisesAnAlert() throws Exception {
        RawServer mesh = conversations("AskForPerson", queued());
        Agent agent = Agent.named("one")
                .onDelegate(task -> Reply.of(describe(task.handToPerson("no stock", "Order 7 waits.", ""))));
        assertEquals("QUEUED 3 v-9", text(mesh.address(), agent, DelegateStreamRequest.newBuilder()));
        AskForPersonRequest asked = request(AskForPersonRequest.parser());
        assertEquals("", asked.getConversationId());
        assertEquals("default", asked.getAccountId());
        assertEquals("one", asked.getAgent());
        assertEquals("no stock", asked.getReason());
        assertEquals("Order 7 waits.", asked.getPayload(0).getText());
        assertEquals(0, asked.getHandoffMessageCount());
    }

    @Test
    void aTurnAsksForAPersonAtTheServiceThatItCameFrom() throws Exception {
        RawServer service = conversations("AskForPerson", queued());
        Agent agent = Agent.named("one")
                .onTurn(conversation ->
                        Reply.of(describe(conversation.handToPerson("asked", "", "One moment, please."))));
        text("127.0.0.1:1", agent, turn(Turn.newBuilder().setServiceAddress(service.address())));
        AskForPersonRequest asked = request(AskForPersonRequest.parser());
        assertEquals("v-1", asked.getConversationId());
        assertEquals(0, asked.getPayloadCount());
        assertEquals("One moment, please.", asked.getHandoffMessage(0).getText());
    }

    @Test
    void anUnavailableServiceIsAskedAgainUnderTheSameRequestId() throws Exception {
        RawServer mesh = conversations("AskForPerson", given -> {
            if (requests.size() == 1) {
                given.call().close(Status.UNAVAILABLE, new Metadata());
            } else {
                queued().answer(given);
            }
        });
        Agent agent = Agent.named("one").onDelegate(task -> Reply.of(describe(task.handToPerson("no stock"))));
        assertEquals("QUEUED 3 v-9", text(mesh.address(), agent, DelegateStreamRequest.newBuilder()));
        String first = request(AskForPersonRequest.parser()).getRequestId();
        assertEquals(32, first.length());
        assertEquals(first, request(AskForPersonRequest.parser()).getRequestId());
    }

    @Test
    void aRefusalIsTheTypedErrorAndIsNotRetried() throws Exception {
        RawServer mesh = conversations("AskForPerson", given -> {
            BotmeshException refusal = BotmeshException.invalid("reason", "reason cannot be empty");
            given.call().close(Statuses.status(refusal), Statuses.trailers(refusal));
        });
        Agent agent = Agent.named("one").onDelegate(PersonTest::reasonOfRefusal);
        assertEquals("INVALID_FIELD", text(mesh.address(), agent, DelegateStreamRequest.newBuilder()));
        assertEquals(1, requests.size());
    }

    @Test
    void aMeshWithoutServicesIsNamed() throws Exception {
        RawServer registry = conversations("Another", queued());
        Agent agent = Agent.named("one").onDelegate(PersonTest::reasonOfRefusal);
        assertEquals("NOT_SUPPORTED", text(registry.address(), agent, DelegateStreamRequest.newBuilder()));
    }

    private static Reply reasonOfRefusal(Task task) {
        try {
            return Reply.of(describe(task.handToPerson("")));
        } catch (BotmeshException e) {
            return Reply.of(e.reason().name());
        }
    }

    @Test
    void aConversationIsClosedInTheEpochOfItsTurn() throws Exception {
        RawServer service = conversations(
                "CloseConversation",
                given ->
                        given.end(CloseConversationResponse.getDefaultInstance().toByteArray()));
        Agent agent = Agent.named("one").onTurn(conversation -> {
            conversation.close("solved");
            return Reply.of("Goodbye.");
        });
        assertEquals(
                "Goodbye.", text("127.0.0.1:1", agent, turn(Turn.newBuilder().setServiceAddress(service.address()))));
        CloseConversationRequest expected = CloseConversationRequest.newBuilder()
                .setConversationId("v-1")
                .setEpoch(4)
                .setAgent("one")
                .setReason("solved")
                .build();
        assertEquals(expected, request(CloseConversationRequest.parser()));
    }

    @Test
    void theFunctionOfAnIntentAnswersAnOpeningWithIt() throws Exception {
        Agent agent = Agent.named("one")
                .onTurn(conversation -> Reply.of("any"))
                .onIntent("renewal", conversation -> Reply.of("renewal"));
        Turn.Builder opened = Turn.newBuilder();
        opened.getOpeningBuilder().setIntentId("renewal");
        assertEquals("renewal", text("127.0.0.1:1", agent, turn(opened)));
    }

    @Test
    void aTurnSaysHowItsConversationWasOpened() throws Exception {
        Agent agent = Agent.named("one").onTurn(conversation -> {
            assertTrue(conversation.text().isEmpty());
            return Reply.of(conversation.language() + " " + conversation.previousConversationId() + " "
                    + conversation
                            .opening()
                            .map(ConversationOpening::getTrigger)
                            .orElse("none")
                    + " " + conversation.intent());
        });
        Turn.Builder opened = Turn.newBuilder().setLanguage("de").setPreviousConversationId("v-0");
        opened.getOpeningBuilder().setTrigger("campaign").setIntentId("renewal");
        assertEquals("de v-0 campaign renewal", text("127.0.0.1:1", agent, turn(opened)));
        Agent other = Agent.named("two")
                .onTurn(conversation ->
                        Reply.of(String.valueOf(conversation.opening().isEmpty())));
        assertEquals("true", text("127.0.0.1:1", other, turn(Turn.newBuilder())));
    }
}
