package io.zonefleet.e2e.bench;

import java.util.Collection;
import java.util.Objects;

/** Percentiles by nearest rank: always a value that was measured, the largest one for few. */
final class Percentile {

  private Percentile() {}

  /**
   * The smallest value that at least {@code percent} percent of the values do not exceed.
   *
   * @param percent above 0, up to 100
   * @param values nulls, which stand for what was not measured, are left out
   * @return null without values
   */
  static Long of(int percent, Collection<Long> values) {
    if (percent < 1 || percent > 100) {
      throw new IllegalArgumentException("percent is " + percent + ", allowed are 1 to 100");
    }
    var sorted = values.stream().filter(Objects::nonNull).sorted().toList();
    if (sorted.isEmpty()) {
      return null;
    }
    var rank = (percent * sorted.size() + 99) / 100;
    return sorted.get(rank - 1);
  }
}
