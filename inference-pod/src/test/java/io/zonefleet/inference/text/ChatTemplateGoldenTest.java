package io.zonefleet.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Given conversations with and without functions, then this renderer writes to the letter what
 * Hugging Face's wrote ({@code src/test/templates/golden.py}). {@code -Dzonefleet.templates=FOLDER}
 * takes the models' own templates instead of those that were written anew for this test.
 */
class ChatTemplateGoldenTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path HERE = Path.of("src/test/templates");
  private static final Path TEMPLATES =
      Path.of(System.getProperty("zonefleet.templates", HERE.toString()));

  private static JsonNode read(String name) throws IOException {
    return MAPPER.readTree(HERE.resolve(name).toFile());
  }

  @Test
  void rendersAsTheReferenceDoes() throws IOException {
    List<JsonNode> tools = new ArrayList<>();
    read("tools.json").forEach(tools::add);
    int compared = 0;
    for (JsonNode golden : read("golden.json")) {
      ChatTemplate template = template(golden);
      for (JsonNode test : read("cases.json")) {
        String name = test.get("name").asText();
        boolean inTemplate = golden.get("template").asText().startsWith("qwen");
        // DeepSeek's templates do not describe functions, so that ours must, which is not theirs
        List<JsonNode> given = test.has("tools") && inTemplate ? tools : List.of();
        assertThat(template.render(messages(test.get("messages")), given))
            .as("%s: %s", golden.get("template"), name)
            .isEqualTo(golden.get("rendered").get(name).asText());
        compared++;
      }
    }
    assertThat(compared).isEqualTo(24);
  }

  private static ChatTemplate template(JsonNode golden) throws IOException {
    ObjectNode config = MAPPER.createObjectNode();
    config.set("bos_token", golden.get("bos_token"));
    config.set("eos_token", golden.get("eos_token"));
    Path file = TEMPLATES.resolve(golden.get("template").asText() + ".jinja");
    return ChatTemplate.of(config.put("chat_template", Files.readString(file)));
  }

  private static List<Message> messages(JsonNode list) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode each : list) {
      List<Message.Call> calls = new ArrayList<>();
      for (JsonNode call : each.path("tool_calls")) {
        JsonNode function = call.get("function");
        calls.add(
            new Message.Call(
                call.get("id").asText(),
                function.get("name").asText(),
                function.get("arguments").asText()));
      }
      messages.add(
          new Message(
              each.get("role").asText(),
              Optional.ofNullable(each.get("content").textValue()),
              calls,
              Optional.ofNullable(each.path("tool_call_id").textValue())));
    }
    return messages;
  }

  @Test
  void functionsAreDescribedWhereTheTemplateDoesNot() throws IOException {
    List<JsonNode> tools = new ArrayList<>();
    read("tools.json").forEach(tools::add);
    for (JsonNode golden : read("golden.json")) {
      if (golden.get("template").asText().startsWith("deepseek")) {
        String prompt =
            template(golden)
                .render(
                    List.of(new Message("system", "Be brief."), new Message("user", "Hi")), tools);
        assertThat(prompt)
            .contains("Be brief.\n\n## Tools", "\"name\":\"warmth\"", "<｜tool▁sep｜>NAME\n```json\n")
            .contains("\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>");
      }
    }
  }

  /** Given a template that knows nothing of functions, then calls and results are told as text. */
  @Test
  void callsAndResultsBecomeTextWhereTheTemplateKnowsNeither() {
    ChatTemplate template =
        ChatTemplate.of(
            MAPPER
                .createObjectNode()
                .put(
                    "chat_template",
                    "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"));
    assertThat(template.toolFormat()).isEqualTo(ToolFormat.HERMES);
    assertThat(
            template.render(
                List.of(
                    new Message("user", "Warm?"),
                    new Message(
                        "assistant",
                        Optional.empty(),
                        List.of(new Message.Call("1", "warmth", "{}")),
                        Optional.empty()),
                    new Message("tool", Optional.of("-3"), List.of(), Optional.of("1")),
                    new Message("tool", Optional.of("-7"), List.of(), Optional.of("2")))))
        .isEqualTo(
            "[user]Warm?[assistant]<tool_call>\n"
                + "{\"name\": \"warmth\", \"arguments\": {}}\n"
                + "</tool_call>[user]<tool_response>\n"
                + "-3\n"
                + "</tool_response>\n"
                + "<tool_response>\n"
                + "-7\n"
                + "</tool_response>");
  }
}
