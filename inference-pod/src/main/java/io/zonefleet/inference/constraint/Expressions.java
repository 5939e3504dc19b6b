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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes the expressions of one grammar, in their simplest form. Not thread-safe. */
final class Expressions {
  /** More alternatives at one place come from hostile expressions only. */
  private static final int MAX_ALTERNATIVES = 4096;

  private final Map<Expression, Expression> known = new HashMap<>();
  private final List<Named> names = new ArrayList<>();
  private final int most;
  private int made;

  final Expression never = keep(new Never());
  final Expression blank = keep(new Blank());

  /**
   * @param most how many different expressions there may be
   */
  Expressions(int most) {
    this.most = most;
  }

  private <E extends Expression> Expression keep(E fresh) {
    Expression old = known.putIfAbsent(fresh, fresh);
    if (old != null) {
      return old;
    }
    if (known.size() > most && most > 0) {
      throw new TooComplexException("the grammar needs more than " + most + " states");
    }
    fresh.id = ++made;
    return fresh;
  }

  Collection<Expression> all() {
    return Collections.unmodifiableCollection(known.values());
  }

  int size() {
    return known.size();
  }

  List<Named> names() {
    return names;
  }

  /** Forgets what is not in {@code kept}, and all that was found out of what may follow. */
  void forgetAllBut(Collection<Expression> kept) {
    known.values().forEach(each -> each.next = null);
    known.keySet().retainAll(kept);
  }

  Expression bytes(ByteSet set) {
    return keep(new OneOf(set));
  }

  Expression marker(int token) {
    return keep(new Marker(token));
  }

  Named name(String name) {
    Named fresh = new Named(name);
    keep(fresh);
    names.add(fresh);
    return fresh;
  }

  Expression text(String text) {
    return text(text.getBytes(StandardCharsets.UTF_8));
  }

  Expression text(byte[] text) {
    Expression all = blank;
    for (int i = text.length - 1; i >= 0; i--) {
      all = then(bytes(ByteSet.of(text[i] & 0xFF)), all);
    }
    return all;
  }

  /**
   * One of several texts; common beginnings are shared, so that a thousand cost no more than one.
   */
  Expression anyText(Collection<String> texts) {
    List<byte[]> sorted =
        texts.stream()
            .distinct()
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .sorted(Arrays::compareUnsigned)
            .toList();
    return anyText(sorted, 0);
  }

  private Expression anyText(List<byte[]> texts, int at) {
    if (texts.size() == 1) {
      byte[] only = texts.getFirst();
      return text(Arrays.copyOfRange(only, at, only.length));
    }
    SortedMap<Integer, List<byte[]>> byFirst = new TreeMap<>();
    List<Expression> parts = new ArrayList<>();
    for (byte[] text : texts) {
      if (text.length == at) {
        parts.add(blank);
      } else {
        byFirst.computeIfAbsent(text[at] & 0xFF, first -> new ArrayList<>()).add(text);
      }
    }
    byFirst.forEach(
        (first, rest) -> parts.add(then(bytes(ByteSet.of(first)), anyText(rest, at + 1))));
    return either(parts);
  }

  Expression sequence(Expression... parts) {
    Expression all = blank;
    for (int i = parts.length - 1; i >= 0; i--) {
      all = then(parts[i], all);
    }
    return all;
  }

  Expression then(Expression first, Expression rest) {
    if (first == never || rest == never) {
      return never;
    }
    if (first == blank) {
      return rest;
    }
    if (rest == blank) {
      return first;
    }
    List<Expression> parts = new ArrayList<>();
    Expression head = first;
    while (head instanceof Then then) {
      parts.add(then.first);
      head = then.rest;
    }
    Expression all = keep(new Then(head, rest));
    for (int i = parts.size() - 1; i >= 0; i--) {
      all = keep(new Then(parts.get(i), all));
    }
    return all;
  }

  Expression optional(Expression part) {
    return either(List.of(part, blank));
  }

  Expression either(Collection<Expression> parts) {
    Set<Expression> all = new LinkedHashSet<>();
    ByteSet bytes = null;
    for (Expression part : parts) {
      for (Expression each :
          part instanceof Either either ? either.parts : new Expression[] {part}) {
        if (each instanceof OneOf one) {
          bytes = bytes == null ? one.bytes : bytes.or(one.bytes);
        } else if (each != never) {
          all.add(each);
        }
      }
    }
    if (bytes != null) {
      all.add(bytes(bytes));
    }
    if (all.size() > MAX_ALTERNATIVES) {
      throw new TooComplexException("more than " + MAX_ALTERNATIVES + " alternatives at one place");
    }
    if (all.size() < 2) {
      return all.isEmpty() ? never : all.iterator().next();
    }
    List<Expression> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingInt(each -> each.id));
    return keep(new Either(sorted));
  }

  /**
   * @param most {@link Repeated#UNBOUNDED} for any number
   */
  Expression repeat(Expression part, int least, int most) {
    if (most == 0 || part == blank) {
      return blank;
    }
    if (part == never) {
      return least == 0 ? blank : never;
    }
    if (least == 1 && most == 1) {
      return part;
    }
    return keep(new Repeated(part, part.endable() ? 0 : least, most));
  }

  Expression both(Expression one, Expression other) {
    if (one == never || other == never) {
      return never;
    }
    boolean ordered = one.id <= other.id;
    Expression both = keep(new Both(ordered ? one : other, ordered ? other : one));
    return ((Both) both).dead ? never : both;
  }

  Expression not(Expression part) {
    return keep(new Not(part));
  }
}
