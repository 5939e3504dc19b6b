package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.zonefleet.inference.constraint.Restriction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what form a request wants its answer to have: OpenAI's {@code response_format}, vLLM's
 * {@code structured_outputs} and the older {@code guided_json}, {@code guided_regex}, {@code
 * guided_choice}.
 */
record StructuredFields(Fields fields) {
  /**
   * A form, and the field that asked for it.
   *
   * @param param what a refusal names
   */
  record Form(String param, Restriction restriction) {}

  /**
   * @throws ApiException when there is more than one, or one is ill-formed
   */
  Optional<Form> form() {
    List<Form> forms = new ArrayList<>();
    responseFormat().ifPresent(forms::add);
    JsonNode structured = fields.object("structured_outputs").root();
    for (Map.Entry<String, JsonNode> entry : structured.properties()) {
      if (!entry.getValue().isNull()) {
        String name = entry.getKey();
        forms.add(vllm("structured_outputs." + name, name, entry.getValue()));
      }
    }
    for (String name : List.of("json", "regex", "choice", "grammar")) {
      JsonNode value = fields.present("guided_" + name);
      if (value != null) {
        forms.add(vllm("guided_" + name, name, value));
      }
    }
    if (forms.size() > 1) {
      throw ApiException.invalid(
          forms.get(1).param,
          forms.get(0).param + " and " + forms.get(1).param + " are both given; only one may be.");
    }
    return forms.stream().findFirst();
  }

  private Optional<Form> responseFormat() {
    JsonNode format = fields.object("response_format").root();
    if (format.isEmpty()) {
      return Optional.empty();
    }
    String type = format.path("type").asText();
    return switch (type) {
      case "text" -> Optional.empty();
      case "json_object" -> Optional.of(new Form("response_format", new Restriction.JsonObject()));
      case "json_schema" -> {
        JsonNode schema = format.path("json_schema").path("schema");
        if (!schema.isObject()) {
          throw ApiException.invalid(
              "response_format",
              "response_format.json_schema.schema is missing; it must be an object.");
        }
        yield Optional.of(new Form("response_format", new Restriction.Json(Json.text(schema))));
      }
      default ->
          throw ApiException.invalid(
              "response_format",
              "response_format.type is "
                  + format.path("type")
                  + "; it must be text, json_object or json_schema.");
    };
  }

  private static Form vllm(String param, String name, JsonNode value) {
    Restriction restriction =
        switch (name) {
          case "json" ->
              new Restriction.Json(value.isTextual() ? value.asText() : Json.text(value));
          case "json_object" -> {
            require(param, value.isBoolean() && value.asBoolean(), "true");
            yield new Restriction.JsonObject();
          }
          case "regex" -> {
            require(param, value.isTextual() && !value.asText().isEmpty(), "a regular expression");
            yield new Restriction.Regex(value.asText());
          }
          case "choice" -> {
            require(param, value.isArray() && !value.isEmpty(), "a list of strings");
            List<String> texts = new ArrayList<>();
            for (JsonNode each : value) {
              require(param, each.isTextual(), "a list of strings");
              texts.add(each.asText());
            }
            yield new Restriction.Choice(texts);
          }
          default ->
              throw ApiException.invalid(
                  400,
                  param,
                  "unsupported_parameter",
                  param + " is not supported; json, json_object, regex and choice are.");
        };
    return new Form(param, restriction);
  }

  private static void require(String param, boolean holds, String allowed) {
    if (!holds) {
      throw ApiException.invalid(param, param + " must be " + allowed + ".");
    }
  }
}
