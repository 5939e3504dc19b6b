package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given an OTLP collector, or none. */
class TracesIT {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @TempDir Path work;

  @Test
  void requestsArriveAtTheCollector() throws Exception {
    List<String> received = new CopyOnWriteArrayList<>();
    HttpServer collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          // protobuf holds strings as they are
          received.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
    try (PodProcess pod =
        PodProcess.ready(
            work, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_BSP_SCHEDULE_DELAY", "50")) {
      pod.send(
          HttpRequest.newBuilder(
                  pod.request("/v1/chat/completions", PodProcess.longChat(5, false)),
                  (name, value) -> true)
              .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
              .build());
      pod.await("told", () -> String.join("", received).contains("chat tiny-r1"));
      assertThat(String.join("", received))
          .contains("gen_ai.usage.output_tokens", "zonefleet-inference-pod", "chat-zone-a-0")
          .contains(new String(hex(TRACE), StandardCharsets.ISO_8859_1))
          .doesNotContain("Japan", "/readyz");

      pod.get("/v1/models");
      pod.sigterm();
      assertThat(pod.exitCode()).isZero();
      assertThat(String.join("", received)).as("sent before it ends").contains("GET /v1/models");
    } finally {
      collector.stop(0);
    }
  }

  private static byte[] hex(String digits) {
    return java.util.HexFormat.of().parseHex(digits);
  }

  @Test
  void withoutACollectorNothingOfItIsLoaded() throws Exception {
    Path classes = work.resolve("classes");
    try (PodProcess pod =
        PodProcess.ready(work, "JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + classes)) {
      pod.post("/v1/chat/completions", PodProcess.longChat(5, false));
      assertThat(Files.readString(classes, StandardCharsets.ISO_8859_1))
          .contains("io.zonefleet.inference.api.Traces")
          .doesNotContain(" io.opentelemetry.");
    }
  }

  @Test
  void aCollectorThatIsConfiguredWrongDoesNotKeepThePodFromServing() throws Exception {
    try (PodProcess pod =
        PodProcess.ready(
            work,
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://127.0.0.1:9",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "carrier-pigeon")) {
      assertThat(pod.log()).contains("No spans are sent to http://127.0.0.1:9: ");
      assertThat(pod.post("/predict", "{\"text\": \"Hello!\"}").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aCollectorThatIsAwayCostsNoRequest() throws Exception {
    try (PodProcess pod =
        PodProcess.ready(work, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")) {
      for (int i = 0; i < 50; i++) {
        assertThat(pod.status("/v1/models")).isEqualTo(200);
      }
    }
  }
}
