package io.zonefleet.inference.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens are counted and spelled as completions count them. */
@QuarkusTest
class TokensTest {
  @BeforeEach
  void ready() {
    Ready.await();
  }

  private static ValidatableResponse post(String path, String body) {
    return given().contentType("application/json").body("{" + body + "}").post(path).then();
  }

  @Test
  void countsAPromptAsACompletionDoes() {
    String prompt = "\"prompt\": \"The capital of France is Paris, not Zürich \\uD83D\\uDE42.\"";
    int counted =
        post("/tokenize", prompt)
            .statusCode(200)
            .body("count", greaterThan(8))
            .body("max_model_len", equalTo(1024))
            .body("token_strs", nullValue())
            .extract()
            .path("count");
    post("/v1/completions", prompt + ", \"model\": \"tiny-r1\", \"max_tokens\": 1")
        .statusCode(200)
        .body("usage.prompt_tokens", equalTo(counted));
  }

  @Test
  void countsMessagesAsAChatDoes() {
    String chat =
        "\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"system\", \"content\": \"Be short.\"},"
            + " {\"role\": \"user\", \"content\": \"What is the capital of France?\"}]";
    int counted =
        post("/tokenize", chat + ", \"add_generation_prompt\": true").extract().path("count");
    post("/v1/chat/completions", chat + ", \"max_tokens\": 1")
        .body("usage.prompt_tokens", equalTo(counted));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Paris", "  blanks  \\n and \\t tabs", "Zürich 🙂 東京", "<think>"})
  void whatIsDetokenizedIsWhatWasTokenized(String text) {
    List<Integer> tokens =
        post("/tokenize", "\"prompt\": \"" + text + "\"").statusCode(200).extract().path("tokens");
    String back =
        post("/detokenize", "\"tokens\": " + tokens).statusCode(200).extract().path("prompt");
    assertThat(back).isEqualTo(text.replace("\\n", "\n").replace("\\t", "\t"));
  }

  @Test
  void tokensAreSpelledForThoseWhoAsk() {
    List<String> texts =
        post("/tokenize", "\"prompt\": \"The capital of France\", \"return_token_strs\": true")
            .statusCode(200)
            .extract()
            .path("token_strs");
    assertThat(String.join("", texts)).isEqualTo("The capital of France");
  }

  @Test
  void noTokensAreNoText() {
    post("/detokenize", "\"tokens\": []").statusCode(200).body("prompt", equalTo(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/tokenize | \"model\": \"tiny-r1\" | 400 | prompt | prompt is missing",
        "/tokenize | \"prompt\": 5 | 400 | prompt | prompt is 5; it must be a non-empty string",
        "/tokenize | \"prompt\": \"a\", \"messages\": [] | 400 | prompt | send one of them",
        "/tokenize | \"messages\": [] | 400 | messages | at least one message",
        "/tokenize | \"model\": \"gpt-4\", \"prompt\": \"a\" | 404 | model | this server has `tiny-r1`",
        "/tokenize | \"prompt\": \"a\", \"add_special_tokens\": true | 400 | add_special_tokens | not supported",
        "/tokenize | \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"add_generation_prompt\": false | 400 | add_generation_prompt | must be true",
        "/tokenize | \"prompt\": \"a\", \"return_token_strs\": 1 | 400 | return_token_strs | true or false",
        "/detokenize | \"model\": \"tiny-r1\" | 400 | tokens | tokens is missing",
        "/detokenize | \"tokens\": 5 | 400 | tokens | a list of tokens, 0 to 2047",
        "/detokenize | \"tokens\": [1, 2048] | 400 | tokens | tokens[1] is 2048",
        "/detokenize | \"tokens\": [-1] | 400 | tokens | tokens[0] is -1",
        "/detokenize | \"tokens\": [\"a\"] | 400 | tokens | tokens[0] is \"a\"",
      })
  void refusesByNameAndValue(String path, String body, int status, String param, String words) {
    post(path, body)
        .statusCode(status)
        .body("error.param", equalTo(param))
        .body("error.type", equalTo("invalid_request_error"))
        .body("error.message", containsString(words));
  }
}
