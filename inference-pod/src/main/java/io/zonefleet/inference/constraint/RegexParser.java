package io.zonefleet.inference.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Regular expressions in the common part of ECMA-262, Python and Java: alternatives, groups,
 * classes, counts, escapes. What has no place in a finite automaton, or depends on a flavour, is
 * refused: look-around, back-references, word boundaries, Unicode properties, anchors elsewhere
 * than at the ends.
 */
final class RegexParser {
  private final Expressions expressions;
  private final Function<CodePoints, Expression> spelling;
  private final String pattern;
  private int at;
  private int depth;

  private RegexParser(
      Expressions expressions, Function<CodePoints, Expression> spelling, String pattern) {
    this.expressions = expressions;
    this.spelling = spelling;
    this.pattern = pattern;
  }

  /**
   * Texts that match as a whole.
   *
   * @param spelling how a character of a set is written
   * @throws ConstraintException when it is ill-formed or not supported
   */
  static Expression whole(
      Expressions expressions, Function<CodePoints, Expression> spelling, String pattern) {
    return new RegexParser(expressions, spelling, pattern).top(false);
  }

  /** Texts of which a part matches, as JSON Schema's {@code pattern} has it. */
  static Expression part(
      Expressions expressions, Function<CodePoints, Expression> spelling, String pattern) {
    return new RegexParser(expressions, spelling, pattern).top(true);
  }

  private Expression top(boolean search) {
    if (pattern.length() > Limits.PATTERN_CHARACTERS) {
      throw new ConstraintException(
          "the regular expression has "
              + pattern.length()
              + " characters; allowed are "
              + Limits.PATTERN_CHARACTERS);
    }
    Expression anything =
        search
            ? expressions.repeat(spelling.apply(CodePoints.ALL), 0, Expression.Repeated.UNBOUNDED)
            : expressions.blank;
    List<Expression> alternatives = new ArrayList<>();
    do {
      boolean begins = take('^');
      Expression middle = sequence();
      boolean ends = take('$');
      if (at < pattern.length() && peek() != '|') {
        throw refuse(peek() == ')' ? "a ) without (" : "$ elsewhere than at the end");
      }
      alternatives.add(
          expressions.sequence(
              begins ? expressions.blank : anything, middle, ends ? expressions.blank : anything));
    } while (take('|'));
    return expressions.either(alternatives);
  }

  private Expression alternatives() {
    List<Expression> all = new ArrayList<>();
    do {
      all.add(sequence());
    } while (take('|'));
    return expressions.either(all);
  }

  private Expression sequence() {
    List<Expression> parts = new ArrayList<>();
    while (at < pattern.length() && peek() != '|' && peek() != ')' && peek() != '$') {
      parts.add(counted(atom()));
    }
    return expressions.sequence(parts.toArray(Expression[]::new));
  }

  private Expression counted(Expression atom) {
    Expression all = atom;
    if (at < pattern.length()) {
      int from = at;
      int[] count = count();
      if (count != null) {
        if (count[0] > count[1]) {
          throw new ConstraintException(
              "in the regular expression, " + pattern.substring(from, at) + " has no number");
        }
        all = expressions.repeat(atom, count[0], count[1]);
        take('?');
        if (at < pattern.length() && (peek() == '+' || peek() == '*')) {
          throw refuse("two counts after each other");
        }
      }
    }
    return all;
  }

  /** The least and the most, or null where there is no count. */
  private int[] count() {
    if (take('*')) {
      return new int[] {0, Expression.Repeated.UNBOUNDED};
    }
    if (take('+')) {
      return new int[] {1, Expression.Repeated.UNBOUNDED};
    }
    if (take('?')) {
      return new int[] {0, 1};
    }
    int close = peek() == '{' ? pattern.indexOf('}', at) : -1;
    if (close < 0 || !pattern.substring(at + 1, close).matches("\\d{1,6}(,(\\d{1,6})?)?")) {
      return null;
    }
    String[] ends = pattern.substring(at + 1, close).split(",", -1);
    at = close + 1;
    int least = bounded(ends[0]);
    if (ends.length == 1) {
      return new int[] {least, least};
    }
    return new int[] {least, ends[1].isEmpty() ? Expression.Repeated.UNBOUNDED : bounded(ends[1])};
  }

  private static int bounded(String digits) {
    int count = Integer.parseInt(digits);
    if (count > Limits.COUNT) {
      throw new ConstraintException(
          "the regular expression counts to " + count + "; allowed is " + Limits.COUNT);
    }
    return count;
  }

  private Expression atom() {
    char c = pattern.charAt(at);
    switch (c) {
      case '(':
        return group();
      case '[':
        at++;
        return spelling.apply(characterClass());
      case '.':
        at++;
        return spelling.apply(CodePoints.LINE_ENDS.not());
      case '\\':
        at++;
        return spelling.apply(escape(false));
      case '*', '+', '?':
        throw refuse("a count of nothing");
      case '^':
        throw refuse("^ elsewhere than at the beginning");
      default:
        int codePoint = pattern.codePointAt(at);
        at += Character.charCount(codePoint);
        return spelling.apply(CodePoints.range(codePoint, codePoint));
    }
  }

  private Expression group() {
    at++;
    if (take('?')) {
      int from = at;
      if (!take(':')) {
        take('P');
        int close = pattern.indexOf('>', at);
        if (!take('<') || close < 0 || !pattern.substring(at, close).matches("\\w+")) {
          at = from;
          throw refuse("(?" + (at < pattern.length() ? peek() : ""));
        }
        at = close + 1;
      }
    }
    if (++depth > Limits.PATTERN_DEPTH) {
      throw new ConstraintException(
          "the regular expression has groups "
              + depth
              + " deep; allowed is "
              + Limits.PATTERN_DEPTH);
    }
    Expression inner = alternatives();
    if (at < pattern.length() && peek() == '$') {
      throw refuse("$ elsewhere than at the end");
    }
    if (!take(')')) {
      throw refuse("a ( without )");
    }
    depth--;
    return inner;
  }

  private CodePoints characterClass() {
    boolean negated = take('^');
    CodePoints all = CodePoints.NONE;
    while (at < pattern.length() && peek() != ']') {
      CodePoints from = member();
      boolean range = at + 1 < pattern.length() && peek() == '-' && pattern.charAt(at + 1) != ']';
      if (range) {
        at++;
        CodePoints to = member();
        all = all.or(CodePoints.range(single(from), single(to)));
        if (single(from) > single(to)) {
          throw refuse("a range in the wrong order");
        }
      } else {
        all = all.or(from);
      }
    }
    if (!take(']')) {
      throw refuse("a [ without ]");
    }
    return negated ? all.not() : all;
  }

  private int single(CodePoints set) {
    if (set.ranges().size() != 1
        || set.ranges().getFirst().from() != set.ranges().getFirst().to()) {
      throw refuse("a range whose end is no single character");
    }
    return set.ranges().getFirst().from();
  }

  private CodePoints member() {
    if (at >= pattern.length()) {
      throw refuse("a [ without ]");
    }
    if (take('\\')) {
      return escape(true);
    }
    if (peek() == '[' && at + 1 < pattern.length() && ":.=".indexOf(pattern.charAt(at + 1)) >= 0) {
      throw refuse("a POSIX class");
    }
    int codePoint = pattern.codePointAt(at);
    at += Character.charCount(codePoint);
    return CodePoints.range(codePoint, codePoint);
  }

  private CodePoints escape(boolean inClass) {
    if (at >= pattern.length()) {
      throw refuse("a \\ at the end");
    }
    char c = pattern.charAt(at++);
    return switch (c) {
      case 'd' -> CodePoints.DIGITS;
      case 'D' -> CodePoints.DIGITS.not();
      case 'w' -> CodePoints.WORD;
      case 'W' -> CodePoints.WORD.not();
      case 's' -> CodePoints.SPACE;
      case 'S' -> CodePoints.SPACE.not();
      case 'n' -> CodePoints.of("\n");
      case 'r' -> CodePoints.of("\r");
      case 't' -> CodePoints.of("\t");
      case 'f' -> CodePoints.of("\f");
      case 'v' -> CodePoints.range(11, 11);
      case 'x' -> hex(2);
      case 'u' -> pattern.startsWith("{", at) ? braced() : hex(4);
      default -> {
        if (c == 'b' && inClass) {
          yield CodePoints.of("\b");
        }
        if (Character.isLetterOrDigit(c)) {
          at--;
          throw refuse("\\" + c);
        }
        at--;
        int codePoint = pattern.codePointAt(at);
        at += Character.charCount(codePoint);
        yield CodePoints.range(codePoint, codePoint);
      }
    };
  }

  private CodePoints braced() {
    int close = pattern.indexOf('}', at);
    String digits = close < 0 ? "" : pattern.substring(at + 1, close);
    if (!digits.matches("[0-9a-fA-F]{1,6}") || Integer.parseInt(digits, 16) > 0x10FFFF) {
      throw refuse("an ill-formed \\u");
    }
    at = close + 1;
    return CodePoints.range(Integer.parseInt(digits, 16), Integer.parseInt(digits, 16));
  }

  private CodePoints hex(int length) {
    String digits = pattern.substring(at, Math.min(at + length, pattern.length()));
    if (!digits.matches("[0-9a-fA-F]{" + length + "}")) {
      throw refuse("an ill-formed escape");
    }
    at += length;
    int value = Integer.parseInt(digits, 16);
    return CodePoints.range(value, value);
  }

  private char peek() {
    return pattern.charAt(at);
  }

  private boolean take(char c) {
    boolean there = at < pattern.length() && peek() == c;
    at += there ? 1 : 0;
    return there;
  }

  private ConstraintException refuse(String what) {
    return new ConstraintException(
        "the regular expression has "
            + what
            + " at position "
            + at
            + ", which is not supported or ill-formed");
  }
}
