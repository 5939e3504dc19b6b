package io.zonefleet.inference.api;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.zonefleet.inference.engine.Sampling;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Writes requests as spans, with the attributes of OpenTelemetry's semantic conventions for HTTP
 * servers and generative AI, and vLLM's {@code gen_ai.latency.…}, in seconds. No attribute holds a
 * word of prompt or answer.
 */
final class Spans implements AutoCloseable {
  private static final String SCOPE = "io.zonefleet.inference";

  private static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");

  private static final TextMapGetter<ServedRequest> TRACEPARENT =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(ServedRequest served) {
          return List.of("traceparent");
        }

        @Override
        public String get(ServedRequest served, String key) {
          return served != null && key.equals("traceparent") ? served.parent().orElse(null) : null;
        }
      };

  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;

  Spans(OpenTelemetrySdk sdk) {
    this.sdk = sdk;
    this.tracer = sdk.getTracer(SCOPE);
  }

  /**
   * As OpenTelemetry's environment variables say.
   *
   * @throws RuntimeException when one of them is ill-formed
   */
  static Spans toCollector(PodConfig pod) {
    return new Spans(
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(
                () ->
                    Map.of(
                        "otel.service.name",
                        "zonefleet-inference-pod",
                        // the one protocol that needs no further library
                        "otel.exporter.otlp.protocol",
                        "http/protobuf"))
            .addPropertiesCustomizer(
                ignored -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none"))
            .addResourceCustomizer((given, ignored) -> resource(pod).merge(given))
            .build()
            .getOpenTelemetrySdk());
  }

  /** What {@code OTEL_RESOURCE_ATTRIBUTES} and {@code OTEL_SERVICE_NAME} say wins. */
  private static Resource resource(PodConfig pod) {
    return Resource.builder()
        .put("service.instance.id", pod.pod())
        .put("k8s.pod.name", pod.pod())
        .put("cloud.availability_zone", pod.zone())
        .build();
  }

  void write(ServedRequest served) {
    SpanBuilder builder =
        tracer
            .spanBuilder(name(served))
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(served.begun())
            .setParent(parent(served));
    builder
        .setAttribute("http.request.method", served.method())
        .setAttribute("url.path", served.path())
        .setAttribute("http.response.status_code", served.status())
        .setAttribute("zonefleet.request.id", served.id());
    served.client().ifPresent(client -> builder.setAttribute("zonefleet.client", client));
    served.error().ifPresent(error -> builder.setAttribute("error.type", error));
    served.asked().ifPresent(asked -> put(builder, asked));
    served.generated().ifPresent(generated -> put(builder, generated));
    served
        .asked()
        .ifPresent(ignored -> builder.setAttribute("gen_ai.latency.e2e", seconds(served.total())));
    Span span = builder.startSpan();
    // by the conventions for servers a client's mistake is no error of the server
    if (served.status() >= 500) {
      span.setStatus(StatusCode.ERROR, served.error().orElse(""));
    }
    span.end(served.begun().plus(served.total()));
  }

  /** Paths that strangers make up do not become names. */
  private static String name(ServedRequest served) {
    return served
        .asked()
        .map(asked -> asked.operation() + " " + asked.model())
        .orElse(
            served.status() == 404 || served.status() == 401
                ? served.method()
                : served.method() + " " + served.path());
  }

  private static void put(SpanBuilder builder, ServedRequest.Asked asked) {
    Sampling sampling = asked.sampling();
    builder
        .setAttribute("gen_ai.operation.name", asked.operation())
        .setAttribute("gen_ai.provider.name", "zonefleet")
        .setAttribute("gen_ai.request.model", asked.model())
        .setAttribute("gen_ai.response.model", asked.model())
        .setAttribute("gen_ai.request.choice.count", asked.choices())
        .setAttribute("gen_ai.request.temperature", sampling.temperature())
        .setAttribute("gen_ai.request.top_p", sampling.topP())
        .setAttribute("gen_ai.request.top_k", sampling.topK());
    asked.maxTokens().ifPresent(most -> builder.setAttribute("gen_ai.request.max_tokens", most));
  }

  private static void put(SpanBuilder builder, ServedRequest.Generated generated) {
    builder
        .setAttribute("gen_ai.usage.input_tokens", generated.promptTokens())
        .setAttribute("gen_ai.usage.cache_read.input_tokens", generated.cachedTokens())
        .setAttribute("gen_ai.usage.output_tokens", generated.completionTokens())
        .setAttribute("gen_ai.latency.time_in_queue", seconds(generated.queued()))
        .setAttribute(FINISH_REASONS, generated.finishes());
    generated
        .firstToken()
        .ifPresent(
            time -> builder.setAttribute("gen_ai.latency.time_to_first_token", seconds(time)));
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  /** None where the caller's header is missing or ill-formed. */
  private static Context parent(ServedRequest served) {
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), served, TRACEPARENT);
  }

  /** Sends what is left, for no longer than 2 s. */
  @Override
  public void close() {
    sdk.getSdkTracerProvider().shutdown().join(2, TimeUnit.SECONDS);
  }
}
