package io.zonefleet.inference.constraint;

import io.zonefleet.inference.constraint.Expression.Blank;
import io.zonefleet.inference.constraint.Expression.Both;
import io.zonefleet.inference.constraint.Expression.Either;
import io.zonefleet.inference.constraint.Expression.Marker;
import io.zonefleet.inference.constraint.Expression.Named;
import io.zonefleet.inference.constraint.Expression.Never;
import io.zonefleet.inference.constraint.Expression.Not;
import io.zonefleet.inference.constraint.Expression.OneOf;
import io.zonefleet.inference.constraint.Expression.Repeated;
import io.zonefleet.inference.constraint.Expression.Then;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A grammar that is ready to run. A state is the expression of what may still come; the state after
 * a symbol is its derivative (Brzozowski 1964), which is found when it is first needed and then
 * remembered. A symbol is a class of bytes that the grammar does not tell apart, or a marker token.
 *
 * <p>No state but {@link Never} is a dead end, so a text that was allowed so far can be completed.
 * Not thread-safe.
 */
final class Grammar {
  /** Derivatives that one question may take, each up to 1 µs; honest schemas need a third. */
  private static final long MAX_WORK = 60_000;

  private static final long MAX_WORK_AT_BUILD = 400_000;

  private final Expressions expressions;
  private final Expression start;
  private final List<Expression> lasting;
  private final int[] symbolOf = new int[256];
  private final int[] byteOf;
  private final Map<Integer, Integer> markers = new HashMap<>();
  private final int symbols;
  private long work;
  private long limit = MAX_WORK_AT_BUILD;

  /**
   * @throws ConstraintException when a part of it allows no text at all
   * @throws TooComplexException when that cannot be found out within bounds
   */
  Grammar(Expressions expressions, Expression start) {
    this.expressions = expressions;
    this.start = start;
    this.byteOf = classes();
    int n = byteOf.length;
    for (Expression each : expressions.all()) {
      if (each instanceof Marker marker && !markers.containsKey(marker.token)) {
        markers.put(marker.token, n++);
      }
    }
    this.symbols = n;
    Liveness.check(this, expressions);
    this.lasting = List.copyOf(expressions.all());
    expressions.forgetAllBut(lasting);
    limit = MAX_WORK;
  }

  /** Numbers the classes of bytes that no part tells apart. */
  private int[] classes() {
    int count = 1;
    for (Expression each : List.copyOf(expressions.all())) {
      if (each instanceof OneOf one) {
        Map<Integer, Integer> split = new HashMap<>();
        for (int value = 0; value < 256; value++) {
          int key = symbolOf[value] * 2 + (one.bytes.has(value) ? 1 : 0);
          Integer symbol = split.get(key);
          if (symbol == null) {
            symbol = split.size();
            split.put(key, symbol);
          }
          symbolOf[value] = symbol;
        }
        count = split.size();
      }
    }
    int[] representatives = new int[count];
    for (int value = 0; value < 256; value++) {
      representatives[symbolOf[value]] = value;
    }
    return representatives;
  }

  Expression start() {
    return start;
  }

  /** Tokens that stand for themselves somewhere in the grammar. */
  Iterable<Integer> markers() {
    return markers.keySet();
  }

  int symbols() {
    return symbols;
  }

  Expression after(Expression state, byte value) {
    return next(state, symbolOf[value & 0xFF]);
  }

  Expression after(Expression state, byte[] text) {
    Expression now = state;
    for (byte each : text) {
      now = after(now, each);
    }
    return now;
  }

  Expression afterMarker(Expression state, int token) {
    Integer symbol = markers.get(token);
    return symbol == null ? expressions.never : next(state, symbol);
  }

  boolean dead(Expression state) {
    return state == expressions.never;
  }

  /** To be called before each question that is asked: work is counted anew. */
  void begin() {
    work = 0;
    if (expressions.size() > lasting.size() + Limits.STATES_KEPT) {
      expressions.forgetAllBut(lasting);
    }
  }

  /** Steps since {@link #begin}. */
  long work() {
    return work;
  }

  /** Notes work that was done elsewhere. */
  void worked(long steps) {
    work += steps;
  }

  Expression next(Expression state, int symbol) {
    if (state instanceof OneOf one) {
      return symbol < byteOf.length && one.bytes.has(byteOf[symbol])
          ? expressions.blank
          : expressions.never;
    }
    Expression[] table = state.next;
    if (table == null) {
      table = new Expression[symbols];
      state.next = table;
    }
    Expression found = table[symbol];
    if (found == null) {
      if (++work > limit) {
        throw new TooComplexException(
            "the schema or expression is too complex: what may come next takes more than "
                + limit
                + " steps to find out");
      }
      found = derive(state, symbol);
      table[symbol] = found;
    }
    return found;
  }

  private Expression derive(Expression state, int symbol) {
    return switch (state) {
      case Never never -> never;
      case Blank ignored -> expressions.never;
      case OneOf one -> next(one, symbol);
      case Marker marker ->
          markers.get(marker.token) == symbol ? expressions.blank : expressions.never;
      case Then then -> {
        Expression through = expressions.then(next(then.first, symbol), then.rest);
        yield then.first.endable()
            ? expressions.either(List.of(through, next(then.rest, symbol)))
            : through;
      }
      case Either either -> {
        List<Expression> parts = new ArrayList<>(either.parts.length);
        for (Expression part : either.parts) {
          parts.add(next(part, symbol));
        }
        work += parts.size() / 8;
        yield expressions.either(parts);
      }
      case Repeated repeated -> {
        Expression once = next(repeated.part, symbol);
        yield once == expressions.never
            ? once
            : expressions.then(
                once,
                expressions.repeat(
                    repeated.part,
                    Math.max(0, repeated.least - 1),
                    repeated.most == Repeated.UNBOUNDED ? repeated.most : repeated.most - 1));
      }
      case Named named -> next(named.definition, symbol);
      case Both both -> expressions.both(next(both.one, symbol), next(both.other, symbol));
      case Not not -> expressions.not(next(not.part, symbol));
    };
  }

  private record Pair(Expression state, Expression probe) {}

  /**
   * Whether everything that {@code probe} allows is allowed in {@code state}, at least to begin.
   */
  boolean covers(Expression state, Expression probe, int most) {
    Set<Pair> seen = new HashSet<>();
    Deque<Pair> open = new ArrayDeque<>();
    open.push(new Pair(state, probe));
    while (!open.isEmpty()) {
      Pair pair = open.pop();
      if (!seen.add(pair)) {
        continue;
      }
      if (seen.size() > most) {
        return false;
      }
      for (int symbol = 0; symbol < byteOf.length; symbol++) {
        Expression probed = next(pair.probe, symbol);
        if (probed == expressions.never) {
          continue;
        }
        Expression after = next(pair.state, symbol);
        if (after == expressions.never) {
          return false;
        }
        open.push(new Pair(after, probed));
      }
    }
    return true;
  }
}
