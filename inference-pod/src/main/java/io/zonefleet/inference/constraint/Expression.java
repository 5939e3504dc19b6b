package io.zonefleet.inference.constraint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A set of texts that may still come, over bytes and marker tokens. Equal expressions are one
 * object ({@link Expressions} makes them), so that they compare by identity; what follows after a
 * symbol is remembered in {@link #next}.
 */
abstract sealed class Expression {
  /** In the order of making; 0 for none yet. */
  int id;

  /** What may come after each symbol, as far as it was asked for. */
  Expression[] next;

  private final boolean endable;
  private final int hash;

  private Expression(boolean endable, int hash) {
    this.endable = endable;
    this.hash = hash;
  }

  /** Whether the text may end here. */
  final boolean endable() {
    return endable;
  }

  /** Whether both are of the same parts, which are compared by identity. */
  abstract boolean same(Expression other);

  @Override
  public final boolean equals(Object other) {
    return this == other || other instanceof Expression each && hash == each.hash && same(each);
  }

  @Override
  public final int hashCode() {
    return hash;
  }

  /** No text at all: a dead end. */
  static final class Never extends Expression {
    Never() {
      super(false, 1);
    }

    @Override
    boolean same(Expression other) {
      return other instanceof Never;
    }
  }

  /** The empty text. */
  static final class Blank extends Expression {
    Blank() {
      super(true, 2);
    }

    @Override
    boolean same(Expression other) {
      return other instanceof Blank;
    }
  }

  /** One byte of a set that is not empty. */
  static final class OneOf extends Expression {
    final ByteSet bytes;

    OneOf(ByteSet bytes) {
      super(false, 3 + bytes.hashCode());
      this.bytes = bytes;
    }

    @Override
    boolean same(Expression other) {
      return other instanceof OneOf each && bytes.equals(each.bytes);
    }
  }

  /** One token that is no text: it stands for itself only. */
  static final class Marker extends Expression {
    final int token;

    Marker(int token) {
      super(false, 5 + 31 * token);
      this.token = token;
    }

    @Override
    boolean same(Expression other) {
      return other instanceof Marker each && token == each.token;
    }
  }

  /** One after the other; {@code first} is no {@code Then}. */
  static final class Then extends Expression {
    final Expression first;
    final Expression rest;

    Then(Expression first, Expression rest) {
      super(first.endable() && rest.endable(), 7 + 31 * first.id + 1_000_003 * rest.id);
      this.first = first;
      this.rest = rest;
    }

    @Override
    boolean same(Expression other) {
      return other instanceof Then each && first == each.first && rest == each.rest;
    }
  }

  /** One of several, in the order of their numbers. */
  static final class Either extends Expression {
    final Expression[] parts;

    Either(List<Expression> parts) {
      super(
          parts.stream().anyMatch(Expression::endable),
          11 + parts.stream().mapToInt(part -> part.id).reduce(1, (a, b) -> 31 * a + b));
      this.parts = parts.toArray(Expression[]::new);
    }

    @Override
    boolean same(Expression other) {
      return other instanceof Either each && Arrays.equals(parts, each.parts, SAME);
    }
  }

  private static final Comparator<Expression> SAME = (a, b) -> a == b ? 0 : 1;

  /** From {@code least} to {@code most} times, {@link #UNBOUNDED} for any number. */
  static final class Repeated extends Expression {
    static final int UNBOUNDED = Integer.MAX_VALUE;

    final Expression part;
    final int least;
    final int most;

    Repeated(Expression part, int least, int most) {
      super(least == 0, 13 + 31 * part.id + 10_007 * least + 1_000_003 * most);
      this.part = part;
      this.least = least;
      this.most = most;
    }

    @Override
    boolean same(Expression other) {
      return other instanceof Repeated each
          && part == each.part
          && least == each.least
          && most == each.most;
    }
  }

  /** A name for what is defined later, so that it may hold itself; never empty text. */
  static final class Named extends Expression {
    final String name;
    Expression definition;

    Named(String name) {
      super(false, System.identityHashCode(name) + 17);
      this.name = name;
    }

    @Override
    boolean same(Expression other) {
      return this == other;
    }
  }

  /** Texts of both; of bytes only. */
  static final class Both extends Expression {
    final Expression one;
    final Expression other;

    /** Whether it was found that no text is of both. */
    boolean dead;

    Both(Expression one, Expression other) {
      super(one.endable() && other.endable(), 19 + 31 * one.id + 1_000_003 * other.id);
      this.one = one;
      this.other = other;
    }

    @Override
    boolean same(Expression that) {
      return that instanceof Both each && one == each.one && other == each.other;
    }
  }

  /** All texts but some; of bytes only, and only as a part of {@link Both}. */
  static final class Not extends Expression {
    final Expression part;

    Not(Expression part) {
      super(!part.endable(), 23 + 31 * part.id);
      this.part = part;
    }

    @Override
    boolean same(Expression other) {
      return other instanceof Not each && part == each.part;
    }
  }
}
