package io.zonefleet.operator.zones;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Takes zones out of traffic that a person has drained, or whose pods are all being replaced, but
 * never the last one.
 */
final class Drains {
  static final String REFUSED = "drain refused: no other zone has a healthy pod to serve";
  static final String REPLACED = "drained: all its pods are being replaced";

  private final Draft draft;
  private final Map<String, Drain> asked = new HashMap<>();

  Drains(Draft draft) {
    this.draft = draft;
    for (var drain : draft.policy.drains()) {
      if (drain.holdsAt(draft.now) && draft.has(drain.zone())) {
        asked.putIfAbsent(drain.zone(), drain);
      }
    }
  }

  /** Lets drains end that nobody asks for any more. */
  void end() {
    for (var z : draft.zones()) {
      if (!isAsked(z)) {
        end(z);
      }
    }
  }

  private boolean isAsked(ZoneState z) {
    var name = z.name();
    return asked.containsKey(name)
        || (z.role() == Role.Drained
            && (z.reason().equals(REPLACED) ? draft.replacing(name) : draft.away(name)));
  }

  /** Who is blind can find no zone that serves instead: drains that are new wait then. */
  void carryOut(boolean blind) {
    for (var name : draft.names()) {
      var z = draft.zone(name);
      var words = asked.containsKey(name) ? words(asked.get(name)) : REPLACED;
      if (z.role() == Role.Drained) {
        draft.put(z.because(words));
      } else if ((asked.containsKey(name) || isReplaced(z)) && !blind && mayGo(z)) {
        drain(z, words);
      }
    }
  }

  /** A zone that starts up, or that was lost, has nothing to give away. */
  private boolean isReplaced(ZoneState z) {
    return z.started() && z.role() != Role.Lost && draft.away(z.name());
  }

  /** Says of each zone whose drain waits why, whatever else is true of it. */
  void explain() {
    for (var name : draft.names()) {
      var z = draft.zone(name);
      if (asked.containsKey(name) && z.role() != Role.Drained && refused(z)) {
        var reason = draft.before.zone(name).map(ZoneState::reason);
        draft.put(z.because(REFUSED));
        if (!reason.equals(Optional.of(REFUSED))) {
          draft.actions.add(new Action.DrainRefused(name, name + ": " + REFUSED));
        }
      }
    }
  }

  private void end(ZoneState z) {
    if (z.reason().equals(REPLACED)) {
      replaced(z);
    } else if (z.role() == Role.Drained) {
      // a person has looked at the zone, so its past counts no more
      var forgiven = z.forgiven();
      draft.put(
          forgiven.become(Role.Returning, draft.now, "drain ended" + draft.holdWords(forgiven)));
    } else if (z.reason().equals(REFUSED)) {
      draft.put(z.because(z.role() == Role.Active ? "serves" : draft.words(z.name())));
    }
  }

  /** Whatever became of it: if the new pods do not serve, that is what its evidence will say. */
  private void replaced(ZoneState z) {
    boolean alive = draft.alive(z.name());
    draft.put(
        z.become(
            Role.Standby,
            draft.now,
            alive ? "stands by; its pods have been replaced" : draft.words(z.name())));
    if (alive) {
      draft.journal.recovered(z.name(), draft.now);
    }
  }

  private boolean mayGo(ZoneState z) {
    if (z.serving() || draft.alive(z.name())) {
      return draft.candidateBeside(z.name());
    }
    // one that cannot serve may go as long as one stays that nobody wants to drain
    return draft.names().stream().anyMatch(n -> !asked.containsKey(n));
  }

  private boolean refused(ZoneState z) {
    return !mayGo(z);
  }

  private void drain(ZoneState z, String words) {
    if (z.serving()) {
      draft.gone.add(z.name());
    }
    draft.put(z.become(Role.Drained, draft.now, words));
    draft.decide(new Action.ZoneDrained(z.name(), z.name() + " is " + words));
  }

  private static String words(Drain drain) {
    var why = drain.reason();
    return "drained" + (why == null || why.isBlank() ? "" : ": " + why);
  }
}
