package io.zonefleet.inference.constraint;

import io.zonefleet.inference.constraint.Expression.Both;
import io.zonefleet.inference.constraint.Expression.Either;
import io.zonefleet.inference.constraint.Expression.Named;
import io.zonefleet.inference.constraint.Expression.Repeated;
import io.zonefleet.inference.constraint.Expression.Then;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes sure that each part of a grammar allows a text, and a finite one, so that a generation
 * cannot run into a dead end.
 */
final class Liveness {
  private Liveness() {}

  static void check(Grammar grammar, Expressions expressions) {
    names(expressions);
    conjunctions(grammar, expressions);
  }

  /** A name that needs itself has no finite text. */
  private static void names(Expressions expressions) {
    Set<Named> finite = new HashSet<>();
    boolean grown = true;
    while (grown) {
      Map<Expression, Boolean> seen = new IdentityHashMap<>();
      grown = false;
      for (Named name : expressions.names()) {
        if (!finite.contains(name) && ends(name.definition, finite, seen)) {
          finite.add(name);
          grown = true;
        }
      }
    }
    for (Named name : expressions.names()) {
      if (!finite.contains(name)) {
        throw new ConstraintException(
            name.name + " requires itself, so that no finite value is valid");
      }
    }
  }

  private static boolean ends(
      Expression expression, Set<Named> finite, Map<Expression, Boolean> seen) {
    Expression at = expression;
    while (at instanceof Then then) {
      if (!ends(then.first, finite, seen)) {
        return false;
      }
      at = then.rest;
    }
    Boolean known = seen.get(at);
    if (known == null) {
      known =
          switch (at) {
            case Expression.Never ignored -> false;
            case Named named -> finite.contains(named);
            case Repeated repeated -> repeated.least == 0 || ends(repeated.part, finite, seen);
            case Either either -> {
              boolean any = false;
              for (Expression part : either.parts) {
                any |= ends(part, finite, seen);
              }
              yield any;
            }
            default -> true;
          };
      // what depends on a name may change in the next round, but not within this one's answers
      seen.put(at, known);
    }
    return known;
  }

  /** Finds which conjunctions no text satisfies, in all states that they can come to. */
  private static void conjunctions(Grammar grammar, Expressions expressions) {
    List<Both> made = new ArrayList<>();
    for (Expression each : expressions.all()) {
      if (each instanceof Both both) {
        made.add(both);
      }
    }
    if (made.isEmpty()) {
      return;
    }
    Map<Both, List<Both>> before = new IdentityHashMap<>();
    Deque<Both> open = new ArrayDeque<>(made);
    made.forEach(both -> before.put(both, new ArrayList<>()));
    while (!open.isEmpty()) {
      Both state = open.pop();
      for (int symbol = 0; symbol < grammar.symbols(); symbol++) {
        if (grammar.next(state, symbol) instanceof Both after) {
          if (!before.containsKey(after)) {
            before.put(after, new ArrayList<>());
            open.push(after);
          }
          before.get(after).add(state);
        }
      }
    }
    Set<Both> live = new HashSet<>();
    for (Both each : before.keySet()) {
      if (each.endable() && live.add(each)) {
        open.push(each);
      }
    }
    while (!open.isEmpty()) {
      for (Both each : before.get(open.pop())) {
        if (live.add(each)) {
          open.push(each);
        }
      }
    }
    before.keySet().forEach(each -> each.dead = !live.contains(each));
    if (made.stream().anyMatch(both -> both.dead)) {
      throw new ConstraintException(
          "pattern, minLength and maxLength of a string contradict each other");
    }
  }
}
