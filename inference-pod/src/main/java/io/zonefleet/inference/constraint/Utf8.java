package io.zonefleet.inference.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Code points as the bytes of UTF-8 (RFC 3629); surrogates are no characters. */
final class Utf8 {
  private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};

  private Utf8() {}

  /** One character of a set. */
  static Expression character(Expressions expressions, CodePoints set) {
    List<Expression> parts = new ArrayList<>();
    for (CodePoints.Range range : set.without(CodePoints.SURROGATES).ranges()) {
      int from = range.from();
      for (int last : LAST_OF_LENGTH) {
        if (from <= last && from <= range.to()) {
          parts.add(between(expressions, encode(from), encode(Math.min(last, range.to())), 0));
          from = last + 1;
        }
      }
    }
    return expressions.either(parts);
  }

  /** All byte strings of one length from {@code low} to {@code high}, equal before {@code at}. */
  private static Expression between(Expressions expressions, byte[] low, byte[] high, int at) {
    if (at == low.length) {
      return expressions.blank;
    }
    int first = low[at] & 0xFF;
    int last = high[at] & 0xFF;
    if (first == last) {
      return expressions.then(
          expressions.bytes(ByteSet.of(first)), between(expressions, low, high, at + 1));
    }
    List<Expression> parts = new ArrayList<>();
    byte[] lowest = filled(low, at, 0x80);
    byte[] highest = filled(high, at, 0xBF);
    int from = first;
    int to = last;
    if (!Arrays.equals(low, lowest)) {
      parts.add(edge(expressions, first, low, filled(low, at, 0xBF), at));
      from++;
    }
    if (!Arrays.equals(high, highest)) {
      parts.add(edge(expressions, last, filled(high, at, 0x80), high, at));
      to--;
    }
    if (from <= to) {
      parts.add(
          expressions.then(
              expressions.bytes(ByteSet.range(from, to)),
              between(expressions, lowest, filled(low, at, 0xBF), at + 1)));
    }
    return expressions.either(parts);
  }

  private static Expression edge(
      Expressions expressions, int first, byte[] low, byte[] high, int at) {
    return expressions.then(
        expressions.bytes(ByteSet.of(first)), between(expressions, low, high, at + 1));
  }

  private static byte[] filled(byte[] bytes, int after, int value) {
    byte[] copy = bytes.clone();
    Arrays.fill(copy, after + 1, copy.length, (byte) value);
    return copy;
  }

  private static byte[] encode(int codePoint) {
    if (codePoint <= 0x7F) {
      return new byte[] {(byte) codePoint};
    }
    if (codePoint <= 0x7FF) {
      return new byte[] {(byte) (0xC0 | codePoint >> 6), last(codePoint)};
    }
    if (codePoint <= 0xFFFF) {
      return new byte[] {(byte) (0xE0 | codePoint >> 12), last(codePoint >> 6), last(codePoint)};
    }
    return new byte[] {
      (byte) (0xF0 | codePoint >> 18), last(codePoint >> 12), last(codePoint >> 6), last(codePoint)
    };
  }

  private static byte last(int bits) {
    return (byte) (0x80 | bits & 0x3F);
  }
}
