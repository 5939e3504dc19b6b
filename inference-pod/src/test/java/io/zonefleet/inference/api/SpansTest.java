package io.zonefleet.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.zonefleet.inference.engine.Sampling;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A request as a span. */
class SpansTest {
  private static final Instant BEGUN = Instant.parse("2026-11-25T10:00:00.5Z");
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final ServedRequest CHAT =
      new ServedRequest(
          "7",
          Optional.of("team-a"),
          "POST",
          "/v1/chat/completions",
          200,
          Optional.empty(),
          Optional.of(
              new ServedRequest.Asked("chat", "tiny-r1", Sampling.GREEDY, OptionalInt.of(30), 2)),
          Optional.of(
              new ServedRequest.Generated(
                  12,
                  4,
                  33,
                  List.of("length", "stop"),
                  Duration.ofMillis(3),
                  Optional.of(Duration.ofMillis(20)))),
          BEGUN,
          Duration.ofMillis(190),
          Optional.of(PARENT));

  private static SpanData written(ServedRequest served) {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    try (Spans spans = new Spans(sdk)) {
      spans.write(served);
      return exporter.getFinishedSpanItems().getFirst();
    }
  }

  private static ServedRequest refused(int status, String path, String parent) {
    return new ServedRequest(
        "8",
        Optional.empty(),
        "GET",
        path,
        status,
        Optional.of("code"),
        Optional.empty(),
        Optional.empty(),
        BEGUN,
        Duration.ofMillis(1),
        Optional.ofNullable(parent));
  }

  @Test
  void anAnswerIsASpanOfItsCallers() {
    SpanData span = written(CHAT);
    assertThat(span.getName()).isEqualTo("chat tiny-r1");
    assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(span.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
    assertThat(span.getStartEpochNanos()).isEqualTo(BEGUN.toEpochMilli() * 1_000_000);
    assertThat(span.getEndEpochNanos() - span.getStartEpochNanos()).isEqualTo(190_000_000);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void itsAttributesAreThoseOfTheConventions() {
    SpanData span = written(CHAT);
    assertThat(span.getAttributes().asMap())
        .containsEntry(AttributeKey.stringKey("gen_ai.operation.name"), "chat")
        .containsEntry(AttributeKey.stringKey("gen_ai.request.model"), "tiny-r1")
        .containsEntry(AttributeKey.longKey("gen_ai.request.max_tokens"), 30L)
        .containsEntry(AttributeKey.longKey("gen_ai.request.choice.count"), 2L)
        .containsEntry(AttributeKey.doubleKey("gen_ai.request.temperature"), 0.0)
        .containsEntry(AttributeKey.longKey("gen_ai.usage.input_tokens"), 12L)
        .containsEntry(AttributeKey.longKey("gen_ai.usage.output_tokens"), 33L)
        .containsEntry(
            AttributeKey.stringArrayKey("gen_ai.response.finish_reasons"),
            List.of("length", "stop"))
        .containsEntry(AttributeKey.doubleKey("gen_ai.latency.time_to_first_token"), 0.02)
        .containsEntry(AttributeKey.doubleKey("gen_ai.latency.time_in_queue"), 0.003)
        .containsEntry(AttributeKey.longKey("http.response.status_code"), 200L)
        .containsEntry(AttributeKey.stringKey("zonefleet.client"), "team-a");
  }

  @Test
  void aParentThatIsIllFormedIsNoParent() {
    assertThat(written(refused(400, "/v1/models", "00-zz")).getParentSpanId())
        .isEqualTo("0000000000000000");
    assertThat(written(refused(400, "/v1/models", null)).getName()).isEqualTo("GET /v1/models");
  }

  @Test
  void pathsThatStrangersMakeUpDoNotBecomeNames() {
    assertThat(written(refused(404, "/a/b/c", null)).getName()).isEqualTo("GET");
    assertThat(written(refused(401, "/a/b/c", null)).getName()).isEqualTo("GET");
  }

  @Test
  void onlyTheServersFailuresAreErrors() {
    assertThat(written(refused(429, "/x", null)).getStatus().getStatusCode())
        .isEqualTo(StatusCode.UNSET);
    assertThat(written(refused(503, "/x", null)).getStatus().getStatusCode())
        .isEqualTo(StatusCode.ERROR);
  }
}
