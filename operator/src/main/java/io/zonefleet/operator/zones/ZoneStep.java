package io.zonefleet.operator.zones;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of the state machine: first each zone by itself, then who serves. */
final class ZoneStep {
  /** A look that shows no zone alive says more of the operator than of the fleet, at first. */
  static final Duration BLIND = Duration.ofSeconds(2);

  private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(10);

  private final Draft draft;
  private final Drains drains;
  private final String nobodySees;
  private final boolean blind;
  private final Optional<Instant> blindSince;
  private Optional<String> degraded = Optional.empty();
  private boolean falseAlarm;

  ZoneStep(
      FleetPolicy policy, FleetState before, Observation seen, Map<String, Testimony> testimony) {
    this.draft = new Draft(policy, before, seen, testimony);
    this.drains = new Drains(draft);
    this.nobodySees =
        seen.withoutGateways()
            ? "no pod is ready in any zone"
            : "no gateway sees a healthy pod in any zone";
    this.blind =
        draft.zones().stream().anyMatch(ZoneState::started)
            && draft.names().stream().noneMatch(n -> draft.alive(n) || draft.leaving(n));
    this.blindSince = blind ? Optional.of(before.blindSince().orElse(seen.at())) : Optional.empty();
  }

  Decision decide() {
    draft.names().forEach(this::start);
    hearWitnesses();
    drains.end();
    draft.names().forEach(this::moveByItself);
    drains.carryOut(blind);
    if (!blind) {
      release();
      new Choice(draft).choose();
      drains.explain();
    } else if (draft.serving().isEmpty()) {
      // whoever served was removed from the spec, so that traffic cannot stay where it is
      new Choice(draft).choose();
    }
    draft.names().forEach(this::forgive);
    var before = draft.before;
    if (degraded.isPresent() && before.degraded().isEmpty()) {
      draft.actions.add(new Action.Degraded(degraded.get()));
    }
    return new Decision(
        new FleetState(
            draft.epoch(),
            draft.zones(),
            draft.journal.switches(),
            degraded,
            draft.journal.calmFailures(draft.zones()),
            blindSince,
            draft.now,
            falseAlarms()),
        draft.actions);
  }

  /** While a zone recovers, its gateways see the others late, and that is soon over. */
  private List<Instant> falseAlarms() {
    var before = draft.before.falseAlarms();
    boolean recovers =
        draft.zones().stream().anyMatch(z -> z.role() == Role.Lost || z.role() == Role.Returning);
    if (!falseAlarm || recovers) {
      return before;
    }
    var all = new ArrayList<>(before);
    all.add(draft.now);
    return all.size() > FleetState.UNSTEADY ? all.subList(1, all.size()) : all;
  }

  private void start(String name) {
    var z = draft.zone(name);
    if (!z.started() && draft.alive(name)) {
      draft.put(
          z.role() == Role.Standby
              ? z.begin().restartClock(draft.now, "stands by; " + draft.words(name))
              : z.begin());
    }
  }

  private void hearWitnesses() {
    if (blind) {
      draft.zones().forEach(z -> draft.put(z.unseen()));
    } else {
      for (var z : draft.zones()) {
        boolean doubt = z.started() && draft.doubted(z.name());
        boolean dark = z.started() && draft.dark(z.name());
        draft.put(z.doubted(doubt, dark, draft.now, draft.now.isAfter(draft.before.lookedAt())));
      }
    }
    if (blind && (draft.before.degraded().isPresent() || draft.passed(blindSince.get(), BLIND))) {
      degraded =
          Optional.of(
              nobodySees + "; traffic stays where it is, for the observers are suspected first");
    }
  }

  /** What follows from a zone's own evidence; whether it serves is not touched here. */
  private void moveByItself(String name) {
    var z = draft.zone(name);
    if (!z.started()) {
      return;
    }
    switch (z.role()) {
      case Active, Standby, Suspect -> {
        if (z.firstDoubt().isPresent()) {
          draft.put(z.become(Role.Suspect, draft.now, draft.words(name)));
        } else if (z.role() == Role.Suspect && draft.alive(name)) {
          var role = z.serving() ? Role.Active : Role.Standby;
          draft.put(z.become(role, draft.now, draft.words(name)));
          falseAlarm = true;
        }
      }
      case Lost -> {
        if (!blind && draft.surelyAlive(name)) {
          var words = draft.words(name);
          hold(z.become(Role.Returning, draft.now, words + draft.holdWords(z)), words);
        }
      }
      case Returning -> hold(z, draft.words(name));
      case Drained -> {}
    }
  }

  private void hold(ZoneState z, String words) {
    var name = z.name();
    draft.put(z);
    if (blind && degraded.isEmpty()) {
      return; // nothing is known of this moment, good or bad
    }
    if (draft.confirmedDark(name)) {
      draft.put(z.become(Role.Lost, draft.now, words));
    } else if (!draft.surelyAlive(name)) {
      draft.put(z.restartClock(draft.now, words + draft.holdWords(z)));
    } else if (draft.stableFor(z, draft.policy.failback().holdDown(z.flaps()))) {
      draft.put(z.become(Role.Standby, draft.now, "stands by; " + words));
      draft.journal.recovered(name, draft.now);
      draft.decide(new Action.ZoneRecovered(name, name + " is healthy and stable again"));
    }
  }

  /** Lets go of zones that a quorum has lost, unless nothing would be left or it is too soon. */
  private void release() {
    var dark = new ArrayList<ZoneState>();
    for (var z : draft.zones()) {
      if (z.role() == Role.Suspect && draft.confirmedDark(z.name())) {
        dark.add(z);
      }
    }
    if (dark.isEmpty()) {
      return;
    }
    boolean rescue =
        !draft.candidates().isEmpty()
            || draft.lastResorts().stream().anyMatch(n -> draft.zone(n).role() == Role.Lost);
    for (var z : dark) {
      var words = draft.words(z.name());
      if (z.serving() && !rescue) {
        draft.put(z.because(words + "; keeps traffic, for no other zone has a healthy pod"));
        degraded = Optional.of(z.name() + " is dark and no other zone may serve; it keeps traffic");
      } else if (z.serving() && draft.journal.evacuatedWithin(draft.policy.evacuationInterval())) {
        var limit = "; gateways already answer from other zones; at most one evacuation in %d s";
        draft.put(
            z.because(words + limit.formatted(draft.policy.evacuationInterval().toSeconds())));
      } else {
        lose(z, words);
      }
    }
  }

  private void lose(ZoneState z, String words) {
    if (z.serving()) {
      draft.gone.add(z.name());
    }
    draft.put(z.become(Role.Lost, draft.now, words));
    draft.decide(new Action.ZoneLost(z.name(), z.name() + " is lost: " + words));
  }

  /** With Manual failback, a zone that waits for a person is forgiven by none but that person. */
  private void forgive(String name) {
    var z = draft.zone(name);
    boolean waits =
        z.role() == Role.Standby && draft.policy.failback().mode() == Failback.Mode.Automatic;
    if (z.flaps() > 0 && (z.role() == Role.Active || waits) && draft.stableFor(z, FORGIVEN_AFTER)) {
      draft.put(z.forgiven());
    }
  }
}
