package io.zonefleet.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the engine's thread says reaches each connection, in order, when it has said all. */
class OutboxTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Outbox outbox = new Outbox();
  private final Executor loop = outbox.towards(context);
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** Until the event loop has done what it had to do by now. */
  private void settle() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    context.runOnContext(ignored -> done.countDown());
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void nothingIsHandedOverBeforeTheFlushAndAllOfItOnceThen() throws InterruptedException {
    loop.execute(() -> heard.add("one"));
    loop.execute(() -> heard.add("two"));
    settle();
    assertThat(heard).isEmpty();
    outbox.flush();
    outbox.flush();
    settle();
    assertThat(heard).containsExactly("one", "two");
  }

  @Test
  void actionsRunOnTheirConnectionsEventLoop() throws InterruptedException {
    loop.execute(() -> heard.add(String.valueOf(Vertx.currentContext() == context)));
    outbox.flush();
    settle();
    assertThat(heard).containsExactly("true");
  }

  @Test
  void anActionThatFailsKeepsNoOtherFromRunning() throws InterruptedException {
    context.exceptionHandler(problem -> heard.add(problem.getMessage()));
    loop.execute(
        () -> {
          throw new IllegalStateException("broken");
        });
    loop.execute(() -> heard.add("after"));
    outbox.flush();
    settle();
    assertThat(heard).containsExactly("broken", "after");
  }

  @Test
  void aServerThatIsGoneBreaksNothing() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
    loop.execute(() -> heard.add("never"));
    outbox.flush();
    assertThat(heard).isEmpty();
  }
}
