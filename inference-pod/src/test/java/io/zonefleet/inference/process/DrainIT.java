package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given a pod with work, when the kubelet ends it, then nothing that was accepted is lost. */
class DrainIT {
  @TempDir Path work;

  @Test
  void sigtermFinishesWhatRunsAndRefusesWhatComes() throws Exception {
    try (PodProcess pod = PodProcess.ready(work, "ZONEFLEET_MAX_CONCURRENCY", "4")) {
      HttpResponse<InputStream> stream =
          pod.http.send(
              pod.request("/v1/chat/completions", PodProcess.longChat(900, true)),
              BodyHandlers.ofInputStream());
      BufferedReader events =
          new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
      assertThat(events.readLine()).startsWith("data: ");
      List<CompletableFuture<HttpResponse<String>>> whole = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        whole.add(
            pod.http.sendAsync(
                pod.request("/v1/chat/completions", PodProcess.longChat(900, false)),
                BodyHandlers.ofString()));
      }
      pod.await(
          "busy, with a queue",
          () ->
              pod.metric("vllm:num_requests_running") == 4
                  && pod.metric("vllm:num_requests_waiting") == 3);

      pod.sigterm();
      pod.await("unready", () -> pod.status("/readyz") == 503);
      assertThat(pod.get("/readyz").body()).contains("draining");
      assertThat(pod.status("/healthz")).isEqualTo(200);
      HttpResponse<String> refused =
          pod.post("/v1/chat/completions", PodProcess.longChat(3, false));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("retry-after")).contains("1");
      assertThat(refused.headers().firstValue("x-zonefleet-zone")).contains("zone-a");
      assertThat(refused.body()).contains("\"code\":\"draining\"");

      assertThat(events.lines().toList()).endsWith("data: [DONE]", "");
      for (CompletableFuture<HttpResponse<String>> each : whole) {
        HttpResponse<String> answer = each.join();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"completion_tokens\":900");
      }
      assertThat(pod.exitCode()).isZero();
      assertThat(pod.log()).contains("7 requests are being answered", "0 requests cut off");
    }
  }

  @Test
  void aPodThatIsLeavingStillAcceptsUntilItsGatewaysHaveSeenIt() throws Exception {
    try (PodProcess pod = PodProcess.ready(work, "ZONEFLEET_DRAIN_GRACE", "3s")) {
      pod.sigterm();
      pod.await("unready", () -> pod.status("/readyz") == 503);
      assertThat(pod.post("/predict", "{\"text\": \"Hello!\"}").statusCode()).isEqualTo(200);
      assertThat(pod.exitCode()).isZero();
    }
  }

  @Test
  void anAnswerThatTakesTooLongIsCutOff() throws Exception {
    try (PodProcess pod = PodProcess.ready(work, "ZONEFLEET_DRAIN_TIMEOUT", "10ms")) {
      CompletableFuture<HttpResponse<String>> answer =
          pod.http.sendAsync(
              pod.request("/v1/chat/completions", PodProcess.longChat(900, false)),
              BodyHandlers.ofString());
      pod.await("busy", () -> pod.metric("vllm:num_requests_running") == 1);
      pod.sigterm();
      assertThat(pod.exitCode()).isZero();
      assertThat(pod.log()).contains("1 requests cut off");
      assertThat(answer.handle((ok, error) -> error != null || ok.statusCode() == 503).join())
          .isTrue();
    }
  }
}
