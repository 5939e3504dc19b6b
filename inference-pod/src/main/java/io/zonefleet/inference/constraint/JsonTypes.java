package io.zonefleet.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** JSON Schema's types of values. */
final class JsonTypes {
  private JsonTypes() {}

  static boolean any(List<String> types, JsonNode value) {
    return types.stream().anyMatch(type -> is(type, value));
  }

  private static boolean is(String type, JsonNode value) {
    return switch (type) {
      case "string" -> value.isTextual();
      case "number" -> value.isNumber();
      // 1.0 is an integer too
      case "integer" -> value.isNumber() && value.canConvertToExactIntegral();
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "boolean" -> value.isBoolean();
      default -> value.isNull();
    };
  }
}
