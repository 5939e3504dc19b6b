package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Given one slot and one place in the queue. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdmissionIT {
  private static final String RUNNING = "vllm:num_requests_running";
  private static final String WAITING = "vllm:num_requests_waiting";

  @TempDir static Path work;
  private PodProcess pod;

  @BeforeAll
  void start() throws Exception {
    pod = PodProcess.ready(work, "ZONEFLEET_MAX_CONCURRENCY", "1", "ZONEFLEET_QUEUE_CAPACITY", "1");
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  @BeforeEach
  void idle() {
    pod.await("idle", () -> pod.metric(RUNNING) + pod.metric(WAITING) == 0);
  }

  private CompletableFuture<HttpResponse<String>> generate(int tokens) {
    return pod.http.sendAsync(
        pod.request("/v1/chat/completions", PodProcess.longChat(tokens, false)),
        BodyHandlers.ofString());
  }

  @Test
  void aFullQueueIsToldToComeAgain() {
    CompletableFuture<HttpResponse<String>> runs = generate(900);
    pod.await("busy", () -> pod.metric(RUNNING) == 1);
    CompletableFuture<HttpResponse<String>> waits = generate(900);
    pod.await("full", () -> pod.metric(WAITING) == 1);
    HttpResponse<String> refused = pod.post("/v1/chat/completions", PodProcess.longChat(1, false));
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("retry-after")).contains("1");
    assertThat(refused.headers().firstValue("x-zonefleet-pod")).contains("chat-zone-a-0");
    assertThat(refused.body())
        .contains("\"type\":\"rate_limit_error\"", "\"code\":\"queue_full\"", "1 requests wait");
    assertThat(pod.status("/readyz")).isEqualTo(200);
    assertThat(runs.join().statusCode()).isEqualTo(200);
    assertThat(waits.join().statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatGoesAwayFreesItsSlot() throws Exception {
    double before = pod.metric("vllm:generation_tokens_total");
    try (Socket client = send(PodProcess.longChat(900, true))) {
      assertThat(client.getInputStream().read()).isEqualTo('H');
      pod.await("busy", () -> pod.metric(RUNNING) == 1);
    }
    assertThat(generate(3).join().statusCode()).isEqualTo(200);
    assertThat(pod.metric("vllm:generation_tokens_total") - before).isLessThan(900);
  }

  @Test
  void aClientThatGoesAwayLeavesTheQueue() throws Exception {
    CompletableFuture<HttpResponse<String>> runs = generate(900);
    pod.await("busy", () -> pod.metric(RUNNING) == 1);
    double before = pod.metric("vllm:generation_tokens_total");
    try (Socket client = send(PodProcess.longChat(800, false))) {
      pod.await("full", () -> pod.metric(WAITING) == 1);
    }
    assertThat(runs.join().statusCode()).isEqualTo(200);
    assertThat(generate(3).join().statusCode()).isEqualTo(200);
    assertThat(pod.metric("vllm:generation_tokens_total") - before).isLessThanOrEqualTo(903);
  }

  /** The gateway may replay a request elsewhere as long as no byte of its answer went out. */
  @Test
  void aStreamThatWaitsIsSilent() throws Exception {
    CompletableFuture<HttpResponse<String>> runs = generate(900);
    pod.await("busy", () -> pod.metric(RUNNING) == 1);
    try (Socket client = send(PodProcess.longChat(3, true))) {
      pod.await("full", () -> pod.metric(WAITING) == 1);
      assertThat(client.getInputStream().available()).isZero();
      assertThat(runs.join().statusCode()).isEqualTo(200);
      assertThat(client.getInputStream().read()).isEqualTo('H');
    }
  }

  /** By hand, since a client library would keep the connection. */
  private Socket send(String json) throws Exception {
    Socket socket = new Socket("127.0.0.1", pod.port);
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    OutputStream out = socket.getOutputStream();
    out.write(
        ("POST /v1/chat/completions HTTP/1.1\r\nhost: pod\r\ncontent-type: application/json\r\n"
                + "content-length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
    return socket;
  }

  @Test
  void refusalsNameTheField() {
    HttpResponse<String> hot =
        pod.post(
            "/v1/chat/completions",
            PodProcess.longChat(3, false).replace("\"stream\"", "\"temperature\": 3, \"stream\""));
    assertThat(hot.statusCode()).isEqualTo(400);
    assertThat(hot.body())
        .contains("\"param\":\"temperature\"", "temperature is 3", "from 0.0 to 2.0");
    HttpResponse<String> unknown =
        pod.post("/v1/chat/completions", PodProcess.longChat(3, false).replace("tiny-r1", "gpt-4"));
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("model_not_found", "`gpt-4`", "`tiny-r1`");
    HttpResponse<String> nowhere = pod.get("/v2/chat");
    assertThat(nowhere.statusCode()).isEqualTo(404);
    assertThat(nowhere.body()).contains("There is no GET /v2/chat");
    for (HttpResponse<String> each : new HttpResponse[] {hot, unknown, nowhere}) {
      assertThat(each.headers().map().keySet())
          .contains("x-zonefleet-zone", "x-zonefleet-pod", "x-zonefleet-revision");
    }
  }
}
