package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Message;
import io.botmesh.v1.PartialReply;
import io.botmesh.v1.Progress;
import io.botmesh.v1.Reply;
import io.botmesh.v1.Reset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WorkTest {
    private static final WaitingCaller THERE = caller(false);

    private static WaitingCaller caller(boolean isGone) {
        return new WaitingCaller() {
            @Override
            public boolean isGone() {
                return isGone;
            }

            @Override
            public void onGone(Runnable wake) {}
        };
    }

    private static Endpoint endpoint(Map<String, String> environment) {
        Settings settings = Settings.load(environment);
        return new Endpoint(new Telemetry("test", "", null), settings, "b", "i", false, Limits.NONE);
    }

    private static Call call(Endpoint endpoint, String id, String text) {
        Call call = new Call(endpoint, Call.SERVICE + "Delegate", false);
        call.message = Message.newBuilder()
                .setMessageId(id)
                .setFromAgent("a")
                .addPayload(Content.text(text))
                .build();
        call.endIn(Duration.ofMinutes(1));
        return call;
    }

    @Test
    void aRepeatJoinsIsDoneOnceAndGetsTheReplyAgain() throws Exception {
        Endpoint endpoint = endpoint(Map.of());
        AtomicInteger runs = new AtomicInteger();
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        for (int times = 0; times < 2; times++) {
            WorkTable.Claim again = endpoint.works.claim(call(endpoint, "m-1", "hi"));
            assertTrue(again.joined());
            assertSame(work, again.work());
            again.work().startOnce(() -> {
                runs.incrementAndGet();
                return Reply.newBuilder().setInstanceId("i").build();
            });
            assertEquals("i", ((Reply) again.work().result(THERE)).getInstanceId());
        }
        assertEquals(1, runs.get());
    }

    @Test
    void anotherPayloadUnderAnIdIsRefused() {
        Endpoint endpoint = endpoint(Map.of());
        endpoint.works.claim(call(endpoint, "m-1", "hi"));
        Call other = call(endpoint, "m-1", "else");
        BotmeshException error = assertThrows(BotmeshException.class, () -> endpoint.works.claim(other));
        assertEquals(Reason.MESSAGE_ID_REUSED, error.reason());
    }

    @Test
    void workWithoutACallerEndsAfterItsGraceAndItsThreadIsInterrupted() throws Exception {
        Endpoint endpoint = endpoint(Map.of("BOTMESH_ORPHAN_GRACE", "30ms"));
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        work.startOnce(() -> {
            TimeUnit.HOURS.sleep(1);
            return Reply.getDefaultInstance();
        });
        assertThrows(BotmeshException.class, () -> work.result(caller(true)));
        work.ended.get(10, TimeUnit.SECONDS);
        assertTrue(work.isSettled());
    }

    @Test
    void theDeadlineEndsTheWorkItself() throws Exception {
        Endpoint endpoint = endpoint(Map.of());
        Call asked = call(endpoint, "m-1", "hi");
        asked.endIn(Duration.ofMillis(30));
        Work work = endpoint.works.claim(asked).work();
        work.startOnce(() -> {
            TimeUnit.HOURS.sleep(1);
            return Reply.getDefaultInstance();
        });
        BotmeshException error = assertThrows(BotmeshException.class, () -> work.result(THERE));
        assertEquals(Reason.DEADLINE_EXPIRED, error.reason());
        assertTrue(error.started());
        work.ended.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aReaderThatComesLateGetsTheEventsAfterTheOneThatItHas() throws Exception {
        Endpoint endpoint = endpoint(Map.of());
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        work.startOnce(() -> {
            for (int count = 0; count < 10; count++) {
                work.emit(DelegateStreamResponse.newBuilder().setProgress(Progress.getDefaultInstance()));
            }
            return Reply.getDefaultInstance();
        });
        work.ended.get(10, TimeUnit.SECONDS);
        List<Long> seen = new ArrayList<>();
        work.read(7, Duration.ofSeconds(5), THERE, event -> seen.add(event.getSequence()));
        assertEquals(List.of(8L, 9L, 10L, 11L), seen);
    }

    @Test
    void aBotIsHeldBackByASlowReader() throws Exception {
        Endpoint endpoint = endpoint(Map.of());
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        work.startOnce(() -> {
            while (true) {
                work.emit(DelegateStreamResponse.newBuilder().setProgress(Progress.getDefaultInstance()));
            }
        });
        TimeUnit.MILLISECONDS.sleep(100);
        assertEquals(WorkStream.MAX_EVENTS_AHEAD, work.stream.last());
        work.cancel("enough");
        work.ended.get(10, TimeUnit.SECONDS);
    }

    private static DelegateStreamResponse.Builder piece(int size) {
        return DelegateStreamResponse.newBuilder()
                .setPartial(PartialReply.newBuilder().setPart(Content.text("x".repeat(size))));
    }

    private static DelegateStreamResponse.Builder progress(int number, int size) {
        return DelegateStreamResponse.newBuilder()
                .setProgress(Progress.newBuilder().setText("x".repeat(size)).setFraction(number / 1e6));
    }

    private static void assertTooLarge(BotmeshException error, int limit) {
        assertEquals(Reason.MESSAGE_TOO_LARGE, error.reason());
        assertEquals("reply", error.metadata().get("direction"));
        assertEquals(String.valueOf(limit), error.metadata().get("limit"));
        assertTrue(Long.parseLong(error.metadata().get("size")) > limit);
        assertTrue(error.started());
    }

    @Test
    void aStreamedReplyThatPassesItsLimitEndsTheWorkAndItsBot() throws Exception {
        Endpoint endpoint = endpoint(Map.of("BOTMESH_MAX_REPLY_BYTES", "1000"));
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        AtomicInteger sent = new AtomicInteger();
        List<String> after = new ArrayList<>();
        work.startOnce(() -> {
            try {
                work.emit(piece(400));
                sent.incrementAndGet();
                work.emit(DelegateStreamResponse.newBuilder()
                        .setReset(Reset.newBuilder().setReason("again")));
                work.emit(piece(400)); // a reset does not lower the size
                sent.incrementAndGet();
                work.emit(piece(400));
                sent.incrementAndGet();
            } catch (BotmeshException e) {
                try {
                    TimeUnit.HOURS.sleep(1); // the bot ignored the exception: its thread is interrupted
                } catch (InterruptedException interrupted) {
                    after.add("interrupted");
                }
            }
            return Reply.getDefaultInstance();
        });
        List<Long> seen = new ArrayList<>();
        BotmeshException error = assertThrows(
                BotmeshException.class,
                () -> work.read(0, Duration.ofSeconds(5), THERE, event -> seen.add(event.getSequence())));
        assertTooLarge(error, 1_000);
        assertEquals(List.of(1L, 2L, 3L), seen); // the event that would exceed the limit is not sent
        work.ended.get(10, TimeUnit.SECONDS);
        assertEquals(2, sent.get());
        assertEquals(List.of("interrupted"), after);
    }

    @Test
    void theFinalReplyIsCountedWithItsPieces() throws Exception {
        Endpoint endpoint = endpoint(Map.of("BOTMESH_MAX_REPLY_BYTES", "1000"));
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        work.startOnce(() -> {
            work.emit(piece(500));
            return Reply.newBuilder()
                    .setMessage(Message.newBuilder().addPayload(Content.text("x".repeat(500))))
                    .build();
        });
        assertTooLarge(assertThrows(BotmeshException.class, () -> work.result(THERE)), 1_000);
    }

    @Test
    void unreadProgressIsDroppedExceptTheNewest() throws Exception {
        Endpoint endpoint = endpoint(Map.of());
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        work.detach(); // it has no caller
        int count = 4 * WorkEvents.KEPT_EVENT_BYTES / 10_000;
        work.startOnce(() -> {
            work.emit(piece(10));
            for (int number = 0; number < count; number++) {
                work.emit(progress(number, 10_000));
            }
            work.emit(piece(10));
            return Reply.getDefaultInstance();
        });
        work.ended.get(20, TimeUnit.SECONDS);
        assertTrue(work.size() < WorkEvents.KEPT_EVENT_BYTES + 20_000, "it takes " + work.size() + " bytes");
        List<DelegateStreamResponse> seen = new ArrayList<>();
        work.read(0, Duration.ofSeconds(5), THERE, seen::add);
        assertEquals(1, seen.get(0).getSequence()); // no piece was dropped to make room
        assertEquals(count + 1, seen.get(seen.size() - 3).getSequence());
        assertEquals(
                count - 1, Math.round(seen.get(seen.size() - 3).getProgress().getFraction() * 1e6));
        assertEquals(count + 3, seen.get(seen.size() - 1).getSequence());
    }

    @Test
    void tinyProgressTakesNoMoreMemoryThanItsBytes() throws Exception {
        Endpoint endpoint = endpoint(Map.of());
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        work.detach();
        work.startOnce(() -> {
            for (int number = 0; number < 300_000; number++) {
                work.emit(progress(number, 0));
            }
            return Reply.getDefaultInstance();
        });
        work.ended.get(20, TimeUnit.SECONDS);
        int[] kept = new int[1];
        work.read(0, Duration.ofSeconds(5), THERE, event -> kept[0]++);
        assertTrue(kept[0] < 70_000, kept[0] + " events are kept");
    }

    @Test
    void aReplyHasALimitedNumberOfPieces() throws Exception {
        Endpoint endpoint = endpoint(Map.of());
        Work work = endpoint.works.claim(call(endpoint, "m-1", "hi")).work();
        work.detach();
        work.startOnce(() -> {
            while (true) {
                work.emit(piece(1));
            }
        });
        work.ended.get(20, TimeUnit.SECONDS);
        BotmeshException error = assertThrows(BotmeshException.class, () -> work.result(THERE));
        assertEquals(Reason.MESSAGE_TOO_LARGE, error.reason());
    }

    @Test
    void outcomesAreForgottenWhenThereAreTooMany() throws Exception {
        Endpoint endpoint = endpoint(Map.of("BOTMESH_IDEMPOTENCY_ENTRIES", "2"));
        for (String id : List.of("m-1", "m-2", "m-3")) {
            Work work = endpoint.works.claim(call(endpoint, id, "hi")).work();
            work.startOnce(Reply::getDefaultInstance);
            work.ended.get(10, TimeUnit.SECONDS);
        }
        assertEquals(2, endpoint.works.remembered());
    }
}
