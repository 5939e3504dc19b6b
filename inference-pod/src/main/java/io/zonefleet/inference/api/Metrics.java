package io.zonefleet.inference.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.zonefleet.inference.engine.Engine;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.Usage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/** The metrics that vLLM's dashboards and autoscalers know, under vLLM's names. */
@ApplicationScoped
public class Metrics {
  private final MeterRegistry registry;
  private final Tags tags;

  @Inject
  Metrics(MeterRegistry registry, PodConfig config) {
    this.registry = registry;
    this.tags = Tags.of("model_name", config.model().name());
  }

  void observe(LoadedModel model) {
    Engine engine = model.engine();
    gauge(
        "vllm:num_requests_running", engine, e -> e.load().running(), "Requests that hold a slot");
    gauge("vllm:num_requests_waiting", engine, e -> e.load().waiting(), "Requests in the queue");
    gauge(
        "vllm:kv_cache_usage_perc",
        engine,
        e -> e.load().cacheUsage(),
        "Share of the key-value cache in use, 0 to 1");
  }

  /** Keys that let a client in. */
  void keys(Supplier<Number> count) {
    Gauge.builder("zonefleet_api_keys", count)
        .description("Clients whose API key lets them in")
        .register(registry);
  }

  private void gauge(
      String name, Engine engine, java.util.function.ToDoubleFunction<Engine> value, String help) {
    Gauge.builder(name, engine, value).tags(tags).description(help).register(registry);
  }

  void answered(FinishReason reason, Usage usage) {
    count("vllm:prompt_tokens", usage.promptTokens(), tags);
    count("vllm:prefix_cache_queries", usage.promptTokens(), tags);
    count("vllm:prefix_cache_hits", usage.cachedTokens(), tags);
    count("vllm:generation_tokens", usage.completionTokens(), tags);
    count(
        "vllm:request_success",
        1,
        tags.and("finished_reason", reason.name().toLowerCase(Locale.ROOT)));
    time("vllm:request_queue_time", usage.queued());
    time("vllm:e2e_request_latency", usage.total());
    if (usage.completionTokens() > 0) {
      time("vllm:time_to_first_token", usage.firstToken());
    }
  }

  /**
   * @param why {@code queue_full}, {@code draining}, {@code engine} …
   */
  void refused(String why) {
    count("zonefleet_requests_refused", 1, tags.and("reason", why));
  }

  private void count(String name, double amount, Tags with) {
    Counter.builder(name).tags(with).register(registry).increment(amount);
  }

  private void time(String name, Duration duration) {
    Timer.builder(name)
        .tags(tags)
        .serviceLevelObjectives(
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofMillis(2500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60))
        .register(registry)
        .record(duration);
  }
}
