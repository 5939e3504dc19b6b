package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.GatewayFixture.activeStandby;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to one request or stream, before a real Envoy with two zones. */
@EnvoyIsInstalled
class GatewayRequestsTest {
  private static final String A = "zone-a";
  private static final String B = "zone-b";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  @TempDir Path folder;
  private GatewayFixture fleet;

  @BeforeEach
  void serving() throws Exception {
    fleet = new GatewayFixture(folder, A, B);
    fleet.serving(activeStandby(fleet.endpoints(), A, B));
  }

  @AfterEach
  void end() throws Exception {
    client.shutdownNow();
    fleet.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {503, 429})
  void podThatRefusesIsTriedAgainInAnotherZone(int status) throws Exception {
    try (var load = OpenLoad.start(fleet.gateway, 50, 20)) {
      load.awaitAnswers(20);
      fleet.pod(A).refuseWhileReady(status);
      load.awaitAnswers(50);
      var result = load.finish("active pod answers " + status + " while its check passes");
      assertThat(result.failed()).isZero();
      assertThat(result.byZone().get(B)).isGreaterThan(30);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {503, 429})
  void allPodsRefuseAndTheClientIsToldSo(int status) throws Exception {
    fleet.pod(A).refuseWhileReady(status);
    fleet.pod(B).refuseWhileReady(status);
    var answer = client.send(post("/predict", new byte[0]), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).isEqualTo("refused");
  }

  @Test
  void podsThatMissAllTheirChecksAreTriedAllTheSame() throws Exception {
    fleet.pod(A).fallUnready();
    fleet.pod(B).fallUnready();
    fleet.awaitHealthy(0);
    assertThat(predictedIn()).isIn(A, B);

    fleet.pod(B).recover();
    fleet.awaitHealthy(1);
    for (int i = 0; i < 10; i++) {
      assertThat(predictedIn()).isEqualTo(B);
    }
  }

  @Test
  void podThatFallsUnreadyFinishesItsStreams() throws Exception {
    var stream = openStream(20, 100);
    fleet.pod(A).refuse();
    fleet.awaitHealthy(1);
    assertThat(predictedIn()).isEqualTo(B);
    assertThat(stream.get(10, TimeUnit.SECONDS).body())
        .hasSize(42)
        .contains("data: 1", "data: [DONE]");
  }

  @Test
  void drainingEndpointFinishesItsStreamsAndTakesNothingNew() throws Exception {
    var stream = openStream(20, 100);
    int before = fleet.pod(A).started();
    fleet
        .xds()
        .publish(activeStandby(List.of(fleet.pod(A).draining(), fleet.pod(B).endpoint()), A, B));
    Eventually.holds(
        Duration.ofSeconds(5), () -> "requests go to zone-b", () -> predictedIn().equals(B));
    int drained = fleet.pod(A).started();
    for (int i = 0; i < 20; i++) {
      assertThat(predictedIn()).isEqualTo(B);
    }
    assertThat(fleet.pod(A).started()).isEqualTo(drained);
    assertThat(before).isGreaterThan(0);
    assertThat(stream.get(10, TimeUnit.SECONDS).body()).contains("data: 1", "data: [DONE]");
  }

  /** The pod is gone from the plan while it still answers, as after a forced deletion. */
  @Test
  void endpointThatIsTakenAwayFinishesItsStreamsAndTakesNothingNew() throws Exception {
    var stream = openStream(20, 100);
    fleet.xds().publish(activeStandby(List.of(fleet.pod(B).endpoint()), A, B));
    Eventually.holds(
        Duration.ofSeconds(5), () -> "requests go to zone-b", () -> predictedIn().equals(B));
    for (int i = 0; i < 20; i++) {
      assertThat(predictedIn()).isEqualTo(B);
    }
    assertThat(stream.get(10, TimeUnit.SECONDS).body()).contains("data: 1", "data: [DONE]");
  }

  /** The observer is suspected, not the pods: what answers its checks goes on serving. */
  @Test
  void planWithoutPodsChangesNothingWhileTheyAnswer() throws Exception {
    try (var load = OpenLoad.start(fleet.gateway, 50, 20)) {
      load.awaitAnswers(20);
      fleet.xds().publish(activeStandby(List.of(), A, B));
      load.awaitAnswers(100);
      assertThat(load.finish("plan without pods").failed()).isZero();
    }
  }

  @Test
  void answersStreamUnbuffered() throws Exception {
    var request = post("/stream?chunks=5&millis=200", new byte[0]);
    var answer = client.send(request, BodyHandlers.ofLines());
    long first = System.nanoTime();
    var arrivals =
        answer
            .body()
            .filter(line -> line.startsWith("data"))
            .map(line -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - first))
            .toList();
    System.out.println("chunks sent each 200 ms arrived after " + arrivals + " ms");
    assertThat(arrivals).hasSize(6);
    assertThat(arrivals.getFirst()).isLessThan(500);
    assertThat(arrivals.getLast()).isGreaterThan(800);
  }

  /** Nothing after the first byte is replayed: the client sees that its stream broke. */
  @Test
  void streamBreaksWhenItsPodDies() throws Exception {
    int before = fleet.pod(B).started();
    var stream = openStream(50, 100);
    fleet.pod(A).kill();
    assertThat(stream)
        .failsWithin(Duration.ofSeconds(3))
        .withThrowableThat()
        .withMessageContaining("IOException");
    assertThat(fleet.pod(B).started()).isEqualTo(before);
    Eventually.holds(
        Duration.ofSeconds(15),
        () -> "the gateway's log tells of the stream; it holds: " + fleet.gateway.log(),
        () -> fleet.gateway.log().contains("\"POST /stream?"));
  }

  @Test
  void clientThatLeavesEndsItsStreamAtThePod() throws Exception {
    var stream = openStream(1_000, 100);
    Eventually.holds(
        Duration.ofSeconds(5),
        () -> "the stream runs",
        () -> fleet.gateway.stat("cluster.inference.upstream_rq_active") == 1);
    stream.cancel(true);
    Eventually.holds(
        Duration.ofSeconds(5),
        () -> "the pod's slot is free",
        () -> fleet.gateway.stat("cluster.inference.upstream_rq_active") == 0);
    assertThat(fleet.gateway.stat("cluster.inference.upstream_rq_tx_reset")).isEqualTo(1);
  }

  @Test
  void promptOf4MebibytesSurvivesItsPod() throws Exception {
    var answer = sendAndKillItsPod(4 << 20);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(Integer.toString(4 << 20));
    assertThat(zone(answer)).isEqualTo(B);
  }

  @Test
  void largerPromptPassesButIsNotReplayed() throws Exception {
    var whole = client.send(post("/predict", new byte[12 << 20]), BodyHandlers.ofString());
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo(Integer.toString(12 << 20));
    assertThat(sendAndKillItsPod(12 << 20).statusCode()).isEqualTo(503);
  }

  private HttpResponse<String> sendAndKillItsPod(int bytes) throws Exception {
    int before = fleet.pod(A).started();
    var answer =
        client.sendAsync(post("/predict?millis=1500", new byte[bytes]), BodyHandlers.ofString());
    Eventually.holds(
        Duration.ofSeconds(5), () -> "the pod works", () -> fleet.pod(A).started() > before);
    Eventually.holds(
        Duration.ofSeconds(5),
        () -> "the whole prompt is at the pod",
        () -> fleet.gateway.stat("cluster.inference.upstream_cx_tx_bytes_total") > bytes);
    fleet.pod(A).kill();
    return answer.get(10, TimeUnit.SECONDS);
  }

  /** Begun: its first byte is at the client. */
  private CompletableFuture<HttpResponse<List<String>>> openStream(int chunks, int millis)
      throws Exception {
    var begun = new CompletableFuture<Void>();
    var stream =
        client.sendAsync(
            post("/stream?chunks=" + chunks + "&millis=" + millis, new byte[0]),
            info -> {
              begun.complete(null);
              return BodySubscribers.mapping(
                  BodySubscribers.ofString(UTF_8), body -> body.lines().toList());
            });
    begun.get(5, TimeUnit.SECONDS);
    return stream;
  }

  private String predictedIn() throws Exception {
    var answer = client.send(post("/predict", new byte[10]), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return zone(answer);
  }

  private static String zone(HttpResponse<?> answer) {
    return answer.headers().firstValue("x-zonefleet-zone").orElse("");
  }

  private HttpRequest post(String path, byte[] body) {
    return HttpRequest.newBuilder(
            URI.create("http://" + Envoy.ADDRESS + ":" + fleet.gateway.port + path))
        .timeout(Duration.ofSeconds(15))
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }
}
