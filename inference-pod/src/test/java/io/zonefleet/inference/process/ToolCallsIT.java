package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tiny model, which knows of no functions, calls them where it must: with the template of
 * DeepSeek-R1, with that of Qwen2.5, and with its own, which knows of none either.
 */
class ToolCallsIT {
  private static final String PARAMETERS =
      """
      {"type": "object", "required": ["city", "unit"], "properties": {
        "city": {"type": "string", "maxLength": 10}, "unit": {"enum": ["°C", "°F"]}}}\
      """;
  private static final String TOOLS =
      """
      "tools": [
        {"type": "function", "function": {"name": "warmth", "parameters": %s}},
        {"type": "function", "function": {"name": "now"}}]\
      """
          .formatted(PARAMETERS);
  private static final String MARKS = "tool▁|<tool_call|```|<｜";

  @TempDir Path work;

  /** The tiny model with another template; {@code own} for its own. */
  private PodProcess pod(String template) throws IOException {
    Path models = Files.createDirectories(work.resolve("models/r1"));
    try (Stream<Path> files = Files.list(PodProcess.MODELS.resolve("r1"))) {
      for (Path file : files.toList()) {
        Files.copy(file, models.resolve(file.getFileName().toString()));
      }
    }
    if (!template.equals("own")) {
      Path file = models.resolve("tokenizer_config.json");
      ObjectNode config = (ObjectNode) Events.json(Files.readString(file));
      config.put(
          "chat_template", Files.readString(Path.of("src/test/templates", template + ".jinja")));
      Files.delete(file);
      Files.writeString(file, config.toString());
    }
    return PodProcess.ready(work, "ZONEFLEET_MODEL_DIR", models.getParent().toString());
  }

  private static ObjectNode ask(String more) {
    ObjectNode body =
        (ObjectNode)
            Events.json(
                "{\"model\": \"tiny-r1\", \"messages\": [{\"role\": \"user\", \"content\": \"How"
                    + " warm is it?\"}], \"max_reasoning_tokens\": 10, \"max_tokens\": 400, "
                    + TOOLS
                    + "}");
    body.setAll((ObjectNode) Events.json("{" + more + "}"));
    return body;
  }

  private static JsonNode answer(PodProcess pod, ObjectNode body) {
    HttpResponse<String> response = pod.post("/v1/chat/completions", body.toString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Events.json(response.body());
  }

  private static void assertCall(JsonNode call) {
    assertThat(call.get("id").asText()).matches("call_[0-9a-f]{24}");
    assertThat(call.get("type").asText()).isEqualTo("function");
    JsonNode arguments = Events.json(call.at("/function/arguments").asText());
    if (call.at("/function/name").asText().equals("warmth")) {
      assertThat(
              JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                  .getSchema(Events.json(PARAMETERS))
                  .validate(arguments))
          .isEmpty();
    } else {
      assertThat(call.at("/function/name").asText()).isEqualTo("now");
      assertThat(arguments).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"own", "deepseek-r1", "deepseek-v3", "qwen2.5"})
  void functionsAreCalledAnsweredAndForced(String template) throws IOException {
    try (PodProcess pod = pod(template)) {
      for (int seed = 0; seed < 6; seed++) {
        mustCallSome(pod, seed);
      }
      mustCallTheNamedOne(pod);
      streamsTheSame(pod);
      resultsAreHeard(pod);
      mayAnswerWithoutACall(pod);
    }
  }

  private static void mustCallSome(PodProcess pod, int seed) {
    JsonNode choice =
        answer(
                pod,
                ask(
                    "\"tool_choice\": \"required\", \"parallel_tool_calls\": "
                        + (seed % 2 == 0)
                        + ", \"seed\": "
                        + seed
                        + ", \"temperature\": 1"))
            .at("/choices/0");
    assertThat(choice.get("finish_reason").asText()).isIn("tool_calls", "length");
    if (choice.get("finish_reason").asText().equals("length")) {
      // only where it may go on calling
      assertThat(seed % 2).isZero();
      return;
    }
    JsonNode message = choice.get("message");
    assertThat(message.get("content").isNull()).as("%s", message).isTrue();
    assertThat(message.get("tool_calls")).isNotEmpty();
    assertThat(message.get("tool_calls").size()).isLessThanOrEqualTo(seed % 2 == 0 ? 16 : 1);
    message.get("tool_calls").forEach(ToolCallsIT::assertCall);
  }

  private static void mustCallTheNamedOne(PodProcess pod) {
    JsonNode message =
        answer(
                pod,
                ask(
                    "\"tool_choice\": {\"type\": \"function\", \"function\": {\"name\":"
                        + " \"warmth\"}}"))
            .at("/choices/0/message");
    assertThat(message.get("tool_calls")).hasSize(1);
    assertThat(message.at("/tool_calls/0/function/name").asText()).isEqualTo("warmth");
    assertCall(message.at("/tool_calls/0"));
  }

  private static void streamsTheSame(PodProcess pod) {
    ObjectNode body =
        ask(
            "\"tool_choice\": \"required\", \"parallel_tool_calls\": false, \"seed\": 3,"
                + " \"temperature\": 1");
    JsonNode whole = answer(pod, body).at("/choices/0/message/tool_calls/0/function");
    Events events =
        Events.of(pod.post("/v1/chat/completions", body.put("stream", true).toString()).body());
    assertThat(events.joined("/delta/tool_calls/0/function/name"))
        .isEqualTo(whole.get("name").asText());
    assertThat(events.joined("/delta/tool_calls/0/function/arguments"))
        .isEqualTo(whole.get("arguments").asText());
    assertThat(events.finishReason()).isEqualTo("tool_calls");
    assertThat(events.joined("/delta/content")).isEmpty();
    List<JsonNode> begins =
        events.chunks().stream()
            .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
            .filter(call -> call.has("id"))
            .toList();
    assertThat(begins).hasSize(1);
    assertThat(begins.getFirst().get("index").asInt()).isZero();
  }

  private static void resultsAreHeard(PodProcess pod) {
    ObjectNode body = ask("\"temperature\": 0, \"max_tokens\": 30");
    body.withArray("messages")
        .add(
            Events.json(
                """
                {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function",
                 "function": {"name": "warmth", "arguments": "{\\"city\\": \\"Oslo\\", \\"unit\\": \\"°C\\"}"}}]}\
                """))
        .add(
            Events.json("{\"role\": \"tool\", \"tool_call_id\": \"call_1\", \"content\": \"-3\"}"));
    JsonNode more = answer(pod, body);
    body.withArray("messages").remove(2);
    assertThat(more.at("/usage/prompt_tokens").asInt())
        .isGreaterThan(answer(pod, body).at("/usage/prompt_tokens").asInt());
  }

  private static void mayAnswerWithoutACall(PodProcess pod) {
    JsonNode choice = answer(pod, ask("\"temperature\": 0, \"max_tokens\": 60")).at("/choices/0");
    assertThat(choice.at("/message").has("tool_calls")).isFalse();
    assertThat(choice.at("/message/content").asText()).doesNotContainPattern(MARKS);
    JsonNode told = answer(pod, ask("\"tool_choice\": \"none\", \"max_tokens\": 5"));
    JsonNode untold = answer(pod, (ObjectNode) ask("\"max_tokens\": 5").without("tools"));
    assertThat(told.at("/usage/prompt_tokens")).isEqualTo(untold.at("/usage/prompt_tokens"));
  }

  @Test
  void callsThatAreCutOffSaySo() throws IOException {
    try (PodProcess pod = pod("own")) {
      JsonNode choice =
          answer(
                  pod,
                  ask(
                      "\"tool_choice\": {\"type\": \"function\", \"function\": {\"name\":"
                          + " \"warmth\"}}, \"max_tokens\": 45"))
              .at("/choices/0");
      assertThat(choice.get("finish_reason").asText()).isEqualTo("length");
      assertThat(choice.at("/message/content").asText()).doesNotContainPattern(MARKS);
    }
  }

  @Test
  void refusalsNameTheField() throws IOException {
    try (PodProcess pod = pod("own")) {
      record Refusal(String more, String param, String message) {}
      for (Refusal each :
          List.of(
              new Refusal("\"tools\": [{\"type\": \"x\"}]", "tools[0]", "must be \"function\""),
              new Refusal(
                  "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"a b\"}}]",
                  "tools[0]",
                  "'a b'"),
              new Refusal("\"tool_choice\": \"maybe\"", "tool_choice", "none, auto, required"),
              new Refusal(
                  "\"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"x\"}}",
                  "tool_choice",
                  "'x', which is not in tools"),
              new Refusal(
                  "\"tools\": [], \"tool_choice\": \"required\"", "tool_choice", "needs tools"),
              new Refusal("\"guided_regex\": \"a\"", "guided_regex", "unless tool_choice is none"),
              new Refusal(
                  "\"tool_choice\": \"required\", \"stop\": \"a\"",
                  "stop",
                  "combined with tool_choice"),
              new Refusal(
                  "\"tool_choice\": \"required\", \"tools\": [{\"type\": \"function\","
                      + " \"function\": {\"name\": \"f\", \"parameters\": {\"type\": \"object\","
                      + " \"minProperties\": 1}}}]",
                  "tools",
                  "the function f"),
              new Refusal(
                  "\"messages\": [{\"role\": \"tool\", \"content\": \"x\"}]",
                  "messages[0].tool_call_id",
                  "is missing"),
              new Refusal(
                  "\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{}]}]",
                  "messages[0].tool_calls",
                  "function.name"))) {
        HttpResponse<String> response = pod.post("/v1/chat/completions", ask(each.more).toString());
        assertThat(response.statusCode()).as(each.more).isEqualTo(400);
        JsonNode error = Events.json(response.body()).get("error");
        assertThat(error.get("param").asText()).isEqualTo(each.param);
        assertThat(error.get("message").asText()).contains(each.message);
      }
    }
  }
}
