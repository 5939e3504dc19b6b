package io.zonefleet.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The model's own way to spell a conversation as a prompt; thread-safe. */
public final class ChatTemplate {
  /** One turn of a conversation. */
  public record Message(String role, String content) {}

  private final Jinjava jinjava;
  private final String template;
  private final String bos;
  private final String eos;

  private ChatTemplate(String template, String bos, String eos) {
    this.template = template;
    this.bos = bos;
    this.eos = eos;
    this.jinjava =
        new Jinjava(
            JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                // a user's text that holds {{ … }} must stay text
                .withNestedInterpretationEnabled(false)
                .withLegacyOverrides(
                    LegacyOverrides.newBuilder()
                        .withUsePyishObjectMapper(true)
                        .withWhitespaceRequiredWithinTokens(false)
                        .build())
                .build());
  }

  /**
   * Reads it from {@code tokenizer_config.json}.
   *
   * @throws TextException when there is none
   */
  public static ChatTemplate of(JsonNode tokenizerConfig) {
    JsonNode node = tokenizerConfig.path("chat_template");
    String template = node.isTextual() ? node.asText() : "";
    for (JsonNode named : node) {
      if (named.path("name").asText().equals("default")) {
        template = named.path("template").asText();
      }
    }
    if (template.isBlank()) {
      throw new TextException("tokenizer_config.json has no chat_template");
    }
    return new ChatTemplate(
        template,
        content(tokenizerConfig.path("bos_token")),
        content(tokenizerConfig.path("eos_token")));
  }

  private static String content(JsonNode token) {
    return token.isTextual() ? token.asText() : token.path("content").asText("");
  }

  /**
   * The prompt that asks for the next turn of the assistant.
   *
   * @throws TextException when the template refuses the messages
   */
  public String render(List<Message> messages) {
    Map<String, Object> context = new HashMap<>();
    context.put("bos_token", bos);
    context.put("eos_token", eos);
    context.put("add_generation_prompt", true);
    context.put(
        "messages",
        messages.stream()
            .map(message -> Map.of("role", message.role(), "content", message.content()))
            .toList());
    RenderResult result = jinjava.renderForResult(template, context);
    if (result.hasErrors()) {
      throw new TextException(
          "the chat template cannot render these messages: "
              + result.getErrors().getFirst().getMessage());
    }
    return result.getOutput();
  }
}
