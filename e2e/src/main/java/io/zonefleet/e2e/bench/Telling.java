package io.zonefleet.e2e.bench;

import io.zonefleet.api.v1alpha1.ZoneSwitch;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the fleet's status told of one fault. Milliseconds are null where it told nothing.
 *
 * @param suspectMillis from the fault until every broken zone was Suspect or Lost
 * @param lostMillis from the fault until every broken zone was Lost
 * @param detectMillis from the fault to the first failed check that the operator counts
 * @param decideMillis from there to the decision
 * @param tellMillis from there until a watcher of the resource saw it
 * @param spurious zones that were declared Lost more often than the fault explains
 * @param switches new entries of the journal: how often traffic left a zone or came back
 */
record Telling(
    Long suspectMillis,
    Long lostMillis,
    Long detectMillis,
    Long decideMillis,
    Long tellMillis,
    long spurious,
    long switches) {

  private static final String LOST = "Lost";

  /**
   * @param seen from before the fault until all was well again
   * @param broken zones that the fault breaks
   * @param losses how often each of them may be declared lost
   */
  static Telling of(List<StatusTrace.Seen> seen, Instant fault, Set<String> broken, int losses) {
    var lost = first(seen, fault, broken, LOST::equals);
    var suspect = first(seen, fault, broken, role -> role.equals("Suspect") || role.equals(LOST));
    var move = lost.flatMap(at -> move(seen, fault, broken));
    return new Telling(
        millis(fault, suspect),
        millis(fault, lost),
        millis(fault, move.map(ZoneSwitch::detectedAt)),
        move.map(m -> Duration.between(m.detectedAt(), m.shiftedAt()).toMillis()).orElse(null),
        move.map(m -> Duration.between(m.shiftedAt(), lost.get()).toMillis()).orElse(null),
        spurious(seen, broken, losses),
        switches(seen));
  }

  private static Optional<Instant> first(
      List<StatusTrace.Seen> seen, Instant fault, Set<String> broken, Predicate<String> role) {
    return seen.stream()
        .filter(s -> !s.at().isBefore(fault) && s.status().zones() != null)
        .filter(
            s ->
                !broken.isEmpty()
                    && s.status().zones().stream()
                        .filter(zone -> broken.contains(zone.name()))
                        .allMatch(zone -> role.test(zone.role())))
        .map(StatusTrace.Seen::at)
        .findFirst();
  }

  private static Optional<ZoneSwitch> move(
      List<StatusTrace.Seen> seen, Instant fault, Set<String> broken) {
    return journal(seen.stream())
        .filter(m -> broken.contains(m.from()) && m.cause().equals("ZoneLost"))
        .filter(m -> m.shiftedAt() != null && m.shiftedAt().isAfter(fault))
        .findFirst();
  }

  /** The journal keeps the last few: the entries of all statuses together are all of them. */
  private static long switches(List<StatusTrace.Seen> seen) {
    return epochs(seen.stream()) - epochs(seen.stream().limit(1));
  }

  private static long epochs(Stream<StatusTrace.Seen> seen) {
    return journal(seen).map(ZoneSwitch::epoch).distinct().count();
  }

  private static Stream<ZoneSwitch> journal(Stream<StatusTrace.Seen> seen) {
    return seen.map(s -> s.status().switches()).filter(Objects::nonNull).flatMap(List::stream);
  }

  private static long spurious(List<StatusTrace.Seen> seen, Set<String> broken, int losses) {
    Map<String, String> roles = new HashMap<>();
    Map<String, Integer> lost = new HashMap<>();
    for (var s : seen) {
      if (s.status().zones() == null) {
        continue;
      }
      for (var zone : s.status().zones()) {
        var before = roles.put(zone.name(), zone.role());
        if (before != null && !before.equals(LOST) && zone.role().equals(LOST)) {
          lost.merge(zone.name(), 1, Integer::sum);
        }
      }
    }
    return lost.entrySet().stream()
        .mapToLong(e -> Math.max(0, e.getValue() - (broken.contains(e.getKey()) ? losses : 0)))
        .sum();
  }

  private static Long millis(Instant fault, Optional<Instant> moment) {
    return moment.map(at -> Duration.between(fault, at).toMillis()).orElse(null);
  }
}
