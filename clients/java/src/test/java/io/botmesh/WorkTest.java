package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Message;
import io.botmesh.v1.Progress;
import io.botmesh.v1.Reply;
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
    private static final Work.Listener THERE = listener(false);

    private static Work.Listener listener(boolean isGone) {
        return new Work.Listener() {
            @Override
            public boolean isGone() {
                return isGone;
            }

            @Override
            public void onGone(Runnable wake) {}
        };
    }

    private static End end(Map<String, String> environment) {
        Settings settings = Settings.load(environment);
        return new End(new Telemetry("test", "", null), settings, "b", "i", false, Limits.NONE);
    }

    private static Call call(End end, String id, String text) {
        Call call = new Call(end, Call.SERVICE + "Delegate", false);
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
        End end = end(Map.of());
        AtomicInteger runs = new AtomicInteger();
        Work work = end.works.claim(call(end, "m-1", "hi")).work();
        for (int times = 0; times < 2; times++) {
            WorkTable.Claim again = end.works.claim(call(end, "m-1", "hi"));
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
        End end = end(Map.of());
        end.works.claim(call(end, "m-1", "hi"));
        Call other = call(end, "m-1", "else");
        BotmeshException error = assertThrows(BotmeshException.class, () -> end.works.claim(other));
        assertEquals(Reason.MESSAGE_ID_REUSED, error.reason());
    }

    @Test
    void workWithoutACallerEndsAfterItsGraceAndItsThreadIsInterrupted() throws Exception {
        End end = end(Map.of("BOTMESH_ORPHAN_GRACE", "30ms"));
        Work work = end.works.claim(call(end, "m-1", "hi")).work();
        work.startOnce(() -> {
            TimeUnit.HOURS.sleep(1);
            return Reply.getDefaultInstance();
        });
        assertThrows(BotmeshException.class, () -> work.result(listener(true)));
        work.ended.get(10, TimeUnit.SECONDS);
        assertTrue(work.isSettled());
    }

    @Test
    void theDeadlineEndsTheWorkItself() throws Exception {
        End end = end(Map.of());
        Call asked = call(end, "m-1", "hi");
        asked.endIn(Duration.ofMillis(30));
        Work work = end.works.claim(asked).work();
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
        End end = end(Map.of());
        Work work = end.works.claim(call(end, "m-1", "hi")).work();
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
        End end = end(Map.of());
        Work work = end.works.claim(call(end, "m-1", "hi")).work();
        work.startOnce(() -> {
            while (true) {
                work.emit(DelegateStreamResponse.newBuilder().setProgress(Progress.getDefaultInstance()));
            }
        });
        TimeUnit.MILLISECONDS.sleep(100);
        assertEquals(Work.WINDOW, work.last());
        work.cancel("enough");
        work.ended.get(10, TimeUnit.SECONDS);
    }

    @Test
    void outcomesAreForgottenWhenThereAreTooMany() throws Exception {
        End end = end(Map.of("BOTMESH_IDEMPOTENCY_ENTRIES", "2"));
        for (String id : List.of("m-1", "m-2", "m-3")) {
            Work work = end.works.claim(call(end, id, "hi")).work();
            work.startOnce(Reply::getDefaultInstance);
            work.ended.get(10, TimeUnit.SECONDS);
        }
        assertEquals(2, end.works.remembered());
    }
}
