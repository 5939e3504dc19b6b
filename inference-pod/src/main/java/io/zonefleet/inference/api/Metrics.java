package io.zonefleet.inference.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.zonefleet.inference.engine.Engine;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.Usage;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * The metrics that vLLM's dashboards and autoscalers know, under vLLM's names, and those of the
 * model-server protocol of Kubernetes' Gateway API Inference Extension, which are among them.
 *
 * <p>A singleton because the proxy of an {@code @ApplicationScoped} bean looks it up for each
 * token.
 */
@Singleton
public class Metrics {
  /** Seconds that a whole request, or a part of it, may take. */
  private static final double[] LATENCY = {
    0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300
  };

  /** Seconds from a token to the next. */
  private static final double[] BETWEEN_TOKENS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5
  };

  private static final double[] TOKENS = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000
  };

  /** Equal beginnings of prompts count from so many tokens on. */
  private static final int BLOCK_TOKENS = 16;

  private final MeterRegistry registry;
  private final Tags tags;
  private final Counter promptTokens;
  private final Counter generatedTokens;
  private final Counter prefixQueries;
  private final Counter prefixHits;
  private final Timer queue;
  private final Timer prefill;
  private final Timer decode;
  private final Timer inference;
  private final Timer total;
  private final Timer firstToken;
  private final Timer interToken;
  private final Timer perOutputToken;
  private final Timer meanPerOutputToken;
  private final DistributionSummary promptLength;
  private final DistributionSummary answerLength;
  private final DistributionSummary choices;
  private final DistributionSummary maxTokens;

  @Inject
  Metrics(MeterRegistry registry, PodConfig config) {
    this.registry = registry;
    this.tags = Tags.of("model_name", config.model().name());
    promptTokens = counter("vllm:prompt_tokens", "Tokens of prompts");
    generatedTokens = counter("vllm:generation_tokens", "Tokens generated");
    prefixQueries = counter("vllm:prefix_cache_queries", "Tokens looked up in the prefix cache");
    prefixHits = counter("vllm:prefix_cache_hits", "Tokens found in the prefix cache");
    queue = timer("vllm:request_queue_time", "Wait for a slot", LATENCY);
    prefill = timer("vllm:request_prefill_time", "From slot to first token", LATENCY);
    decode = timer("vllm:request_decode_time", "From first to last token", LATENCY);
    inference = timer("vllm:request_inference_time", "From slot to last token", LATENCY);
    total = timer("vllm:e2e_request_latency", "From submission to last token", LATENCY);
    firstToken = timer("vllm:time_to_first_token", "From submission to first token", LATENCY);
    interToken = timer("vllm:inter_token_latency", "From a token to the next", BETWEEN_TOKENS);
    perOutputToken =
        timer("vllm:time_per_output_token", "The same under its older name", BETWEEN_TOKENS);
    meanPerOutputToken =
        timer(
            "vllm:request_time_per_output_token",
            "Mean time from a token to the next, of each answer",
            BETWEEN_TOKENS);
    promptLength = summary("vllm:request_prompt_tokens", "Tokens of each prompt", TOKENS);
    answerLength = summary("vllm:request_generation_tokens", "Tokens of each answer", TOKENS);
    choices = summary("vllm:request_params_n", "Answers asked for", 1, 2, 4, 8);
    maxTokens = summary("vllm:request_params_max_tokens", "max_tokens asked for", TOKENS);
    // from the start, so that rates are right from the first request on
    for (FinishReason reason : FinishReason.values()) {
      success(reason);
    }
  }

  void observe(LoadedModel model) {
    Engine engine = model.engine();
    gauge(
        "vllm:num_requests_running", engine, e -> e.load().running(), "Requests that hold a slot");
    gauge("vllm:num_requests_waiting", engine, e -> e.load().waiting(), "Requests in the queue");
    String share = "Share of the key-value cache in use, 0 to 1";
    gauge("vllm:kv_cache_usage_perc", engine, e -> e.load().cacheUsage(), share);
    gauge("vllm:gpu_cache_usage_perc", engine, e -> e.load().cacheUsage(), share + "; older name");
    Gauge.builder("vllm:cache_config_info", () -> 1)
        .tags(tags)
        .tag("block_size", String.valueOf(BLOCK_TOKENS))
        .tag("num_gpu_blocks", String.valueOf(engine.cacheTokens() / BLOCK_TOKENS))
        .description("Size of the prefix cache, in blocks of so many tokens")
        .register(registry);
  }

  /** Keys that let a client in. */
  void keys(Supplier<Number> count) {
    Gauge.builder("zonefleet_api_keys", count)
        .description("Clients whose API key lets them in")
        .register(registry);
  }

  /** A request of which the engine will hear. */
  void asked(Ask ask) {
    choices.record(ask.choices());
    ask.maxTokens().ifPresent(maxTokens::record);
  }

  /** Called on the engine's thread for each token but the first one of an answer. */
  void nextToken(long nanos) {
    interToken.record(nanos, TimeUnit.NANOSECONDS);
    perOutputToken.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** An answer that ended without a failure. */
  void generated(FinishReason reason, Usage usage) {
    promptTokens.increment(usage.promptTokens());
    prefixQueries.increment(usage.promptTokens());
    prefixHits.increment(usage.cachedTokens());
    generatedTokens.increment(usage.completionTokens());
    promptLength.record(usage.promptTokens());
    answerLength.record(usage.completionTokens());
    success(reason).increment();
    queue.record(usage.queued());
    total.record(usage.total());
    if (usage.completionTokens() > 0) {
      Duration answering = usage.total().minus(usage.firstToken());
      firstToken.record(usage.firstToken());
      prefill.record(usage.firstToken().minus(usage.queued()));
      inference.record(usage.total().minus(usage.queued()));
      decode.record(answering);
      if (usage.completionTokens() > 1) {
        meanPerOutputToken.record(answering.dividedBy(usage.completionTokens() - 1L));
      }
    }
  }

  /**
   * @param why {@code queue_full}, {@code draining}, {@code engine} …
   */
  void refused(String why) {
    Counter.builder("zonefleet_requests_refused")
        .tags(tags.and("reason", why))
        .description("Requests refused that might succeed at another time or with another key")
        .register(registry)
        .increment();
  }

  private Counter success(FinishReason reason) {
    return Counter.builder("vllm:request_success")
        .tags(tags.and("finished_reason", RequestRecord.name(reason)))
        .description("Answers that ended without a failure")
        .register(registry);
  }

  private void gauge(String name, Engine engine, ToDoubleFunction<Engine> value, String help) {
    Gauge.builder(name, engine, value).tags(tags).description(help).register(registry);
  }

  private Counter counter(String name, String help) {
    return Counter.builder(name).tags(tags).description(help).register(registry);
  }

  private Timer timer(String name, String help, double[] seconds) {
    return Timer.builder(name)
        .tags(tags)
        .description(help)
        .serviceLevelObjectives(
            DoubleStream.of(seconds)
                .mapToObj(each -> Duration.ofNanos(Math.round(each * 1e9)))
                .toArray(Duration[]::new))
        .register(registry);
  }

  private DistributionSummary summary(String name, String help, double... bounds) {
    return DistributionSummary.builder(name)
        .tags(tags)
        .description(help)
        .serviceLevelObjectives(bounds)
        .register(registry);
  }
}
