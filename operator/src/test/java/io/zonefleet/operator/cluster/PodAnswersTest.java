package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.fleet.PodAnswer;
import io.zonefleet.operator.traffic.FleetKey;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Given pods that tell what they have loaded, and how many keys they know, when they are ready. */
class PodAnswersTest {
  private static final FleetKey FLEET = new FleetKey("ns", "chat");

  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger keys = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void serve() throws Exception {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/readyz",
        exchange -> {
          asked.incrementAndGet();
          var body =
              "{\"revision\":\"r1\",\"digest\":\"sha256:1\",\"apiKeys\":%d}"
                  .formatted(keys.get())
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aPodIsAskedOnceAndOnlyItsOwnRevisionCounts() {
    try (var answers = new PodAnswers()) {
      await(() -> !of(answers, false).isEmpty());

      var said = of(answers, false);
      assertThat(PodAnswer.digests(said, "r1")).isEqualTo(Map.of("zone-a", "sha256:1"));
      assertThat(PodAnswer.digests(said, "r2")).as("a pod of the revision before").isEmpty();
      assertThat(asked).hasValue(1);
    }
  }

  @Test
  void aPodIsAskedAgainForKeysThatMayCome() {
    try (var answers = new PodAnswers()) {
      await(() -> !of(answers, true).isEmpty());
      assertThat(of(answers, true).getFirst().apiKeys()).hasValue(0);

      keys.set(2);

      await(() -> of(answers, true).getFirst().apiKeys().getAsInt() == 2);
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private List<PodAnswer> of(PodAnswers answers, boolean again) {
    return answers.of(FLEET, List.of(pod()), server.getAddress().getPort(), "/readyz", again);
  }

  private static Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("chat-zone-a-0")
        .withUid("uid")
        .addToLabels(Labels.ZONE, "zone-a")
        .endMetadata()
        .withNewStatus()
        .withPodIP("127.0.0.1")
        .endStatus()
        .build();
  }
}
