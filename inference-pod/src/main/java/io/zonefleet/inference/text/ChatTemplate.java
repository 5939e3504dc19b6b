package io.zonefleet.inference.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The model's own way to spell a conversation as a prompt; thread-safe. */
public final class ChatTemplate {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern TOOLS = Pattern.compile("\\btools\\b");

  /** Templates that write arguments as JSON need them as objects, the others as text. */
  private static final Pattern ARGUMENTS_AS_OBJECTS =
      Pattern.compile("arguments(?:['\"]\\])?\\s*\\|\\s*tojson");

  private final Jinjava jinjava;
  private final String template;
  private final String bos;
  private final String eos;

  private ChatTemplate(String template, String bos, String eos) {
    this.template = WhitespaceControl.applied(template);
    this.bos = bos;
    this.eos = eos;
    this.jinjava =
        new Jinjava(
            JinjavaConfig.newBuilder()
                // a user's text that holds {{ … }} must stay text
                .withNestedInterpretationEnabled(false)
                .withLegacyOverrides(
                    LegacyOverrides.newBuilder()
                        .withUsePyishObjectMapper(true)
                        .withWhitespaceRequiredWithinTokens(false)
                        .build())
                .build());
    jinjava.registerFilter(new PythonJson());
    jinjava.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", ChatTemplate.class, "refuse", String.class));
  }

  /** What templates call to refuse messages. */
  public static String refuse(String why) {
    throw new TextException(why);
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

  /** How the model writes calls of functions, as far as its template tells. */
  public ToolFormat toolFormat() {
    if (!template.contains("<｜tool▁calls▁begin｜>")) {
      return ToolFormat.HERMES;
    }
    return template.contains("```json") ? ToolFormat.DEEPSEEK_R1 : ToolFormat.DEEPSEEK_V31;
  }

  /** The prompt that asks for the next turn of the assistant, who has no functions to call. */
  public String render(List<Message> messages) {
    return render(messages, List.of());
  }

  /**
   * The prompt that asks for the next turn of the assistant.
   *
   * @param tools the functions that it may call, as OpenAI's API describes them
   * @throws TextException when the template refuses the messages
   */
  public String render(List<Message> messages, List<JsonNode> tools) {
    List<Message> told = messages;
    boolean knowsTools = TOOLS.matcher(template).find();
    if (!template.contains("tool_calls")) {
      told = ToolPrompt.spelledOut(told, toolFormat());
    }
    if (!tools.isEmpty() && !knowsTools) {
      told = ToolPrompt.described(told, tools, toolFormat());
    }
    Map<String, Object> context = new HashMap<>();
    context.put("bos_token", bos);
    context.put("eos_token", eos);
    context.put("add_generation_prompt", true);
    context.put("messages", told.stream().map(this::variables).toList());
    if (!tools.isEmpty() && knowsTools) {
      context.put("tools", tools.stream().map(ChatTemplate::plain).toList());
    }
    RenderResult result = jinjava.renderForResult(template, context);
    if (result.hasErrors()) {
      throw new TextException(
          "the chat template cannot render these messages: "
              + result.getErrors().getFirst().getMessage());
    }
    return result.getOutput();
  }

  private Map<String, Object> variables(Message message) {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("role", message.role());
    variables.put("content", message.content().orElse(null));
    message.callId().ifPresent(id -> variables.put("tool_call_id", id));
    if (!message.calls().isEmpty()) {
      List<Object> calls = new ArrayList<>();
      for (Message.Call call : message.calls()) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", arguments(call));
        calls.add(
            new LinkedHashMap<>(Map.of("id", call.id(), "type", "function", "function", function)));
      }
      variables.put("tool_calls", calls);
    }
    return variables;
  }

  private Object arguments(Message.Call call) {
    if (!ARGUMENTS_AS_OBJECTS.matcher(template).find()) {
      return call.arguments();
    }
    try {
      return plain(MAPPER.readTree(call.arguments()));
    } catch (JsonProcessingException e) {
      throw new TextException(
          "the arguments of the call of " + call.name() + " must be JSON for this model");
    }
  }

  private static Object plain(JsonNode node) {
    return MAPPER.convertValue(node, Object.class);
  }
}
