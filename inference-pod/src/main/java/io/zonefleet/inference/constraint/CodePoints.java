package io.zonefleet.inference.constraint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of Unicode code points.
 *
 * @param ranges in order, neither overlapping nor touching
 */
record CodePoints(List<Range> ranges) {
  private static final int LAST = 0x10FFFF;

  /** Both ends are part of it. */
  record Range(int from, int to) {}

  static final CodePoints NONE = new CodePoints(List.of());
  static final CodePoints ALL = range(0, LAST);
  static final CodePoints SURROGATES = range(0xD800, 0xDFFF);
  static final CodePoints DIGITS = range('0', '9');
  static final CodePoints WORD = range('a', 'z').or(range('A', 'Z')).or(DIGITS).or(range('_', '_'));

  /** ECMA-262's white space and line ends. */
  static final CodePoints SPACE =
      range(9, 13)
          .or(of(" \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"))
          .or(range(0x2000, 0x200a));

  static final CodePoints LINE_ENDS = of("\n\r\u2028\u2029");

  static CodePoints range(int from, int to) {
    return new CodePoints(List.of(new Range(from, to)));
  }

  static CodePoints of(String characters) {
    CodePoints all = NONE;
    for (int each : characters.codePoints().toArray()) {
      all = all.or(range(each, each));
    }
    return all;
  }

  CodePoints or(CodePoints other) {
    List<Range> all = new ArrayList<>(ranges);
    all.addAll(other.ranges);
    return normal(all);
  }

  private static CodePoints normal(List<Range> all) {
    all.sort(Comparator.comparingInt(Range::from));
    List<Range> merged = new ArrayList<>();
    for (Range next : all) {
      Range last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && next.from <= last.to + 1) {
        merged.set(merged.size() - 1, new Range(last.from, Math.max(last.to, next.to)));
      } else {
        merged.add(next);
      }
    }
    return new CodePoints(merged);
  }

  CodePoints not() {
    List<Range> gaps = new ArrayList<>();
    int from = 0;
    for (Range range : ranges) {
      if (range.from > from) {
        gaps.add(new Range(from, range.from - 1));
      }
      from = range.to + 1;
    }
    if (from <= LAST) {
      gaps.add(new Range(from, LAST));
    }
    return new CodePoints(gaps);
  }

  CodePoints without(CodePoints other) {
    return not().or(other).not();
  }

  CodePoints and(CodePoints other) {
    return without(other.not());
  }
}
