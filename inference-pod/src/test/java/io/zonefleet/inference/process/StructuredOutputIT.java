package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.zonefleet.inference.constraint.RandomSchemas;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tiny model, which has never seen JSON, answers in whatever form it is asked for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StructuredOutputIT {
  private static final String PERSON =
      """
      {"type": "object", "required": ["name", "age"], "additionalProperties": false,
       "properties": {"name": {"type": "string", "maxLength": 12},
                      "age": {"type": "integer", "minimum": 0, "maximum": 150}}}\
      """;

  @TempDir static Path work;
  private PodProcess pod;

  @BeforeAll
  void start() throws Exception {
    pod = PodProcess.ready(work);
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private static ObjectNode ask(String more) {
    ObjectNode body =
        (ObjectNode)
            Events.json(
                "{\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"Tell"
                    + " me of Japan.\"}], \"max_reasoning_tokens\": 20, \"max_tokens\": 600}");
    body.setAll((ObjectNode) Events.json("{" + more + "}"));
    return body;
  }

  private static String format(JsonNode schema) {
    return "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"it\","
        + " \"strict\": true, \"schema\": "
        + schema
        + "}}";
  }

  private JsonNode answer(ObjectNode body) {
    HttpResponse<String> response = pod.post("/v1/chat/completions", body.toString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Events.json(response.body());
  }

  private static String content(JsonNode answer) {
    return answer.at("/choices/0/message/content").asText();
  }

  private static void assertValid(JsonNode schema, String text) {
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(schema, config)
                .validate(Events.json(text)))
        .as("%s against %s", text, schema)
        .isEmpty();
  }

  /** Greedy and hot, each schema with a seed of its own. */
  @Test
  void answersAreValidAgainstSchemas() {
    int complete = 0;
    for (int seed = 0; seed < 90; seed++) {
      ObjectNode schema = new RandomSchemas(seed).next();
      JsonNode answer =
          answer(
              ask(
                  format(schema)
                      + ", \"seed\": "
                      + seed
                      + ", \"temperature\": "
                      + seed % 3 * 0.75));
      if (answer.at("/choices/0/finish_reason").asText().equals("stop")) {
        assertValid(schema, content(answer));
        complete++;
      } else {
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(600);
      }
    }
    // the others are lists without a bound, which a model that knows no JSON need not end
    assertThat(complete).isGreaterThanOrEqualTo(50);
  }

  @Test
  void streamsAndSeveralChoicesHaveTheSameForm() {
    JsonNode schema = Events.json(PERSON);
    ObjectNode body = ask(format(schema) + ", \"seed\": 5, \"temperature\": 1, \"n\": 3");
    JsonNode whole = answer(body);
    for (JsonNode choice : whole.get("choices")) {
      assertThat(choice.get("finish_reason").asText()).isEqualTo("stop");
      assertValid(schema, choice.at("/message/content").asText());
    }
    body.put("n", 1).put("stream", true);
    Events events = Events.of(pod.post("/v1/chat/completions", body.toString()).body());
    assertThat(events.joined("/delta/content")).isEqualTo(content(whole));
    assertThat(events.joined("/delta/reasoning_content"))
        .isEqualTo(whole.at("/choices/0/message/reasoning_content").asText());
    assertThat(events.finishReason()).isEqualTo("stop");
  }

  @Test
  void reasoningComesFirstAndLeavesRoom() {
    JsonNode free = answer(ask(format(Events.json(PERSON)) + ", \"max_reasoning_tokens\": 300"));
    assertThat(free.at("/choices/0/message/reasoning_content").asText()).isNotEmpty();
    assertValid(Events.json(PERSON), content(free));
    JsonNode none = answer(ask(format(Events.json(PERSON)) + ", \"max_reasoning_tokens\": 0"));
    assertThat(none.at("/choices/0/message").has("reasoning_content")).isFalse();
    assertValid(Events.json(PERSON), content(none));
    ObjectNode unsaid = ask(format(Events.json(PERSON)) + ", \"max_tokens\": 120");
    unsaid.remove("max_reasoning_tokens");
    assertValid(Events.json(PERSON), content(answer(unsaid)));
  }

  @Test
  void aBoundOnReasoningHoldsForFreeAnswersToo() {
    JsonNode answer = answer(ask("\"max_reasoning_tokens\": 2, \"temperature\": 0"));
    String reasoning = answer.at("/choices/0/message/reasoning_content").asText();
    assertThat(reasoning.split("\\s+")).hasSizeLessThanOrEqualTo(3);
    assertThat(content(answer)).isNotEmpty();
  }

  @Test
  void otherForms() {
    assertThat(content(answer(ask("\"structured_outputs\": {\"choice\": [\"yes\", \"no\"]}"))))
        .isIn("yes", "no");
    assertThat(content(answer(ask("\"guided_choice\": [\"东京\", \"Kyoto\"]")))).isIn("东京", "Kyoto");
    assertThat(content(answer(ask("\"guided_regex\": \"[A-Z][a-z]{2,8}, \\\\d{4}\""))))
        .matches("[A-Z][a-z]{2,8}, \\d{4}");
    assertValid(Events.json(PERSON), content(answer(ask("\"guided_json\": " + PERSON))));
    JsonNode object = answer(ask("\"response_format\": {\"type\": \"json_object\"}, \"seed\": 2"));
    if (object.at("/choices/0/finish_reason").asText().equals("stop")) {
      assertThat(Events.json(content(object)).isObject()).isTrue();
    }
    HttpResponse<String> text =
        pod.post(
            "/v1/completions",
            "{\"model\": \"tiny-r1\", \"prompt\": \"The capital is\", \"max_tokens\": 50,"
                + " \"guided_regex\": \" [A-Z][a-z]+\\\\.\"}");
    assertThat(Events.json(text.body()).at("/choices/0/text").asText())
        .matches("\\s?[A-Z][a-z]+(\\.)?");
  }

  @Test
  void anAnswerThatIsCutOffSaysSo() {
    JsonNode answer = answer(ask(format(Events.json(PERSON)) + ", \"max_tokens\": 25"));
    assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(content(answer)).startsWith("{");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"response_format\": {\"type\": \"xml\"} | response_format | xml",
        "\"response_format\": {\"type\": \"json_schema\"} | response_format | json_schema.schema is"
            + " missing",
        "\"guided_json\": {\"type\": \"integer\", \"multipleOf\": 3} | guided_json | multipleOf at"
            + " #/multipleOf",
        "\"guided_regex\": \"(?=a)\" | guided_regex | (?=",
        "\"guided_grammar\": \"root\" | guided_grammar | not supported",
        "\"structured_outputs\": {\"choice\": []} | structured_outputs.choice | list of strings",
        "\"guided_regex\": \"a\", \"guided_choice\": [\"a\"] | guided_choice | only one",
        "\"guided_regex\": \"a\", \"stop\": [\"a\"] | stop | cannot be combined with guided_regex",
        "\"guided_regex\": \"a\", \"ignore_eos\": true | ignore_eos | cannot be combined",
        "\"guided_regex\": \"a\", \"stop_token_ids\": [3] | stop_token_ids | cannot be combined",
        "\"max_reasoning_tokens\": -1 | max_reasoning_tokens | from 0",
      })
  void refusalsNameFieldAndPlace(String more, String param, String message) {
    HttpResponse<String> response = pod.post("/v1/chat/completions", ask(more).toString());
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = Events.json(response.body()).get("error");
    assertThat(error.get("param").asText()).isEqualTo(param);
    assertThat(error.get("message").asText()).contains(message);
  }

  /** Given a schema that is made to be expensive, then others are answered as ever. */
  @Test
  void hostileRequestsHarmNobody() {
    for (String regex : new String[] {"(.*a.{60}|b)*", "((a?){100}){100}b"}) {
      ObjectNode body = ask("\"max_tokens\": 200").put("guided_regex", regex);
      assertThat(pod.post("/v1/chat/completions", body.toString()).statusCode()).isIn(200, 400);
    }
    assertThat(pod.status("/readyz")).isEqualTo(200);
    assertThat(content(answer(ask("\"guided_choice\": [\"yes\"]")))).isEqualTo("yes");
  }
}
