package io.zonefleet.inference.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How tokens are chosen, and what a client is told of them. */
@QuarkusTest
class ChoicesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String QUESTION =
      "\"model\": \"tiny-r1\","
          + " \"messages\": [{\"role\": \"user\", \"content\": \"What is the capital of France?\"}]";
  private static final String HOT = QUESTION + ", \"temperature\": 1.5, \"max_tokens\": 30";
  private static final String COLD = QUESTION + ", \"temperature\": 0";
  private static final String TEXT =
      "\"model\": \"tiny-r1\", \"prompt\": \"The capital of\", \"temperature\": 0,"
          + " \"max_tokens\": 6";

  @BeforeEach
  void ready() {
    Ready.await();
  }

  private static String post(String path, String body, int status) {
    return given()
        .contentType("application/json")
        .body("{" + body + "}")
        .post(path)
        .then()
        .statusCode(status)
        .extract()
        .asString();
  }

  private static JsonNode chat(String body) throws Exception {
    return JSON.readTree(post("/v1/chat/completions", body, 200));
  }

  private static List<JsonNode> streamed(String path, String body) throws Exception {
    List<JsonNode> chunks = new ArrayList<>();
    for (String line : post(path, body + ", \"stream\": true", 200).lines().toList()) {
      if (line.startsWith("data: {")) {
        chunks.add(JSON.readTree(line.substring("data: ".length())));
      }
    }
    return chunks;
  }

  private static String written(JsonNode choice) {
    return choice.at("/message/reasoning_content").asText("")
        + choice.at("/message/content").asText("");
  }

  @Test
  void severalChoicesDifferAndAreTheSameAgain() throws Exception {
    JsonNode first = chat(HOT + ", \"n\": 4, \"seed\": 5");
    List<String> texts = new ArrayList<>();
    for (JsonNode choice : first.path("choices")) {
      assertThat(choice.path("index").asInt()).isEqualTo(texts.size());
      texts.add(written(choice));
    }
    assertThat(texts).hasSize(4);
    assertThat(texts.stream().distinct()).hasSizeGreaterThan(2);
    assertThat(chat(HOT + ", \"n\": 4, \"seed\": 5").path("choices"))
        .isEqualTo(first.path("choices"));
    assertThat(written(chat(HOT + ", \"seed\": 5").at("/choices/0"))).isEqualTo(texts.getFirst());
    JsonNode usage = first.path("usage");
    assertThat(usage.path("completion_tokens").asInt()).isBetween(60, 120);
    assertThat(usage.path("total_tokens").asInt())
        .isEqualTo(usage.path("prompt_tokens").asInt() + usage.path("completion_tokens").asInt());
  }

  @Test
  void severalChoicesStream() throws Exception {
    String body = HOT + ", \"n\": 3, \"seed\": 5";
    JsonNode whole = chat(body);
    StringBuilder[] texts = {new StringBuilder(), new StringBuilder(), new StringBuilder()};
    List<Integer> began = new ArrayList<>();
    List<Integer> ended = new ArrayList<>();
    JsonNode last = null;
    for (JsonNode chunk :
        streamed(
            "/v1/chat/completions", body + ", \"stream_options\": {\"include_usage\": true}")) {
      for (JsonNode choice : chunk.path("choices")) {
        int index = choice.path("index").asInt();
        if (choice.at("/delta").has("role")) {
          began.add(index);
        }
        if (!choice.path("finish_reason").isNull()) {
          ended.add(index);
        }
        texts[index]
            .append(choice.at("/delta/reasoning_content").asText(""))
            .append(choice.at("/delta/content").asText(""));
      }
      last = chunk;
    }
    assertThat(began).containsExactly(0, 1, 2);
    assertThat(ended).containsExactlyInAnyOrder(0, 1, 2);
    for (int i = 0; i < 3; i++) {
      assertThat(texts[i].toString()).isEqualTo(written(whole.at("/choices/" + i)));
    }
    assertThat(last.at("/usage/completion_tokens")).isEqualTo(whole.at("/usage/completion_tokens"));
  }

  /** The bytes of all tokens are the text, reasoning's marks included; each is the likeliest. */
  @Test
  void logprobsOfAChatTellEachToken() throws Exception {
    JsonNode choice = chat(COLD + ", \"logprobs\": true, \"top_logprobs\": 3").at("/choices/0");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonNode content = choice.at("/logprobs/content");
    for (JsonNode token : content) {
      token.path("bytes").forEach(each -> bytes.write(each.asInt()));
      assertThat(token.path("logprob").asDouble()).isBetween(-20.0, 0.0);
      assertThat(token.path("top_logprobs")).hasSize(3);
      assertThat(token.at("/top_logprobs/0/token")).isEqualTo(token.path("token"));
      assertThat(token.at("/top_logprobs/0/logprob")).isEqualTo(token.path("logprob"));
      assertThat(token.at("/top_logprobs/1/logprob").asDouble())
          .isLessThanOrEqualTo(token.path("logprob").asDouble());
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            choice.at("/message/reasoning_content").asText()
                + "\n</think>\n\n"
                + choice.at("/message/content").asText());
  }

  @Test
  void streamedLogprobsAreTheSame() throws Exception {
    String body = COLD + ", \"logprobs\": true, \"top_logprobs\": 2";
    List<JsonNode> tokens = new ArrayList<>();
    for (JsonNode chunk : streamed("/v1/chat/completions", body)) {
      chunk.at("/choices/0/logprobs/content").forEach(tokens::add);
    }
    List<JsonNode> whole = new ArrayList<>();
    chat(body).at("/choices/0/logprobs/content").forEach(whole::add);
    assertThat(tokens).isEqualTo(whole).hasSizeGreaterThan(10);
  }

  @Test
  void logprobsOfATextHaveTheirOldSpelling() throws Exception {
    JsonNode choice =
        JSON.readTree(post("/v1/completions", TEXT + ", \"logprobs\": 2", 200)).at("/choices/0");
    JsonNode logprobs = choice.path("logprobs");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      assertThat(logprobs.path("text_offset").path(i).asInt()).isEqualTo(text.length());
      String token = logprobs.path("tokens").path(i).asText();
      text.append(token);
      assertThat(logprobs.path("top_logprobs").path(i)).hasSize(2);
      assertThat(logprobs.path("top_logprobs").path(i).path(token).asDouble())
          .isCloseTo(logprobs.path("token_logprobs").path(i).asDouble(), within(1e-6));
    }
    // the text begins without the blank that its first token has
    assertThat(text.toString().stripLeading()).isEqualTo(choice.path("text").asText());
    assertThat(chat(COLD).at("/choices/0/logprobs").isNull()).isTrue();
  }

  /**
   * Given the number of a token that greedy decoding chooses, then it can be banned and stopped at.
   */
  @Test
  void tokensAreBannedForcedAndStoppedAt() throws Exception {
    assertThat(written(chat(COLD).at("/choices/0"))).contains("Paris");
    int[] paris = tokens("The capital of France is Paris", "The capital of France is");
    String banned =
        written(chat(COLD + ", \"logit_bias\": {\"" + paris[0] + "\": -100}").at("/choices/0"));
    assertThat(banned).doesNotContain("Paris");
    JsonNode stopped = chat(COLD + ", \"stop_token_ids\": [" + paris[0] + "]").at("/choices/0");
    assertThat(written(stopped)).endsWith("is").doesNotContain("Paris");
    assertThat(stopped.path("finish_reason").asText()).isEqualTo("stop");
    JsonNode forced =
        chat(COLD + ", \"max_tokens\": 3, \"logit_bias\": {\"" + paris[0] + "\": 100}");
    assertThat(forced.at("/usage/completion_tokens").asInt()).isEqualTo(3);
    assertThat(forced.at("/choices/0/finish_reason").asText()).isEqualTo("length");
  }

  /** The tokens that the longer text has beyond the shorter one, from the model's own file. */
  private static int[] tokens(String longer, String shorter) {
    try (var tokenizer =
        io.zonefleet.inference.text.Tokenizer.open(
            java.nio.file.Path.of(
                System.getProperty("zonefleet.model.dir"), "r1", "tokenizer.json"))) {
      int[] all = tokenizer.encode(longer);
      return java.util.Arrays.copyOfRange(all, tokenizer.encode(shorter).length, all.length);
    }
  }

  @Test
  void penaltiesKeepTheModelFromRepeating() throws Exception {
    String body =
        TEXT.replace("\"max_tokens\": 6", "\"max_tokens\": 60, \"ignore_eos\": true")
            + ", \"logprobs\": 0";
    List<String> plain = distinct(body);
    for (String penalty :
        List.of(
            "\"frequency_penalty\": 2", "\"presence_penalty\": 2", "\"repetition_penalty\": 2")) {
      assertThat(distinct(body + ", " + penalty).size()).as(penalty).isGreaterThan(plain.size());
    }
  }

  private static List<String> distinct(String body) throws Exception {
    List<String> tokens = new ArrayList<>();
    JSON.readTree(post("/v1/completions", body, 200))
        .at("/choices/0/logprobs/tokens")
        .forEach(token -> tokens.add(token.asText()));
    return tokens.stream().distinct().toList();
  }

  @Test
  void aPromptThatWasComputedBeforeIsCounted() throws Exception {
    String long1 =
        QUESTION.replace("What", "Please tell me a second time: what") + ", \"max_tokens\": 2";
    int prompt = chat(long1).at("/usage/prompt_tokens").asInt();
    double before = metric("vllm:prefix_cache_hits_total");
    JsonNode usage = chat(long1).path("usage");
    assertThat(usage.at("/prompt_tokens_details/cached_tokens").asInt()).isEqualTo(prompt - 2);
    assertThat(metric("vllm:prefix_cache_hits_total") - before).isEqualTo(prompt - 2);
    assertThat(metric("vllm:prefix_cache_queries_total")).isGreaterThanOrEqualTo(2 * prompt);
  }

  private static double metric(String name) {
    return given()
        .get("/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"n\": 0 | n | an integer from 1 to 8",
        "\"top_logprobs\": 21, \"logprobs\": true | top_logprobs | an integer from 0 to 20",
        "\"logprobs\": 3 | logprobs | true or false",
        "\"repetition_penalty\": 0 | repetition_penalty | above 0, up to 2",
        "\"presence_penalty\": 3 | presence_penalty | from -2.0 to 2.0",
        "\"frequency_penalty\": -3 | frequency_penalty | from -2.0 to 2.0",
        "\"logit_bias\": {\"x\": 1} | logit_bias | tokens, 0 to 2047",
        "\"logit_bias\": {\"2048\": 1} | logit_bias | tokens, 0 to 2047",
        "\"logit_bias\": {\"1\": 101} | logit_bias | from -100 to 100",
        "\"stop_token_ids\": [2048] | stop_token_ids | tokens, 0 to 2047",
        "\"stop_token_ids\": 5 | stop_token_ids | a list of up to",
      })
  void refusesByNameAndValue(String field, String param, String allowed) throws Exception {
    JsonNode error =
        JSON.readTree(post("/v1/chat/completions", QUESTION + ", " + field, 400)).path("error");
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("message").asText()).contains(param + " is ", allowed);
  }
}
