package io.zonefleet.operator.zones;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last switches, with their times and the requests that failed meanwhile. */
final class Journal {
  private static final int KEPT = 10;

  /** Failures that follow a decision this closely belong to it. */
  private static final Duration AFTERMATH = Duration.ofSeconds(10);

  private final Instant now;
  private final List<Switch> switches = new ArrayList<>();
  private final List<Switch> added = new ArrayList<>();
  private final Map<String, Long> failuresNow = new HashMap<>();
  private final Map<String, Long> calm;

  Journal(FleetState before, Observation seen) {
    this.now = seen.at();
    this.calm = before.calmFailures();
    for (var gateway : seen.gateways()) {
      if (gateway.reachable()) {
        failuresNow.putIfAbsent(gateway.name(), gateway.counters().failed());
      }
    }
    for (var s : before.switches()) {
      switches.add(inAftermath(s) ? s.failing(Math.max(s.failedRequests(), failed())) : s);
    }
  }

  void add(long epoch, String from, String to, Switch.Cause cause, ZoneState was, ZoneState nowIs) {
    var doubt =
        cause == Switch.Cause.ZoneLost
            ? Optional.ofNullable(nowIs).flatMap(ZoneState::firstDoubt).or(was::firstDoubt)
            : Optional.<Instant>empty();
    var detected = doubt.orElse(now);
    var entry =
        new Switch(
            epoch,
            from,
            to,
            cause,
            detected,
            now,
            Optional.empty(),
            Duration.between(detected, now).toMillis(),
            failed());
    switches.add(entry);
    added.add(entry);
  }

  /** A zone that traffic left for a better one had nothing to recover from. */
  void recovered(String zone, Instant at) {
    switches.replaceAll(
        s ->
            s.from().equals(zone) && s.cause() != Switch.Cause.Failback && s.recoveredAt().isEmpty()
                ? s.recovered(at)
                : s);
  }

  boolean evacuatedWithin(Duration time) {
    return switches.stream()
        .filter(s -> s.cause() == Switch.Cause.ZoneLost)
        .anyMatch(s -> isWithin(time, s));
  }

  boolean movedWithin(Duration time) {
    return switches.stream().anyMatch(s -> isWithin(time, s));
  }

  List<Switch> switches() {
    return switches.subList(Math.max(0, switches.size() - KEPT), switches.size());
  }

  List<Switch> added() {
    return added;
  }

  /**
   * The base line moves only while nothing is in doubt, so that a switch counts from its start. Of
   * a zone that is lost there is no doubt any more.
   */
  Map<String, Long> calmFailures(Collection<ZoneState> zones) {
    return calm.isEmpty() || isQuiet(zones) ? failuresNow : calm;
  }

  private boolean isQuiet(Collection<ZoneState> zones) {
    for (var z : zones) {
      if (z.role() == Role.Suspect && z.firstDoubt().isPresent()) {
        return false;
      }
    }
    for (var s : switches) {
      if (inAftermath(s)) {
        return false;
      }
    }
    return true;
  }

  private boolean inAftermath(Switch s) {
    return isWithin(AFTERMATH, s);
  }

  private boolean isWithin(Duration time, Switch s) {
    return Duration.between(s.shiftedAt(), now).compareTo(time) < 0;
  }

  /** A gateway that restarted counts from zero, one that is new had no base line. */
  private long failed() {
    return failuresNow.entrySet().stream()
        .filter(e -> calm.containsKey(e.getKey()))
        .mapToLong(e -> Math.max(0, e.getValue() - calm.get(e.getKey())))
        .sum();
  }
}
