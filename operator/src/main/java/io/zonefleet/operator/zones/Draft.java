package io.zonefleet.operator.zones;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;

/** The next state while it is being decided: zones in the order of the spec, and what is known. */
final class Draft {
  /**
   * A quorum must hold this long, so that packet loss on two paths at once moves nothing, where the
   * zone's own gateways are silent too: then it is the zone. Or where its pods answer that they
   * cannot serve: then they are not slow.
   */
  static final Duration CONFIRM = Duration.ofMillis(500);

  /**
   * And this long where the zone answers but its pods do not: those that were only short of breath
   * pass three checks within it; gateways send their requests elsewhere meanwhile.
   */
  static final Duration CONFIRM_SLOW = Duration.ofSeconds(1);

  /**
   * And this long where the zone's own gateways see it healthy, as when links lose packets; while
   * the fleet starts up, when pods that load their models take the processors from others; or where
   * the zone's pods have just been started, for those that are cold are slow to answer anybody.
   */
  static final Duration CONFIRM_DISPUTED = Duration.ofSeconds(3);

  /**
   * And this long where doubts have come and gone in the last minute, as when packets are lost on
   * all links: then a zone that is silent and seen by nobody for a second may still be there. Pods
   * that answer that they cannot serve leave no such question.
   */
  static final Duration CONFIRM_UNSTEADY = Duration.ofSeconds(5);

  /** Of that many looks in a row, so that a slow operator does not act on one late report. */
  static final int CONFIRM_LOOKS = 3;

  final FleetPolicy policy;
  final FleetState before;
  final Instant now;
  final Journal journal;

  /** Zones that serve no more, and that somebody else has to serve for. */
  final Set<String> gone = new LinkedHashSet<>();

  final List<Action> actions = new ArrayList<>();
  private final Map<String, Testimony> testimony;
  private final List<String> names;
  private final SequencedMap<String, ZoneState> zones = new LinkedHashMap<>();
  private boolean decided;

  Draft(FleetPolicy policy, FleetState before, Observation seen, Map<String, Testimony> testimony) {
    this.policy = policy;
    this.before = before;
    this.now = seen.at();
    this.testimony = testimony;
    this.journal = new Journal(before, seen);
    for (var z : policy.zones()) {
      put(before.zone(z.name()).orElseGet(() -> ZoneState.starting(z.name(), now)));
    }
    names = List.copyOf(zones.keySet());
    for (var z : before.zones()) {
      if (z.serving() && !has(z.name())) {
        gone.add(z.name());
      }
    }
    decided = !gone.isEmpty();
  }

  /** Notes what was decided; the epoch grows. */
  void decide(Action... why) {
    decided = true;
    actions.addAll(List.of(why));
  }

  long epoch() {
    return before.epoch() + (decided ? 1 : 0);
  }

  List<ZoneState> zones() {
    return List.copyOf(zones.values());
  }

  List<String> names() {
    return names;
  }

  boolean has(String name) {
    return zones.containsKey(name);
  }

  ZoneState zone(String name) {
    return zones.get(name);
  }

  void put(ZoneState z) {
    zones.put(z.name(), z);
  }

  Optional<Role> roleBefore(String name) {
    return before.zone(name).map(ZoneState::role);
  }

  List<String> serving() {
    return names(ZoneState::serving);
  }

  /** Zones that could serve at once: Standby before Returning, each in the order of the spec. */
  List<String> candidates() {
    return aliveIn(Role.Active, Role.Standby, Role.Returning, Role.Suspect);
  }

  /** Zones that answer and yet should not serve; better they than none. */
  List<String> lastResorts() {
    var resorts = aliveIn(Role.Lost, Role.Drained);
    resorts.addAll(names(z -> z.started() && leaving(z.name())));
    return resorts;
  }

  /** Zones that some gateway sees healthy, if only their own, or if only until their pods end. */
  List<String> seen() {
    return names(z -> testimony.get(z.name()).isSeen());
  }

  private List<String> aliveIn(Role... roles) {
    var found = new ArrayList<String>();
    for (var role : roles) {
      found.addAll(names(z -> z.role() == role && z.started() && alive(z.name())));
    }
    return found;
  }

  private List<String> names(Predicate<ZoneState> which) {
    var found = new ArrayList<String>();
    for (var z : zones.values()) {
      if (which.test(z)) {
        found.add(z.name());
      }
    }
    return found;
  }

  boolean candidateBeside(String name) {
    return candidates().stream().anyMatch(n -> !n.equals(name));
  }

  String words(String name) {
    return testimony.get(name).inWords();
  }

  boolean alive(String name) {
    return testimony.get(name).isAlive();
  }

  boolean surelyAlive(String name) {
    return alive(name) && !doubted(name);
  }

  boolean dark(String name) {
    return testimony.get(name).isDark();
  }

  boolean doubted(String name) {
    return testimony.get(name).isDoubted();
  }

  boolean away(String name) {
    return testimony.get(name).away();
  }

  /** Whether its pods are being deleted, and one answers still. */
  boolean leaving(String name) {
    return away(name) && testimony.get(name).isSeen();
  }

  /** Whether pods are being replaced, and no gateway is known to have the new ones. */
  boolean replacing(String name) {
    return away(name) || (testimony.get(name).replacing() && !alive(name));
  }

  boolean confirmedDark(String name) {
    var z = zones.get(name);
    var time = confirmation(testimony.get(name));
    return dark(name)
        && z.darkLooks() >= CONFIRM_LOOKS
        && z.darkSince().map(since -> passed(since, time)).orElse(false);
  }

  private Duration confirmation(Testimony said) {
    if (!said.refused() && before.isUnsteady(now)) {
      return CONFIRM_UNSTEADY;
    }
    if (!said.alive().isEmpty()) {
      return CONFIRM_DISPUTED;
    }
    if (!said.answering() || said.refused()) {
      return CONFIRM;
    }
    return said.cold() || !zones.values().stream().allMatch(ZoneState::started)
        ? CONFIRM_DISPUTED
        : CONFIRM_SLOW;
  }

  Duration timeInRole(ZoneState z) {
    return Duration.between(z.since(), now);
  }

  boolean stableFor(ZoneState z, Duration time) {
    return passed(z.since(), time);
  }

  boolean passed(Instant since, Duration time) {
    return Duration.between(since, now).compareTo(time) >= 0;
  }

  /** Traffic returns no sooner after any move: the hold-down, a minute at most. */
  Duration beforeReturn() {
    return Duration.ofSeconds(Math.min(60, policy.failback().stableSeconds()));
  }

  String holdWords(ZoneState z) {
    return "; traffic may return after " + policy.failback().holdDown(z.flaps()).toSeconds() + " s";
  }
}
