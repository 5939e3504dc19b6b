package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.zonefleet.inference.constraint.Restriction;
import io.zonefleet.inference.text.ToolFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The functions that an answer may call.
 *
 * @param definitions as OpenAI's API describes them; none where none may be called
 * @param forced those of which one must be called; none where the model decides
 * @param several whether an answer may call more than one
 */
record Tools(List<JsonNode> definitions, List<JsonNode> forced, boolean several) {
  private static final int MOST = 128;
  private static final String NO_PARAMETERS =
      "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}";

  static final Tools NONE = new Tools(List.of(), List.of(), false);

  /**
   * @throws ApiException naming the field that is ill-formed
   */
  static Tools of(Fields fields) {
    JsonNode list = fields.present("tools");
    JsonNode choice = fields.present("tool_choice");
    JsonNode parallel = fields.present("parallel_tool_calls");
    boolean several = parallel == null || fields.flag("parallel_tool_calls");
    if (list == null || (list.isArray() && list.isEmpty())) {
      if (choice != null && !choice.asText().equals("none") && !choice.asText().equals("auto")) {
        throw ApiException.invalid(
            "tool_choice", "tool_choice needs tools, of which there are none.");
      }
      return NONE;
    }
    if (!list.isArray() || list.size() > MOST) {
      throw fields.refuse("tools", "a list of up to " + MOST + " functions");
    }
    List<JsonNode> definitions = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      check(list.get(i), "tools[" + i + "]", definitions);
      definitions.add(list.get(i));
    }
    return chosen(fields, choice, definitions, several);
  }

  private static void check(JsonNode tool, String where, List<JsonNode> before) {
    if (!tool.path("type").asText().equals("function") || !tool.path("function").isObject()) {
      throw ApiException.invalid(
          where, where + ".type is " + tool.path("type") + "; it must be \"function\".");
    }
    String name = tool.path("function").path("name").asText();
    if (!name.matches("[a-zA-Z0-9_.-]{1,64}")) {
      throw ApiException.invalid(
          where,
          where
              + ".function.name is '"
              + name
              + "'; it must be 1 to 64 letters, digits, underscores, points or dashes.");
    }
    if (before.stream().anyMatch(each -> name(each).equals(name))) {
      throw ApiException.invalid(where, where + ".function.name is '" + name + "' once more.");
    }
    JsonNode parameters = tool.path("function").path("parameters");
    if (!parameters.isMissingNode() && !parameters.isNull() && !parameters.isObject()) {
      throw ApiException.invalid(where, where + ".function.parameters must be a schema.");
    }
  }

  private static Tools chosen(
      Fields fields, JsonNode choice, List<JsonNode> definitions, boolean several) {
    String mode = choice == null ? "auto" : choice.asText("named");
    return switch (choice != null && choice.isObject() ? "named" : mode) {
      case "none" -> NONE;
      case "auto" -> new Tools(definitions, List.of(), several);
      case "required" -> new Tools(definitions, definitions, several);
      case "named" -> {
        String name = choice.path("function").path("name").asText();
        List<JsonNode> named =
            definitions.stream().filter(each -> name(each).equals(name)).toList();
        if (named.isEmpty()) {
          throw ApiException.invalid(
              "tool_choice",
              "tool_choice names the function '" + name + "', which is not in tools.");
        }
        yield new Tools(definitions, named, false);
      }
      default ->
          throw fields.refuse("tool_choice", "none, auto, required, or an object that names one");
    };
  }

  private static String name(JsonNode tool) {
    return tool.path("function").path("name").asText();
  }

  boolean any() {
    return !definitions.isEmpty();
  }

  /** What an answer that must call a function looks like. */
  Optional<StructuredFields.Form> form(ToolFormat format) {
    if (forced.isEmpty()) {
      return Optional.empty();
    }
    List<Restriction.ToolCalls.Function> functions = new ArrayList<>();
    for (JsonNode tool : forced) {
      JsonNode parameters = tool.path("function").path("parameters");
      functions.add(
          new Restriction.ToolCalls.Function(
              name(tool), parameters.isObject() ? Json.text(parameters) : NO_PARAMETERS));
    }
    return Optional.of(
        new StructuredFields.Form("tools", new Restriction.ToolCalls(format, functions, several)));
  }
}
