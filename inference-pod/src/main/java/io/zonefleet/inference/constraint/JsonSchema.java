package io.zonefleet.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes the grammar of what a JSON Schema (2020-12) allows. Keywords outside of the supported part
 * are refused by name and place. Where it is narrower than the standard: properties come in the
 * order of the schema, absent {@code additionalProperties} count as false, values of {@code enum}
 * and {@code const} are written without white space.
 */
final class JsonSchema {
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "title",
          "description",
          "default",
          "examples",
          "$schema",
          "$id",
          "$comment",
          "deprecated",
          "readOnly",
          "writeOnly",
          "$defs",
          "definitions");

  private static final Map<String, Set<String>> KEYWORDS =
      Map.of(
          "string", Set.of("minLength", "maxLength", "pattern", "format"),
          "integer", JsonBounds.KEYWORDS,
          "number", JsonBounds.KEYWORDS,
          "object", Set.of("properties", "required", "additionalProperties"),
          "array", Set.of("items", "minItems", "maxItems"),
          "boolean", Set.of(),
          "null", Set.of());

  private final Expressions in;
  private final JsonText json;
  private final JsonNode document;
  private final Map<String, Expression.Named> names = new HashMap<>();

  /** Where in the document a schema stands, and what led there without a character between. */
  record Place(String pointer, Set<String> open, int depth) {
    Place inside(String part) {
      return new Place(pointer + "/" + part, Set.of(), depth + 1);
    }

    Place beside(String part) {
      return new Place(pointer + "/" + part, open, depth + 1);
    }
  }

  private JsonSchema(Expressions expressions, JsonText json, JsonNode document) {
    this.in = expressions;
    this.json = json;
    this.document = document;
  }

  /**
   * @throws ConstraintException that names the keyword and its place
   */
  static Expression of(Expressions expressions, JsonText json, JsonNode document) {
    int size = document.toString().length();
    if (size > Limits.SCHEMA_CHARACTERS) {
      throw new ConstraintException(
          "the schema has " + size + " characters; allowed are " + Limits.SCHEMA_CHARACTERS);
    }
    return new JsonSchema(expressions, json, document).value(document, new Place("#", Set.of(), 0));
  }

  private Expression value(JsonNode schema, Place place) {
    if (place.depth > Limits.SCHEMA_DEPTH) {
      throw refuse(place, "schemas are more than " + Limits.SCHEMA_DEPTH + " deep");
    }
    if (schema.isBoolean() && schema.asBoolean()) {
      return json.anything();
    }
    if (!schema.isObject()) {
      throw refuse(
          place, (schema.isBoolean() ? "false allows nothing" : "a schema must be an object"));
    }
    if (schema.has("$ref")) {
      only(schema, place, "$ref");
      return reference(schema.get("$ref"), place);
    }
    for (String keyword : List.of("anyOf", "oneOf", "allOf")) {
      if (schema.has(keyword)) {
        only(schema, place, keyword);
        return alternatives(keyword, schema.get(keyword), place);
      }
    }
    if (schema.has("enum") || schema.has("const")) {
      return fixed(schema, place);
    }
    return typed(schema, place);
  }

  private void only(JsonNode schema, Place place, String... allowed) {
    Set<String> known = new HashSet<>(List.of(allowed));
    known.addAll(ANNOTATIONS);
    for (Map.Entry<String, JsonNode> entry : schema.properties()) {
      if (!known.contains(entry.getKey())) {
        throw new ConstraintException(
            "the schema's keyword "
                + entry.getKey()
                + " at "
                + place.pointer
                + "/"
                + escaped(entry.getKey())
                + " is not supported"
                + (allowed.length == 0
                        || KEYWORDS.values().stream()
                            .noneMatch(each -> each.contains(entry.getKey()))
                    ? ""
                    : " beside " + String.join(", ", allowed)));
      }
    }
  }

  static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  private Expression reference(JsonNode reference, Place place) {
    String target = reference.asText();
    if (!reference.isTextual() || !(target.equals("#") || target.startsWith("#/"))) {
      throw refuse(place, "$ref is " + reference + "; it must be a pointer within the schema, #/…");
    }
    if (place.open.contains(target)) {
      throw refuse(place, "$ref " + target + " refers to itself with nothing between");
    }
    Expression.Named named = names.get(target);
    if (named == null) {
      JsonNode found;
      try {
        found =
            document.at(
                URLDecoder.decode(target.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        throw refuse(place, "$ref " + target + " is no JSON pointer");
      }
      if (found.isMissingNode()) {
        throw refuse(place, "$ref " + target + " points to nothing");
      }
      named = in.name("the schema at " + target);
      names.put(target, named);
      Set<String> open = new HashSet<>(place.open);
      open.add(target);
      named.definition = value(found, new Place(target, open, place.depth + 1));
    }
    return named;
  }

  private Expression alternatives(String keyword, JsonNode list, Place place) {
    if (!list.isArray() || list.isEmpty()) {
      throw refuse(place, keyword + " must be a list of schemas");
    }
    if (!keyword.equals("anyOf") && list.size() > 1) {
      throw refuse(place, keyword + " of more than one schema is not supported; anyOf is");
    }
    List<Expression> parts = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      parts.add(value(list.get(i), place.beside(keyword + "/" + i)));
    }
    return in.either(parts);
  }

  private Expression fixed(JsonNode schema, Place place) {
    only(schema, place, "enum", "const", "type");
    JsonNode list = schema.get("enum");
    if (list != null && (!list.isArray() || list.isEmpty() || list.size() > Limits.CHOICES)) {
      throw refuse(place, "enum must be a list of 1 to " + Limits.CHOICES + " values");
    }
    List<JsonNode> values = new ArrayList<>();
    if (list != null) {
      list.forEach(values::add);
    }
    if (schema.has("const")) {
      JsonNode only = schema.get("const");
      if (list != null && !values.contains(only)) {
        throw refuse(place, "const is not one of enum");
      }
      values = List.of(only);
    }
    if (schema.has("type")) {
      List<String> types = types(schema, place);
      values = values.stream().filter(each -> JsonTypes.any(types, each)).toList();
      if (values.isEmpty()) {
        throw refuse(place, "no value of enum or const has the type " + schema.get("type"));
      }
    }
    return in.anyText(values.stream().map(JsonNode::toString).toList());
  }

  private List<String> types(JsonNode schema, Place place) {
    JsonNode type = schema.get("type");
    List<String> types =
        type.isArray()
            ? Stream.iterate(0, i -> i < type.size(), i -> i + 1)
                .map(i -> type.get(i).asText())
                .toList()
            : List.of(type.asText());
    for (String each : types) {
      if (!KEYWORDS.containsKey(each)) {
        throw refuse(
            place,
            "type is "
                + type
                + "; it must be one or some of string, integer, number, object, array, boolean,"
                + " null");
      }
    }
    if (types.isEmpty()) {
      throw refuse(place, "type is an empty list");
    }
    return types;
  }

  private Expression typed(JsonNode schema, Place place) {
    if (!schema.has("type")) {
      for (Map.Entry<String, JsonNode> entry : schema.properties()) {
        String name = entry.getKey();
        if (KEYWORDS.values().stream().anyMatch(known -> known.contains(name))) {
          throw refuse(place, "type is missing beside " + name);
        }
      }
      only(schema, place);
      return json.anything();
    }
    List<String> types = types(schema, place);
    Set<String> known = new HashSet<>(Set.of("type"));
    types.forEach(each -> known.addAll(KEYWORDS.get(each)));
    only(schema, place, known.toArray(String[]::new));
    return in.either(types.stream().map(each -> ofType(each, schema, place)).toList());
  }

  private Expression ofType(String type, JsonNode schema, Place place) {
    return switch (type) {
      case "string" -> string(schema, place);
      case "integer", "number" -> JsonBounds.of(schema, place).expression(in, json, type);
      case "boolean" -> in.anyText(List.of("true", "false"));
      case "null" -> in.text("null");
      case "array" -> {
        int least = count(schema, "minItems", 0, place);
        int most = count(schema, "maxItems", Expression.Repeated.UNBOUNDED, place);
        if (least > most) {
          throw refuse(place, "minItems is above maxItems");
        }
        yield json.array(
            most > 0 && schema.has("items")
                ? value(schema.get("items"), place.inside("items"))
                : json.anything(),
            least,
            most);
      }
      default -> new JsonObjects(in, json, this::value).of(schema, place);
    };
  }

  private int count(JsonNode schema, String name, int absent, Place place) {
    JsonNode node = schema.get(name);
    if (node == null) {
      return absent;
    }
    if (!node.canConvertToExactIntegral() || node.asLong() < 0 || node.asLong() > Limits.COUNT) {
      throw refuse(
          place, name + " is " + node + "; it must be an integer from 0 to " + Limits.COUNT);
    }
    return node.asInt();
  }

  private Expression string(JsonNode schema, Place place) {
    int least = count(schema, "minLength", 0, place);
    int most = count(schema, "maxLength", Expression.Repeated.UNBOUNDED, place);
    if (least > most) {
      throw refuse(place, "minLength is above maxLength");
    }
    boolean bounded = schema.has("minLength") || schema.has("maxLength");
    JsonNode format = schema.get("format");
    JsonNode pattern = schema.get("pattern");
    if (format != null && (pattern != null || bounded)) {
      throw refuse(place, "format beside pattern, minLength or maxLength is not supported");
    }
    if (format != null) {
      String expression = JsonFormats.PATTERNS.get(format.asText());
      if (expression == null) {
        throw refuse(
            place,
            "format is "
                + format
                + "; supported are "
                + String.join(", ", JsonFormats.PATTERNS.keySet().stream().sorted().toList()));
      }
      return json.quoted(RegexParser.whole(in, json::spelled, expression));
    }
    if (pattern == null) {
      return json.string(least, most);
    }
    Expression matching;
    try {
      matching = RegexParser.part(in, json::spelled, pattern.asText());
    } catch (ConstraintException e) {
      throw refuse(place, "pattern: " + e.getMessage());
    }
    if (matching == in.never) {
      throw refuse(place, "pattern " + pattern + " matches nothing");
    }
    return json.quoted(
        bounded
            ? in.both(matching, in.repeat(json.spelled(CodePoints.ALL), least, most))
            : matching);
  }

  static ConstraintException refuse(Place place, String what) {
    return new ConstraintException("the schema at " + place.pointer + ": " + what);
  }
}
