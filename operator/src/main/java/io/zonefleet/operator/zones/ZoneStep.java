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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One run of the state machine: first each zone by itself, then who serves. */
final class ZoneStep {
  /** A quorum must hold this long, so that packet loss on two paths at once moves nothing. */
  static final Duration CONFIRM = Duration.ofMillis(500);

  static final Duration BETWEEN_EVACUATIONS = Duration.ofMinutes(1);
  private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(10);

  private final FleetPolicy policy;
  private final FleetState before;
  private final Instant now;
  private final Map<String, Testimony> testimony;
  private final Journal journal;
  private final SequencedMap<String, ZoneState> zones = new LinkedHashMap<>();
  private final Set<String> gone = new LinkedHashSet<>();
  private final List<Action> actions = new ArrayList<>();
  private boolean decided;
  private Optional<String> degraded = Optional.empty();

  ZoneStep(
      FleetPolicy policy, FleetState before, Observation seen, Map<String, Testimony> testimony) {
    this.policy = policy;
    this.before = before;
    this.now = seen.at();
    this.testimony = testimony;
    this.journal = new Journal(before, seen);
  }

  Decision decide() {
    align();
    hearWitnesses();
    zones.keySet().forEach(this::moveByItself);
    drain();
    release();
    choose();
    forgive();
    var state =
        new FleetState(
            before.epoch() + (decided ? 1 : 0),
            List.copyOf(zones.values()),
            journal.switches(),
            degraded,
            journal.calmFailures(zones.values()));
    if (degraded.isPresent() && before.degraded().isEmpty()) {
      actions.add(new Action.Degraded(degraded.get()));
    }
    return new Decision(state, actions);
  }

  private void align() {
    policy
        .zones()
        .forEach(
            z ->
                zones.put(
                    z.name(),
                    before.zone(z.name()).orElseGet(() -> ZoneState.starting(z.name(), now))));
    before.zones().stream()
        .filter(z -> z.serving() && !zones.containsKey(z.name()))
        .forEach(z -> gone.add(z.name()));
    decided = !gone.isEmpty();
  }

  private void hearWitnesses() {
    zones.replaceAll(
        (name, z) ->
            z.doubted(
                z.started() && testimony.get(name).isDoubted(),
                z.started() && testimony.get(name).isDark(),
                now));
    if (zones.values().stream().anyMatch(ZoneState::started)
        && zones.keySet().stream().noneMatch(this::alive)) {
      degraded =
          Optional.of(
              "no gateway sees a healthy pod in any zone; traffic stays where it is, for the"
                  + " observers are suspected first");
    }
  }

  /** What follows from a zone's own evidence; whether it serves is not touched here. */
  private void moveByItself(String name) {
    var z = zones.get(name);
    var words = testimony.get(name).inWords();
    if (!z.started()) {
      if (alive(name)) {
        zones.put(name, z.begin().restartClock(now, "stands by; " + words));
      }
      return;
    }
    switch (z.role()) {
      case Active, Standby, Suspect -> {
        if (z.firstDoubt().isPresent()) {
          put(z.become(Role.Suspect, now, words));
        } else if (z.role() == Role.Suspect && alive(name)) {
          put(z.become(z.serving() ? Role.Active : Role.Standby, now, words));
        }
      }
      case Lost -> {
        if (degraded.isEmpty() && surelyAlive(name)) {
          put(z.become(Role.Returning, now, words + holdWords(z)));
        }
      }
      case Returning -> {
        if (confirmedDark(name)) {
          put(z.become(Role.Lost, now, words));
        } else if (!surelyAlive(name)) {
          put(z.restartClock(now, words + holdWords(z)));
        } else if (stableFor(z, policy.failback().holdDown(z.flaps()))) {
          put(z.become(Role.Standby, now, "stands by; " + words));
          decided = true;
          journal.recovered(name, now);
          actions.add(new Action.ZoneRecovered(name, name + " is healthy and stable again"));
        }
      }
      case Drained -> {}
    }
  }

  private void drain() {
    var asked =
        policy.drains().stream()
            .filter(d -> d.holdsAt(now) && zones.containsKey(d.zone()))
            .collect(Collectors.toMap(Drain::zone, d -> d, (first, second) -> first));
    zones.values().stream()
        .filter(z -> z.role() == Role.Drained && !asked.containsKey(z.name()))
        .toList()
        .forEach(z -> put(z.become(Role.Returning, now, "drain ended" + holdWords(z))));
    for (var name : zones.keySet().stream().filter(asked::containsKey).toList()) {
      var z = zones.get(name);
      var why = asked.get(name).reason();
      var words = "drained" + (why == null || why.isBlank() ? "" : ": " + why);
      if (z.role() == Role.Drained) {
        continue;
      }
      if (candidates(name).findAny().isEmpty() && (alive(name) || z.serving())) {
        var refusal = "drain refused: no other zone has a healthy pod to serve";
        if (!z.reason().equals(refusal)) {
          actions.add(new Action.DrainRefused(name, name + ": " + refusal));
        }
        put(z.because(refusal));
        continue;
      }
      if (z.serving()) {
        gone.add(name);
      }
      put(z.become(Role.Drained, now, words));
      decided = true;
      actions.add(new Action.ZoneDrained(name, name + " is " + words));
    }
  }

  /** Lets go of zones that a quorum has lost, unless nothing would be left or it is too soon. */
  private void release() {
    var lost =
        zones.values().stream()
            .filter(z -> z.role() == Role.Suspect && confirmedDark(z.name()))
            .toList();
    if (degraded.isPresent()) {
      return;
    }
    boolean rescue = candidates("").findAny().isPresent();
    for (var z : lost) {
      var words = testimony.get(z.name()).inWords();
      if (z.serving() && !rescue) {
        put(z.because(words + "; keeps traffic, for no other zone has a healthy pod"));
        degraded = Optional.of(z.name() + " is dark and no other zone may serve; it keeps traffic");
        continue;
      }
      if (z.serving() && journal.evacuatedWithin(BETWEEN_EVACUATIONS, now)) {
        put(
            z.because(
                words
                    + "; gateways already answer from other zones; at most one evacuation a"
                    + " minute"));
        continue;
      }
      if (z.serving()) {
        gone.add(z.name());
      }
      put(z.become(Role.Lost, now, words));
      decided = true;
      actions.add(new Action.ZoneLost(z.name(), z.name() + " is lost: " + words));
    }
  }

  private void choose() {
    var serving = serving();
    var chosen = policy.policy() == Policy.ActiveStandby ? chooseOne(serving) : chooseAll(serving);
    if (chosen.isEmpty()) {
      return;
    }
    var added = chosen.stream().filter(n -> !serving.contains(n)).toList();
    for (var name : serving) {
      if (!chosen.contains(name)) {
        put(zones.get(name).become(Role.Standby, now, "stands by for " + first(chosen)));
      }
    }
    for (var name : added) {
      put(zones.get(name).become(Role.Active, now, "serves"));
      decided = true;
    }
    report(serving, chosen, added);
  }

  private void report(List<String> serving, List<String> chosen, List<String> added) {
    long epoch = before.epoch() + 1;
    var to = String.join(",", chosen);
    for (var name : gone) {
      journal.add(
          epoch, name, to, causeFor(name), before.zone(name).orElseThrow(), zones.get(name));
    }
    var left = serving.stream().filter(n -> !chosen.contains(n)).toList();
    for (var name : left) {
      journal.add(epoch, name, to, Switch.Cause.Failback, zones.get(name), null);
    }
    journal.added().forEach(s -> actions.add(new Action.ZoneSwitched(s, journal.words(s))));
    if (gone.isEmpty() && left.isEmpty()) {
      added.forEach(n -> actions.add(new Action.ZoneActivated(n, n + " serves")));
    }
  }

  private Switch.Cause causeFor(String name) {
    if (!zones.containsKey(name)) {
      return Switch.Cause.ZoneRemoved;
    }
    return zones.get(name).role() == Role.Drained ? Switch.Cause.Drain : Switch.Cause.ZoneLost;
  }

  private List<String> chooseOne(List<String> serving) {
    var current = serving.stream().findFirst();
    var ready = candidates("").filter(n -> !serving.contains(n)).toList();
    if (current.isEmpty()) {
      return ready.stream().limit(1).toList();
    }
    var order = List.copyOf(zones.keySet());
    return ready.stream()
        .filter(n -> order.indexOf(n) < order.indexOf(current.get()))
        .filter(n -> zones.get(n).role() == Role.Standby && mayReturn(zones.get(n)))
        .findFirst()
        .map(List::of)
        .orElse(List.of(current.get()));
  }

  /** A first start takes its place at once while nothing has been switched yet. */
  private boolean mayReturn(ZoneState z) {
    boolean startUp = before.zone(z.name()).map(b -> !b.started()).orElse(true);
    if (startUp && before.switches().isEmpty()) {
      return true;
    }
    return policy.failback().mode() == Failback.Mode.Automatic
        && (stableFor(z, Duration.ofSeconds(policy.failback().stableSeconds())) || z.flaps() > 0);
  }

  private List<String> chooseAll(List<String> serving) {
    var wanted =
        candidates("")
            .filter(n -> zones.get(n).role() == Role.Standby)
            .filter(
                n ->
                    policy.failback().mode() == Failback.Mode.Automatic
                        || zones.get(n).flaps() == 0
                        || serving.isEmpty());
    var all = Stream.concat(serving.stream(), wanted).distinct().toList();
    return all.isEmpty() ? candidates("").limit(1).toList() : all;
  }

  /** Zones that could serve at once: Standby before Returning, each in the order of the spec. */
  private Stream<String> candidates(String without) {
    return Stream.of(Role.Active, Role.Standby, Role.Returning, Role.Suspect)
        .flatMap(role -> zones.values().stream().filter(z -> z.role() == role))
        .filter(z -> !z.name().equals(without) && z.started() && alive(z.name()))
        .map(ZoneState::name);
  }

  private void forgive() {
    zones.replaceAll(
        (name, z) ->
            z.flaps() > 0
                    && (z.role() == Role.Active || z.role() == Role.Standby)
                    && stableFor(z, FORGIVEN_AFTER)
                ? z.forgiven()
                : z);
  }

  private List<String> serving() {
    return zones.values().stream().filter(ZoneState::serving).map(ZoneState::name).toList();
  }

  private boolean alive(String name) {
    return testimony.get(name).isAlive();
  }

  private boolean surelyAlive(String name) {
    return alive(name) && !testimony.get(name).isDoubted();
  }

  private boolean confirmedDark(String name) {
    return zones
        .get(name)
        .darkSince()
        .map(since -> Duration.between(since, now).compareTo(CONFIRM) >= 0)
        .orElse(false);
  }

  private boolean stableFor(ZoneState z, Duration time) {
    return Duration.between(z.since(), now).compareTo(time) >= 0;
  }

  private String holdWords(ZoneState z) {
    return "; traffic may return after " + policy.failback().holdDown(z.flaps()).toSeconds() + " s";
  }

  private static String first(List<String> names) {
    return names.getFirst();
  }

  private void put(ZoneState z) {
    zones.put(z.name(), z);
  }
}
