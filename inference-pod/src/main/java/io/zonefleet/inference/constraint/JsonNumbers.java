package io.zonefleet.inference.constraint;

import java.util.ArrayList;
import java.util.List;

/** Numbers between two whole bounds, by their digits. */
final class JsonNumbers {
  /** The largest that {@link JsonText} writes. */
  static final long MOST = 999_999_999_999_999_999L;

  private static final int FRACTION_DIGITS = 16;

  private final Expressions in;

  JsonNumbers(Expressions expressions) {
    this.in = expressions;
  }

  /** Whole numbers from {@code low} to {@code high}, both at most {@link #MOST} away from 0. */
  Expression integers(long low, long high) {
    List<Expression> parts = new ArrayList<>();
    if (high >= 0) {
      parts.add(natural(Math.max(0, low), high));
    }
    if (low < 0) {
      parts.add(in.then(in.text("-"), natural(Math.max(1, -high), -low)));
    }
    return in.either(parts);
  }

  /**
   * Numbers without exponent: {@code whole} ones, or fractions between {@code low} and {@code
   * high}.
   */
  Expression numbers(Expression whole, long low, long high) {
    Expression digits = in.repeat(in.bytes(ByteSet.range('0', '9')), 0, FRACTION_DIGITS - 1);
    // ends in another digit than 0, so that it is never a bound itself
    Expression fraction = in.sequence(in.text("."), digits, in.bytes(ByteSet.range('1', '9')));
    List<Expression> parts = new ArrayList<>();
    parts.add(in.then(whole, in.optional(in.text(".0"))));
    if (high > 0 && Math.max(0, low) <= high - 1) {
      parts.add(in.then(natural(Math.max(0, low), high - 1), fraction));
    }
    if (low < 0 && Math.max(0, -high) <= -low - 1) {
      parts.add(in.sequence(in.text("-"), natural(Math.max(0, -high), -low - 1), fraction));
    }
    return in.either(parts);
  }

  private Expression natural(long low, long high) {
    List<Expression> parts = new ArrayList<>();
    long from = low;
    while (from <= high) {
      int length = Long.toString(from).length();
      long last = Math.min(high, length >= 18 ? MOST : power(length) - 1);
      parts.add(between(Long.toString(from), Long.toString(last), 0));
      from = last + 1;
    }
    return in.either(parts);
  }

  private static long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }

  /** Numerals of one length, equal before {@code at}. */
  private Expression between(String low, String high, int at) {
    if (at == low.length()) {
      return in.blank;
    }
    char first = low.charAt(at);
    char last = high.charAt(at);
    int rest = low.length() - at - 1;
    if (first == last) {
      return in.then(digit(first, first), between(low, high, at + 1));
    }
    List<Expression> parts = new ArrayList<>();
    char from = first;
    char to = last;
    if (!low.substring(at + 1).equals("0".repeat(rest))) {
      String nines = low.substring(0, at + 1) + "9".repeat(rest);
      parts.add(in.then(digit(first, first), between(low, nines, at + 1)));
      from++;
    }
    if (!high.substring(at + 1).equals("9".repeat(rest))) {
      String zeros = high.substring(0, at + 1) + "0".repeat(rest);
      parts.add(in.then(digit(last, last), between(zeros, high, at + 1)));
      to--;
    }
    if (from <= to) {
      parts.add(in.then(digit(from, to), in.repeat(digit('0', '9'), rest, rest)));
    }
    return in.either(parts);
  }

  private Expression digit(char from, char to) {
    return in.bytes(ByteSet.range(from, to));
  }
}
