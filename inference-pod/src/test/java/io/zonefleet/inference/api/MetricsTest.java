package io.zonefleet.inference.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dashboards, autoscalers and inference gateways find the metrics that they know of vLLM. */
@QuarkusTest
class MetricsTest {
  private static final Path REFERENCE = Path.of("..", "docs", "reference", "server.md");
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");

  @BeforeEach
  void ready() {
    Ready.await();
  }

  /** In Prometheus' own format, where names end as their series do. */
  private static String scrape() {
    return given()
        .accept("text/plain")
        .get("/metrics")
        .then()
        .statusCode(200)
        .extract()
        .asString()
        .replace(",}", "}");
  }

  private static double value(String series) {
    return scrape()
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static void complete(int tokens) {
    given()
        .contentType("application/json")
        .body(
            "{\"model\": \"tiny-r1\", \"prompt\": \"The capital of\", \"ignore_eos\": true,"
                + " \"max_tokens\": "
                + tokens
                + "}")
        .post("/v1/completions")
        .then()
        .statusCode(200);
  }

  /** The names and types of vLLM's own, at version 0.11. */
  @Test
  void namesAndTypesAreThoseOfVllm() {
    complete(3);
    Map<String, String> types = new TreeMap<>();
    Matcher matcher = TYPE.matcher(scrape());
    while (matcher.find()) {
      types.put(matcher.group(1), matcher.group(2));
    }
    for (String gauge :
        new String[] {
          "num_requests_running",
          "num_requests_waiting",
          "kv_cache_usage_perc",
          "gpu_cache_usage_perc",
          "cache_config_info"
        }) {
      assertThat(types).containsEntry("vllm:" + gauge, "gauge");
    }
    for (String counter :
        new String[] {
          "prompt_tokens_total",
          "generation_tokens_total",
          "prefix_cache_queries_total",
          "prefix_cache_hits_total",
          "request_success_total"
        }) {
      assertThat(types).containsEntry("vllm:" + counter, "counter");
    }
    for (String histogram :
        new String[] {
          "time_to_first_token_seconds",
          "inter_token_latency_seconds",
          "time_per_output_token_seconds",
          "request_time_per_output_token_seconds",
          "e2e_request_latency_seconds",
          "request_queue_time_seconds",
          "request_prefill_time_seconds",
          "request_decode_time_seconds",
          "request_inference_time_seconds",
          "request_prompt_tokens",
          "request_generation_tokens",
          "request_params_n",
          "request_params_max_tokens"
        }) {
      assertThat(types).containsEntry("vllm:" + histogram, "histogram");
    }
  }

  @Test
  void aRequestIsCountedInEach() {
    String of = "{model_name=\"tiny-r1\"}";
    double tokens = value("vllm:generation_tokens_total" + of);
    double between = value("vllm:inter_token_latency_seconds_count" + of);
    double answers = value("vllm:e2e_request_latency_seconds_count" + of);
    String ended = "vllm:request_success_total{finished_reason=\"length\",model_name=\"tiny-r1\"}";
    double lengths = value(ended);
    complete(20);
    assertThat(value("vllm:generation_tokens_total" + of) - tokens).isEqualTo(20);
    assertThat(value("vllm:inter_token_latency_seconds_count" + of) - between).isEqualTo(19);
    assertThat(value("vllm:e2e_request_latency_seconds_count" + of) - answers).isEqualTo(1);
    assertThat(value(ended) - lengths).isEqualTo(1);
    double mean =
        value("vllm:inter_token_latency_seconds_sum" + of)
            / value("vllm:inter_token_latency_seconds_count" + of);
    assertThat(mean).isBetween(1e-5, 5.0);
  }

  @Test
  void theCachesSizeIsToldInBlocks() {
    assertThat(scrape())
        .containsPattern(
            "vllm:cache_config_info\\{block_size=\"16\",model_name=\"tiny-r1\","
                + "num_gpu_blocks=\"[1-9]\\d*\"\\} 1\\.0");
  }

  /** Given the reference page, then it lists each metric that is ours. */
  @Test
  void everyMetricIsInTheReference() throws IOException {
    complete(3);
    String page = Files.readString(REFERENCE);
    Matcher matcher = TYPE.matcher(scrape());
    while (matcher.find()) {
      String name = matcher.group(1);
      if (name.matches("(vllm:|zonefleet_).*") && !name.endsWith("_max")) {
        assertThat(page).contains("`" + name + "`");
      }
    }
  }
}
