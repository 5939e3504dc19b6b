package io.zonefleet.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Set;

/**
 * The bounds of a number.
 *
 * @param bounded whether there are any
 * @param low the least whole number allowed
 * @param high the largest whole number allowed
 * @param above what fractions must be above
 * @param below what fractions must be below
 */
record JsonBounds(boolean bounded, long low, long high, long above, long below) {
  static final Set<String> KEYWORDS =
      Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");

  /**
   * @throws ConstraintException for bounds that are no numbers, and for bounds of {@code number}
   *     that are not whole
   */
  static JsonBounds of(JsonNode schema, JsonSchema.Place place) {
    long low = -JsonNumbers.MOST;
    long high = JsonNumbers.MOST;
    long above = low;
    long below = high;
    boolean bounded = false;
    boolean whole = !schema.path("type").toString().contains("number");
    for (String keyword : KEYWORDS.stream().sorted().toList()) {
      JsonNode node = schema.get(keyword);
      if (node == null) {
        continue;
      }
      BigDecimal bound = node.isNumber() ? node.decimalValue() : null;
      if (bound == null || (!whole && bound.stripTrailingZeros().scale() > 0)) {
        throw JsonSchema.refuse(
            place, keyword + " is " + node + "; it must be a whole number, or type integer");
      }
      bounded = true;
      boolean exclusive = keyword.startsWith("exclusive");
      if (keyword.endsWith("inimum")) {
        long least =
            clamp(bound.setScale(0, exclusive ? RoundingMode.FLOOR : RoundingMode.CEILING));
        low = Math.max(low, exclusive ? least + 1 : least);
        above = Math.max(above, clamp(bound.setScale(0, RoundingMode.FLOOR)));
      } else {
        long most = clamp(bound.setScale(0, exclusive ? RoundingMode.CEILING : RoundingMode.FLOOR));
        high = Math.min(high, exclusive ? most - 1 : most);
        below = Math.min(below, clamp(bound.setScale(0, RoundingMode.CEILING)));
      }
    }
    if (low > high && (whole || above >= below)) {
      throw JsonSchema.refuse(place, "no number is within the bounds");
    }
    return new JsonBounds(bounded, low, high, above, below);
  }

  private static long clamp(BigDecimal value) {
    BigDecimal most = BigDecimal.valueOf(JsonNumbers.MOST);
    return value.min(most).max(most.negate()).longValueExact();
  }

  Expression expression(Expressions in, JsonText json, String type) {
    if (!bounded) {
      return type.equals("integer") ? json.integer() : json.number();
    }
    JsonNumbers numbers = new JsonNumbers(in);
    Expression whole = low > high ? in.never : numbers.integers(low, high);
    return type.equals("integer") ? whole : numbers.numbers(whole, above, below);
  }
}
