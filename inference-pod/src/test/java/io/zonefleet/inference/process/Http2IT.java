package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The pod as Envoy meets it: one HTTP/2 connection with prior knowledge, many streams, PINGs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2IT {
  private static final String CHAT = "/v1/chat/completions";

  @TempDir static Path work;
  private PodProcess pod;

  @BeforeAll
  void start() throws Exception {
    pod = PodProcess.ready(work);
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private static <T> T join(CompletableFuture<T> future) throws Exception {
    return future.get(PodProcess.DEADLINE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void priorKnowledgeIsUnderstood() throws Exception {
    try (Http2Connection gateway = new Http2Connection(pod.port)) {
      int stream = gateway.post("/predict", "{\"text\": \"What is the capital of France?\"}");
      Http2Connection.Answer answer = join(gateway.answer(stream));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers().get("x-zonefleet-zone")).hasToString("zone-a");
      assertThat(answer.body()).contains("Paris");
    }
  }

  @Test
  void http1IsUnderstoodOnTheSamePort() {
    HttpResponse<String> answer = pod.post("/predict", "{\"text\": \"Hello!\"}");
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-zonefleet-pod")).contains("chat-zone-a-0");
  }

  /**
   * Envoy gives a connection up when a PING takes 250 ms; generations must not cost it. The bound
   * here is a median, since a machine that runs a whole build may pause any process that long.
   */
  @Test
  void pingsAreAnsweredWhileAllSlotsAreBusy() throws Exception {
    try (Http2Connection gateway = new Http2Connection(pod.port)) {
      List<CompletableFuture<Http2Connection.Answer>> running = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        int stream = gateway.post(CHAT, PodProcess.longChat(600, i % 2 == 0));
        running.add(gateway.answer(stream));
      }
      List<Duration> pings = new ArrayList<>();
      while (!running.stream().allMatch(CompletableFuture::isDone)) {
        pings.add(join(gateway.ping()));
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
      assertThat(running).allSatisfy(each -> assertThat(each.join().status()).isEqualTo(200));
      assertThat(pings).hasSizeGreaterThan(10);
      assertThat(pings.stream().sorted().toList().get(pings.size() / 2))
          .isLessThan(Duration.ofMillis(100));
    }
  }

  /** All clients' disconnects come over one connection; that must not look like an attack. */
  @Test
  void manyClientsGoAwayAndTheConnectionStays() throws Exception {
    try (Http2Connection gateway = new Http2Connection(pod.port)) {
      for (int i = 0; i < 600; i++) {
        int stream = gateway.post(CHAT, PodProcess.longChat(600, true));
        join(gateway.ping());
        gateway.reset(stream);
      }
      int stream = gateway.post("/predict", "{\"text\": \"Hello!\"}");
      assertThat(join(gateway.answer(stream)).status()).isEqualTo(200);
      assertThat(gateway.lost()).isNotDone();
      pod.await("idle", () -> pod.metric("vllm:num_requests_running") == 0);
      assertThat(pod.metric("vllm:num_requests_waiting")).isZero();
    }
  }
}
