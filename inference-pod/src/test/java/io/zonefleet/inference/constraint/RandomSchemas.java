package io.zonefleet.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.SplittableRandom;

/** Schemas of all supported keywords, and values that are valid against them. */
public final class RandomSchemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** A keyword's value, and strings that satisfy it. */
  private record Sample(String keyword, String value, List<String> strings) {}

  private static final List<Sample> SAMPLES =
      List.of(
          new Sample("pattern", "^[a-z]{2,5}$", List.of("ab", "hello")),
          new Sample("pattern", "^(foo|b\\.r|\\d+)$", List.of("foo", "b.r", "0123")),
          new Sample("pattern", "^\\S{1,3}-\\w?$", List.of("a\"\\-", "é你😀-_")),
          new Sample("pattern", "^[^a-z\\\\]{0,4}$", List.of("", "A\n\t1", "\u0001\"")),
          new Sample("format", "date", List.of("2024-02-29", "1999-12-31")),
          new Sample(
              "format",
              "date-time",
              List.of("2024-02-29T23:59:59Z", "2000-01-01T00:00:00.5+01:00")),
          new Sample("format", "uuid", List.of("123e4567-e89b-12d3-a456-426614174000")),
          new Sample("format", "ipv4", List.of("0.0.0.0", "192.168.255.1")));

  private static final List<String> TEXTS =
      List.of("", "a", "Oslo", "say \"hi\"", "back\\slash", "\n\t\u0007", "你好", "😀é", "</think>");

  private final SplittableRandom random;

  public RandomSchemas(long seed) {
    random = new SplittableRandom(seed);
  }

  /** A schema whose definitions may refer to themselves. */
  public ObjectNode next() {
    ObjectNode schema = object(3);
    if (schema.toString().contains("#/$defs/node")) {
      ObjectNode node = schema.putObject("$defs").putObject("node");
      node.put("type", "object").put("additionalProperties", false);
      ObjectNode properties = node.putObject("properties");
      properties.set("value", leaf());
      properties
          .putObject("next")
          .putArray("anyOf")
          .add(reference())
          .addObject()
          .put("type", "null");
      node.putArray("required").add("value").add("next");
    }
    return schema;
  }

  private ObjectNode reference() {
    return JSON.objectNode().put("$ref", "#/$defs/node");
  }

  private ObjectNode schema(int depth) {
    if (depth == 0) {
      return leaf();
    }
    return switch (random.nextInt(7)) {
      case 0, 1 -> object(depth - 1);
      case 2 -> array(depth - 1);
      case 3 -> {
        ObjectNode any = JSON.objectNode();
        ArrayNode parts = any.putArray("anyOf");
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          parts.add(schema(depth - 1));
        }
        yield any;
      }
      case 4 -> reference();
      default -> leaf();
    };
  }

  private ObjectNode object(int depth) {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      String name = List.of("id", "name", "naïve", "a\"b", "x y").get(i);
      properties.set(name, schema(depth));
      if (random.nextBoolean()) {
        required.add(name);
      }
    }
    switch (random.nextInt(4)) {
      case 0 -> schema.set("additionalProperties", leaf());
      case 1 -> {}
      default -> schema.put("additionalProperties", false);
    }
    return schema;
  }

  private ObjectNode array(int depth) {
    int least = random.nextInt(3);
    ObjectNode schema = JSON.objectNode().put("type", "array");
    schema.set("items", schema(depth));
    if (random.nextBoolean()) {
      schema.put("minItems", least);
    }
    return schema.put("maxItems", least + random.nextInt(3));
  }

  private ObjectNode leaf() {
    ObjectNode schema = JSON.objectNode();
    switch (random.nextInt(9)) {
      case 0 -> {
        int least = random.nextInt(4);
        schema.put("type", "string").put("minLength", least);
        schema.put("maxLength", least + random.nextInt(12));
      }
      case 1 -> {
        Sample sample = SAMPLES.get(random.nextInt(SAMPLES.size()));
        schema.put("type", "string").put(sample.keyword, sample.value);
      }
      case 2 -> {
        schema.put("type", "integer");
        bounds(schema);
      }
      case 3 -> {
        schema.put("type", "number");
        bounds(schema);
      }
      case 4 -> schema.put("type", "boolean");
      case 5 -> schema.putArray("enum").add("red").add("re\"d").add(7).add(1.5).addNull().add(true);
      case 6 -> schema.set("const", JSON.objectNode().put("k", 1));
      case 7 -> {
        schema.putArray("type").add("string").add("null").add("integer");
        schema.put("maxLength", 3).put("minimum", 0);
      }
      default -> schema.put("type", "null");
    }
    return schema;
  }

  private void bounds(ObjectNode schema) {
    long low = random.nextLong(-2000, 2000);
    if (random.nextBoolean()) {
      schema.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", low);
    }
    if (random.nextBoolean()) {
      schema.put(
          random.nextBoolean() ? "maximum" : "exclusiveMaximum", low + random.nextLong(2, 3000));
    }
  }

  /** A value that is valid, with properties in the order of the schema. */
  public JsonNode value(JsonNode root, JsonNode schema, int depth) {
    if (schema.has("$ref")) {
      return value(root, root.at(schema.get("$ref").asText().substring(1)), depth + 1);
    }
    if (schema.has("anyOf")) {
      JsonNode parts = schema.get("anyOf");
      // the last alternative of a recursive one ends it
      return value(
          root, parts.get(depth > 6 ? parts.size() - 1 : random.nextInt(parts.size())), depth + 1);
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    JsonNode type = schema.get("type");
    String name = type.isArray() ? type.get(random.nextInt(type.size())).asText() : type.asText();
    return switch (name) {
      case "object" -> objectValue(root, schema, depth);
      case "array" -> {
        ArrayNode array = JSON.arrayNode();
        int least = schema.path("minItems").asInt(0);
        int count = random.nextInt(least, schema.get("maxItems").asInt() + 1);
        for (int i = 0; i < count; i++) {
          array.add(value(root, schema.get("items"), depth + 1));
        }
        yield array;
      }
      case "string" -> JSON.textNode(string(schema));
      case "integer" -> JSON.numberNode(whole(schema));
      case "number" -> random.nextBoolean() ? JSON.numberNode(whole(schema)) : fraction(schema);
      case "boolean" -> JSON.booleanNode(random.nextBoolean());
      default -> JSON.nullNode();
    };
  }

  private ObjectNode objectValue(JsonNode root, JsonNode schema, int depth) {
    ObjectNode object = JSON.objectNode();
    List<String> required = new ObjectMapper().convertValue(schema.get("required"), List.class);
    schema
        .get("properties")
        .properties()
        .forEach(
            entry -> {
              if (required.contains(entry.getKey()) || random.nextBoolean()) {
                object.set(entry.getKey(), value(root, entry.getValue(), depth + 1));
              }
            });
    JsonNode additional = schema.path("additionalProperties");
    for (int i = random.nextInt(3); additional.isObject() && i > 0; i--) {
      object.set(
          List.of("i", "idx", "extra", "naïv").get(random.nextInt(4)),
          value(root, additional, depth));
    }
    return object;
  }

  private String string(JsonNode schema) {
    for (Sample sample : SAMPLES) {
      if (schema.path(sample.keyword).asText().equals(sample.value)) {
        return sample.strings.get(random.nextInt(sample.strings.size()));
      }
    }
    int least = schema.path("minLength").asInt(0);
    int most = schema.get("maxLength").asInt();
    int[] characters = (String.join("", TEXTS) + "abcdefgh").codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(least, most + 1); i > 0; i--) {
      text.appendCodePoint(characters[random.nextInt(characters.length)]);
    }
    return text.toString();
  }

  private long whole(JsonNode schema) {
    long low =
        schema.has("minimum")
            ? schema.get("minimum").asLong()
            : schema.has("exclusiveMinimum")
                ? schema.get("exclusiveMinimum").asLong() + 1
                : Long.MIN_VALUE;
    long high =
        schema.has("maximum")
            ? schema.get("maximum").asLong()
            : schema.has("exclusiveMaximum")
                ? schema.get("exclusiveMaximum").asLong() - 1
                : Long.MIN_VALUE;
    if (low == Long.MIN_VALUE) {
      low = high == Long.MIN_VALUE ? -100 : high - 100_000;
    }
    if (high == Long.MIN_VALUE) {
      high = low + 100_000;
    }
    return random.nextLong(low, high + 1);
  }

  private JsonNode fraction(JsonNode schema) {
    long whole = whole(schema);
    double value = whole + 0.25;
    boolean above = schema.has("maximum") && value > schema.get("maximum").asLong();
    boolean past =
        schema.has("exclusiveMaximum") && value >= schema.get("exclusiveMaximum").asLong();
    return above || past ? JSON.numberNode(whole) : JSON.numberNode(value);
  }
}
