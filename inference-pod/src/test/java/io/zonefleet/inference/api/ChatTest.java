package io.zonefleet.inference.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class ChatTest {
  private static final String QUESTION =
      "\"model\": \"tiny-r1\", \"temperature\": 0, "
          + "\"messages\": [{\"role\": \"user\", \"content\": \"What is the capital of France?\"}]";

  @BeforeEach
  void ready() {
    Ready.await();
  }

  private static ValidatableResponse chat(String body) {
    return given()
        .contentType("application/json")
        .body("{" + body + "}")
        .post("/v1/chat/completions")
        .then();
  }

  @Test
  void answersWithReasoningApart() {
    chat(QUESTION)
        .statusCode(200)
        .header("x-zonefleet-zone", "zone-a")
        .body("object", equalTo("chat.completion"))
        .body("choices[0].message.role", equalTo("assistant"))
        .body("choices[0].message.content", containsString("Paris"))
        .body("choices[0].message.content", not(containsString("think>")))
        .body("choices[0].message.reasoning_content.length()", greaterThan(0))
        .body("choices[0].finish_reason", equalTo("stop"))
        .body("usage.prompt_tokens", greaterThan(0))
        .body("usage.completion_tokens", greaterThan(1));
  }

  @Test
  void streamsTheSameAnswer() throws Exception {
    JsonNode whole = new ObjectMapper().readTree(chat(QUESTION).extract().asString());
    String body =
        chat(QUESTION + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}")
            .statusCode(200)
            .contentType("text/event-stream")
            .header("x-zonefleet-pod", "chat-zone-a-0")
            .extract()
            .asString();
    List<String> events = new ArrayList<>();
    for (String block : body.split("\n\n")) {
      if (block.startsWith("data: ")) {
        events.add(block.substring("data: ".length()));
      }
    }
    assertThat(events).last().isEqualTo("[DONE]");
    List<JsonNode> chunks = new ArrayList<>();
    for (String event : events.subList(0, events.size() - 1)) {
      chunks.add(new ObjectMapper().readTree(event));
    }
    assertThat(chunks.getFirst().at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    assertThat(joined(chunks, "content"))
        .isEqualTo(whole.at("/choices/0/message/content").asText());
    assertThat(joined(chunks, "reasoning_content"))
        .isEqualTo(whole.at("/choices/0/message/reasoning_content").asText());
    JsonNode last = chunks.get(chunks.size() - 2);
    assertThat(last.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    JsonNode usage = chunks.getLast();
    assertThat(usage.path("choices")).isEmpty();
    assertThat(usage.path("usage")).isEqualTo(whole.path("usage"));
  }

  private static String joined(List<JsonNode> chunks, String field) {
    return chunks.stream()
        .map(chunk -> chunk.at("/choices/0/delta/" + field).asText(""))
        .collect(Collectors.joining());
  }

  @Test
  void endsAtAStopStringAndAtMaxTokens() {
    chat(QUESTION + ", \"stop\": [\"Paris\"]")
        .statusCode(200)
        .body("choices[0].message.content", not(containsString("Paris")))
        .body("choices[0].finish_reason", equalTo("stop"));
    chat(QUESTION + ", \"max_tokens\": 3")
        .statusCode(200)
        .body("choices[0].finish_reason", equalTo("length"))
        .body("usage.completion_tokens", equalTo(3));
  }

  @Test
  void equalSeedsGiveEqualAnswers() {
    String body = QUESTION.replace("\"temperature\": 0", "\"temperature\": 1.5, \"seed\": 7");
    String first = chat(body).extract().path("choices[0].message.reasoning_content");
    String second = chat(body).extract().path("choices[0].message.reasoning_content");
    assertThat(second).isEqualTo(first);
  }

  @Test
  void templatesInAUsersTextStayText() {
    chat(QUESTION.replace("What is the capital of France?", "{{ 7 * 6 }} {% if %}"))
        .statusCode(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"model\": \"tiny-r1\" | 400 | messages | missing_required_parameter",
        "\"messages\": [{\"role\": \"user\", \"content\": \"x\"}] | 400 | model | missing_required_parameter",
        "\"model\": \"gpt-4\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}] | 404 | model | model_not_found",
        "\"model\": \"tiny-r1\", \"messages\": [] | 400 | messages | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"king\", \"content\": \"x\"}] | 400 | messages[0].role | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": 5}] | 400 | messages[0].content | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"temperature\": 3 | 400 | temperature | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"max_tokens\": 0 | 400 | max_tokens | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"top_p\": 0 | 400 | top_p | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"stop\": [\"\"] | 400 | stop | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"n\": 9 | 400 | n | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"top_logprobs\": 3 | 400 | top_logprobs | invalid_value",
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"max_tokens\": 1024 | 400 | messages | context_length_exceeded",
      })
  void refusesByNameAndValue(String body, int status, String param, String code) {
    chat(body)
        .statusCode(status)
        .header("x-zonefleet-zone", "zone-a")
        .body("error.param", equalTo(param))
        .body("error.code", equalTo(code))
        .body("error.type", equalTo("invalid_request_error"))
        .body("error.message.length()", greaterThan(10));
  }

  @Test
  void completesPlainText() {
    given()
        .contentType("application/json")
        .body(
            "{\"model\": \"tiny-r1\", \"temperature\": 0, \"prompt\": \"The capital of\","
                + " \"max_tokens\": 5}")
        .post("/v1/completions")
        .then()
        .statusCode(200)
        .body("object", equalTo("text_completion"))
        .body("choices[0].text.length()", greaterThan(0));
  }

  @Test
  void listsTheModel() {
    given()
        .get("/v1/models")
        .then()
        .statusCode(200)
        .body("data[0].id", equalTo("tiny-r1"))
        .body("data[0].max_model_len", equalTo(1024));
    given().get("/v1/models/tiny-r1").then().statusCode(200).body("id", equalTo("tiny-r1"));
    given()
        .get("/v1/models/other")
        .then()
        .statusCode(404)
        .body("error.code", equalTo("model_not_found"));
  }

  @Test
  void measuresUnderTheNamesOfVllm() {
    chat(QUESTION).statusCode(200);
    String metrics = given().get("/metrics").then().statusCode(200).extract().asString();
    assertThat(metrics)
        .contains(
            "vllm:num_requests_running{model_name=\"tiny-r1\"}",
            "vllm:num_requests_waiting{model_name=\"tiny-r1\"}",
            "vllm:kv_cache_usage_perc{model_name=\"tiny-r1\"}",
            "vllm:generation_tokens_total{model_name=\"tiny-r1\"}",
            "vllm:time_to_first_token_seconds_bucket{");
  }
}
