package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Given a pod, then its log has one line for each request, and no word of what was said. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessLogIT {
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

  private HttpRequest request(String id, String path, String json) {
    return HttpRequest.newBuilder(pod.request(path, json), (name, value) -> true)
        .header("x-request-id", id)
        .build();
  }

  private List<String> lines(String part) {
    return pod.log().lines().filter(line -> line.contains(" " + part + " ")).toList();
  }

  private String line(String part) {
    pod.await("written down", () -> !lines(part).isEmpty());
    assertThat(lines(part)).hasSize(1);
    return lines(part).getFirst();
  }

  @Test
  void anAnswerIsWrittenDownUnderItsId() {
    HttpResponse<String> answer =
        pod.send(request("whole-1", "/v1/chat/completions", PodProcess.longChat(20, false)));
    assertThat(answer.headers().firstValue("x-request-id")).contains("whole-1");
    assertThat(line("id=whole-1"))
        .matches(
            ".* INFO +i\\.z\\.access id=whole-1 client=- method=POST path=/v1/chat/completions"
                + " status=200 error=- prompt_tokens=\\d+ cached_tokens=\\d+ completion_tokens=20"
                + " queue_ms=\\d+ ttft_ms=\\d+ total_ms=\\d+ finish=length")
        .doesNotContain("Japan");
  }

  @Test
  void aStreamIsWrittenDownWhenItEnds() {
    pod.send(request("stream-1", "/v1/chat/completions", PodProcess.longChat(20, true)));
    assertThat(line("id=stream-1")).contains("status=200", "completion_tokens=20");
  }

  @Test
  void aStreamWhoseClientLeavesIsWrittenDownAsAborted() throws Exception {
    HttpResponse<InputStream> stream =
        pod.http.send(
            request("gone-1", "/v1/chat/completions", PodProcess.longChat(900, true)),
            BodyHandlers.ofInputStream());
    assertThat(stream.body().read()).isEqualTo('d');
    stream.body().close();
    assertThat(line("id=gone-1")).contains("status=200").endsWith("finish=abort");
  }

  @Test
  void refusalsAreWrittenDownWithTheirCode() {
    pod.send(request("bad-1", "/v1/completions", "{\"model\": \"other\"}"));
    assertThat(line("id=bad-1")).contains("status=404 error=model_not_found prompt_tokens=-");
    pod.send(request("bad-2", "/predict", "{}"));
    assertThat(line("id=bad-2")).contains("status=400 error=invalid_value");
    pod.send(request("bad-3", "/v1/completions", "x".repeat(5 << 20)));
    assertThat(line("id=bad-3")).contains("status=413 error=request_too_large");
    HttpRequest endless =
        HttpRequest.newBuilder(pod.uri("/v1/completions"))
            .header("x-request-id", "bad-4")
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[5 << 20])))
            .build();
    assertThat(pod.send(endless).statusCode()).isEqualTo(413);
    assertThat(line("id=bad-4")).contains("status=413 error=request_too_large");
  }

  @Test
  void nobodyWritesLinesOfHisOwn() throws Exception {
    byte[] request =
        ("GET /a%0a%0dforged%20line%E2%80%A8?secret=1 HTTP/1.1\r\nhost: pod\r\n"
                + "x-request-id: 1 client=root\r\nconnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    String answer;
    try (Socket client = new Socket("127.0.0.1", pod.port)) {
      client.getOutputStream().write(request);
      answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
    assertThat(answer).contains("404 Not Found").containsPattern("x-request-id: [0-9a-f-]{36}");
    pod.await("written down", () -> pod.log().contains("path=/a"));
    assertThat(pod.log().lines().filter(line -> line.contains("forged")))
        .singleElement()
        .asString()
        .contains(" client=- method=GET path=/a", " status=404 error=not_found ")
        .doesNotContain("root", "secret");
  }

  @Test
  void probesAreNotWrittenDown() {
    assertThat(pod.status("/readyz")).isEqualTo(200);
    assertThat(pod.status("/metrics")).isEqualTo(200);
    assertThat(pod.get("/readyz").headers().firstValue("x-request-id")).isEmpty();
    pod.send(request("after-probes", "/predict", "{}"));
    line("id=after-probes");
    assertThat(pod.log()).doesNotContain("path=/readyz", "path=/metrics");
  }

  /** Given a pipe that is full, as when the container runtime hangs. */
  @Test
  @Timeout(120)
  void aLogThatNobodyReadsHoldsUpNoRequest(@TempDir Path other) throws Exception {
    Path log = other.resolve("log");
    assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor()).isZero();
    try (RandomAccessFile pipe = new RandomAccessFile(log.toFile(), "rw");
        PodProcess silent = PodProcess.ready(other)) {
      // a pipe holds 64 KiB, and a line has more than 150 bytes
      for (int i = 0; i < 1000; i++) {
        assertThat(silent.status("/v1/models")).isEqualTo(200);
      }
      assertThat(silent.status("/readyz")).isEqualTo(200);
      assertThat(pipe.read()).as("there was something to read").isPositive();
    }
  }
}
