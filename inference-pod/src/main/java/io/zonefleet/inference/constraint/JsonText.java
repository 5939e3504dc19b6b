package io.zonefleet.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * How JSON is written: between two tokens stands nothing, one space, or a line end and up to 32
 * spaces; before a colon or comma stands nothing. So any writer's compact, spaced or indented
 * output is allowed, and no answer is endless white space. Numbers have up to 18 digits before and
 * 17 after the point, and exponents up to 99: what a double can hold.
 */
final class JsonText {
  private static final int INDENTATION = 32;
  private static final int WHOLE_DIGITS = 18;
  private static final int FRACTION_DIGITS = 17;
  private static final String ESCAPED = "\"\\\b\f\n\r\t";
  private static final String ESCAPES = "\"\\bfnrt";

  private final Expressions in;
  private Expression.Named anything;

  JsonText(Expressions expressions) {
    this.in = expressions;
  }

  Expression space() {
    return in.either(
        List.of(
            in.blank,
            in.text(" "),
            in.then(in.text("\n"), in.repeat(in.text(" "), 0, INDENTATION))));
  }

  private Expression digits(int least, int most) {
    return in.repeat(in.bytes(ByteSet.range('0', '9')), least, most);
  }

  private Expression set(String from) {
    return in.anyText(List.of(from.split("")));
  }

  Expression integer() {
    Expression positive = in.then(in.bytes(ByteSet.range('1', '9')), digits(0, WHOLE_DIGITS - 1));
    return in.then(in.optional(in.text("-")), in.either(List.of(in.text("0"), positive)));
  }

  Expression number() {
    Expression fraction = in.then(in.text("."), digits(1, FRACTION_DIGITS));
    Expression exponent = in.sequence(set("eE"), in.optional(set("+-")), digits(1, 2));
    return in.sequence(integer(), in.optional(fraction), in.optional(exponent));
  }

  /** One character of a string, plain or escaped; never half of a surrogate pair. */
  private Expression character() {
    Expression hex =
        in.bytes(ByteSet.range('0', '9').or(ByteSet.range('a', 'f')).or(ByteSet.range('A', 'F')));
    Expression notD =
        in.bytes(
            ByteSet.range('0', '9')
                .or(ByteSet.range('a', 'c'))
                .or(ByteSet.range('A', 'C'))
                .or(ByteSet.range('e', 'f'))
                .or(ByteSet.range('E', 'F')));
    Expression unit =
        in.either(
            List.of(
                in.sequence(notD, hex, hex, hex),
                in.sequence(set("dD"), in.bytes(ByteSet.range('0', '7')), hex, hex)));
    Expression escape =
        in.then(in.text("\\"), in.either(List.of(set(ESCAPES + "/"), in.then(in.text("u"), unit))));
    return in.either(List.of(Utf8.character(in, TokenTable.PLAIN), escape));
  }

  /** A string of so many characters. */
  Expression string(int least, int most) {
    return quoted(in.repeat(character(), least, most));
  }

  Expression quoted(Expression inner) {
    return in.sequence(in.text("\""), inner, in.text("\""));
  }

  /** A character of a set as strings spell it in the shortest way. */
  Expression spelled(CodePoints set) {
    List<Expression> parts = new ArrayList<>();
    parts.add(Utf8.character(in, set.and(TokenTable.PLAIN)));
    CodePoints others = set.without(TokenTable.PLAIN);
    for (CodePoints.Range range : others.ranges()) {
      for (int each = range.from(); each <= range.to(); each++) {
        int escape = ESCAPED.indexOf(each);
        parts.add(
            in.text(escape >= 0 ? "\\" + ESCAPES.charAt(escape) : String.format("\\u%04x", each)));
      }
    }
    return in.either(parts);
  }

  /** A value as it is, written without white space. */
  Expression literal(JsonNode value) {
    return in.text(value.toString());
  }

  /** Any value at all. */
  Expression anything() {
    if (anything == null) {
      anything = in.name("a value");
      anything.definition =
          in.either(
              List.of(
                  object(),
                  array(anything, 0, Expression.Repeated.UNBOUNDED),
                  string(0, Expression.Repeated.UNBOUNDED),
                  number(),
                  in.anyText(List.of("true", "false", "null"))));
    }
    return anything;
  }

  /** Any object. */
  Expression object() {
    Expression pair = pair(string(0, Expression.Repeated.UNBOUNDED), anything());
    Expression more = in.repeat(in.then(comma(), pair), 0, Expression.Repeated.UNBOUNDED);
    return braces(in.then(pair, more), true);
  }

  /**
   * @param pairs not empty
   * @param orNone whether there may be no pairs either
   */
  Expression braces(Expression pairs, boolean orNone) {
    Expression some = in.then(pairs, space());
    return in.sequence(in.text("{"), space(), orNone ? in.optional(some) : some, in.text("}"));
  }

  Expression pair(Expression key, Expression value) {
    return in.sequence(key, in.text(":"), in.optional(in.text(" ")), value);
  }

  Expression comma() {
    return in.then(in.text(","), space());
  }

  Expression array(Expression item, int least, int most) {
    if (most == 0) {
      return in.sequence(in.text("["), space(), in.text("]"));
    }
    Expression more =
        in.repeat(
            in.then(comma(), item),
            Math.max(0, least - 1),
            most == Expression.Repeated.UNBOUNDED ? most : most - 1);
    Expression some = in.sequence(item, more, space());
    return in.sequence(in.text("["), space(), least == 0 ? in.optional(some) : some, in.text("]"));
  }
}
