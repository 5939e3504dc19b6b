package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.inference.auth.SecretFolder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Given a pod with a Secret of API keys, which changes while it serves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeysIT {
  private static final String A = "key-of-team-a-0123456789";
  private static final String B = "key-of-team-b-0123456789";

  @TempDir static Path work;
  private SecretFolder secret;
  private PodProcess pod;

  @BeforeAll
  void start() throws Exception {
    secret = new SecretFolder(work.resolve("keys")).holds(Map.of("team-a", A));
    pod =
        PodProcess.ready(
            work,
            "ZONEFLEET_API_KEYS_PATH",
            secret.path().toString(),
            "ZONEFLEET_API_KEYS_RELOAD",
            "50ms",
            "ZONEFLEET_MAX_CONCURRENCY",
            "1");
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private HttpResponse<String> models(String authorization) {
    HttpRequest.Builder request = HttpRequest.newBuilder(pod.uri("/v1/models"));
    if (authorization != null) {
      request.header("authorization", authorization);
    }
    return pod.send(request.build());
  }

  private boolean letsIn(String key) {
    return models("Bearer " + key).statusCode() == 200;
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/models",
    "GET, /v1/models/tiny-r1",
    "POST, /v1/chat/completions",
    "POST, /v1/completions",
    "POST, /predict",
    "POST, /nowhere",
    "GET, /healthz/../v1/models",
    "GET, /metrics/x",
    "GET, //v1/models",
    "OPTIONS, /v1/models",
    "GET, /healthz%2f..%2fv1/models",
  })
  void nothingIsToldToAnybodyWithoutAKey(String method, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(pod.uri(path))
            .method(method, HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    HttpResponse<String> refused = pod.send(request);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("www-authenticate")).contains("Bearer");
    assertThat(refused.headers().firstValue("x-zonefleet-pod")).contains("chat-zone-a-0");
    assertThat(refused.body())
        .contains("\"type\":\"invalid_request_error\"", "\"code\":\"invalid_api_key\"")
        .contains("Authorization: Bearer KEY");
  }

  @ParameterizedTest
  @CsvSource({"/healthz", "/readyz", "/metrics"})
  void probesNeedNoKey(String path) {
    assertThat(pod.status(path)).isEqualTo(200);
  }

  @Test
  void theRightKeyIsLetInHoweverBearerIsSpelled() {
    assertThat(letsIn(A)).isTrue();
    assertThat(models("bearer  " + A).statusCode()).isEqualTo(200);
    assertThat(models(A).statusCode()).isEqualTo(401);
    assertThat(models("Basic " + A).statusCode()).isEqualTo(401);
    HttpResponse<String> wrong = models("Bearer " + A + "x");
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.body()).contains("not one of this server's").doesNotContain(A);
    assertThat(pod.log()).doesNotContain(A);
  }

  /** The body of a request that is refused is not read, and the connection still serves. */
  @Test
  void aLargeBodyWithoutAKeyIsRefusedAtOnce() {
    String body = "{\"text\": \"" + "x".repeat(3 << 20) + "\"}";
    for (int i = 0; i < 3; i++) {
      assertThat(pod.post("/v1/completions", body).statusCode()).isEqualTo(401);
    }
    assertThat(letsIn(A)).isTrue();
  }

  @Test
  void keysChangeWithoutARestart() throws Exception {
    try {
      secret.holds(Map.of("team-a", A, "team-b", B));
      pod.await("told of the new key", () -> letsIn(B));
      assertThat(pod.get("/readyz").body()).contains("\"apiKeys\":2");
      secret.holds(Map.of("team-b", B));
      pod.await("told of the withdrawn key", () -> !letsIn(A));
      assertThat(letsIn(B)).isTrue();
      secret.holds(Map.of());
      pod.await("without keys", () -> !letsIn(B));
      assertThat(models("Bearer " + B).body()).contains("no API keys yet");
      assertThat(pod.status("/readyz")).as("its peers have no keys either").isEqualTo(200);
      assertThat(pod.get("/readyz").body()).contains("\"apiKeys\":0");
      Files.delete(secret.path().resolve("..data"));
      for (String link : new String[] {"team-a", "team-b"}) {
        Files.delete(secret.path().resolve(link));
      }
      assertThat(letsIn(A) || letsIn(B)).isFalse();
    } finally {
      secret.holds(Map.of("team-a", A));
      pod.await("told of the first key again", () -> letsIn(A));
    }
  }

  private CompletableFuture<Long> generate(String key) {
    HttpRequest request =
        HttpRequest.newBuilder(
                pod.request("/v1/chat/completions", PodProcess.longChat(900, false)),
                (name, value) -> true)
            .header("authorization", "Bearer " + key)
            .build();
    return pod.http
        .sendAsync(request, BodyHandlers.ofString())
        .thenApply(
            answer -> {
              assertThat(answer.statusCode()).isEqualTo(200);
              return System.nanoTime();
            });
  }

  private void waiting(int count) {
    pod.await(count + " waiting", () -> pod.metric("vllm:num_requests_waiting") == count);
  }

  /** Given one slot, and a client who is there first with many requests. */
  @Test
  void whoseKeyItIsHasTurnsOfItsOwn() throws Exception {
    try {
      secret.holds(Map.of("team-a", A, "team-b", B));
      pod.await("told of the second client", () -> letsIn(B));
      CompletableFuture<Long> runs = generate(A);
      pod.await("busy", () -> pod.metric("vllm:num_requests_running") == 1);
      CompletableFuture<Long> next = generate(A);
      waiting(1);
      CompletableFuture<Long> last = generate(A);
      waiting(2);
      CompletableFuture<Long> other = generate(B);
      waiting(3);
      assertThat(other.join()).isGreaterThan(next.join()).isLessThan(last.join());
      assertThat(runs.join()).isLessThan(next.join());
    } finally {
      secret.holds(Map.of("team-a", A));
      pod.await("told of the first key again", () -> letsIn(A) && !letsIn(B));
    }
  }
}
