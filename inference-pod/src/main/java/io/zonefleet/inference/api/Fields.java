package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Reads fields of a request; what is ill-formed is refused by name, value and what is allowed. */
record Fields(JsonNode root) {
  private static final int MAX_STOPS = 16;

  String text(String name) {
    JsonNode node = root.path(name);
    if (!node.isTextual() || node.asText().isEmpty()) {
      throw refuse(name, "a non-empty string");
    }
    return node.asText();
  }

  double number(String name, double min, double max, double absent) {
    JsonNode node = present(name);
    if (node == null) {
      return absent;
    }
    if (!node.isNumber() || !(node.asDouble() >= min && node.asDouble() <= max)) {
      throw refuse(name, "a number from " + min + " to " + max);
    }
    return node.asDouble();
  }

  OptionalInt integer(String name, int min, int max) {
    JsonNode node = present(name);
    if (node == null) {
      return OptionalInt.empty();
    }
    if (!node.canConvertToExactIntegral()
        || !node.canConvertToLong()
        || node.asLong() < min
        || node.asLong() > max) {
      throw refuse(name, "an integer from " + min + " to " + max);
    }
    return OptionalInt.of((int) node.asLong());
  }

  long seed(long absent) {
    JsonNode node = present("seed");
    if (node == null) {
      return absent;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw refuse("seed", "a 64-bit integer");
    }
    return node.asLong();
  }

  boolean flag(String name) {
    JsonNode node = present(name);
    if (node == null) {
      return false;
    }
    if (!node.isBoolean()) {
      throw refuse(name, "true or false");
    }
    return node.asBoolean();
  }

  Fields object(String name) {
    JsonNode node = present(name);
    if (node == null) {
      return new Fields(Json.object());
    }
    if (!node.isObject()) {
      throw refuse(name, "an object");
    }
    return new Fields(node);
  }

  /** {@code stop}: a string or a list of strings. */
  List<String> stops() {
    JsonNode node = present("stop");
    if (node == null) {
      return List.of();
    }
    List<String> stops = new ArrayList<>();
    if (node.isTextual()) {
      stops.add(node.asText());
    } else if (node.isArray() && node.size() <= MAX_STOPS) {
      for (JsonNode each : node) {
        if (!each.isTextual()) {
          throw refuse("stop", "a string or up to " + MAX_STOPS + " strings");
        }
        stops.add(each.asText());
      }
    } else {
      throw refuse("stop", "a string or up to " + MAX_STOPS + " strings");
    }
    if (stops.contains("")) {
      throw refuse("stop", "strings that are not empty");
    }
    return stops;
  }

  /** Fields that would change the answer, but are not built, must not be ignored in silence. */
  void unsupported(String name) {
    JsonNode node = present(name);
    if (node != null
        && !(node.isBoolean() && !node.asBoolean())
        && !(node.isNumber() && node.asDouble() == 0)
        && !(node.isContainerNode() && node.isEmpty())) {
      throw ApiException.invalid(
          400, name, "unsupported_parameter", name + " is not supported by this server.");
    }
  }

  JsonNode present(String name) {
    JsonNode node = root.get(name);
    return node == null || node.isNull() ? null : node;
  }

  ApiException refuse(String name, String allowed) {
    JsonNode node = present(name);
    if (node == null) {
      return ApiException.invalid(
          400,
          name,
          "missing_required_parameter",
          name + " is missing; it must be " + allowed + ".");
    }
    return ApiException.invalid(
        name, name + " is " + shortened(node) + "; it must be " + allowed + ".");
  }

  /** A value as it may be told back to who sent it. */
  static String shortened(JsonNode node) {
    return shortened(Json.text(node));
  }

  static String shortened(String value) {
    return value.length() > 80 ? value.substring(0, 80) + "…" : value;
  }
}
