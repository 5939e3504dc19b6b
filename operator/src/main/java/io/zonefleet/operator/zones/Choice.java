package io.zonefleet.operator.zones;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Who serves, once it is known which zones can. */
final class Choice {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final Draft draft;

  Choice(Draft draft) {
    this.draft = draft;
  }

  void choose() {
    var serving = draft.serving();
    var chosen =
        draft.policy.policy() == Policy.ActiveStandby ? chooseOne(serving) : chooseAll(serving);
    if (chosen.isEmpty()) {
      chosen = firstOf(draft.lastResorts());
    }
    if (chosen.isEmpty() && draft.before.epoch() > 0) {
      // those who served were removed from the spec; a fleet that never served waits for a sure one
      chosen = firstOf(draft.seen());
    }
    if (chosen.isEmpty() || (chosen.equals(serving) && draft.gone.isEmpty())) {
      return;
    }
    for (var name : serving) {
      if (!chosen.contains(name)) {
        stepBack(name, chosen.getFirst());
      }
    }
    var added = chosen.stream().filter(n -> !serving.contains(n)).toList();
    added.forEach(this::serve);
    report(serving, chosen, added);
  }

  private void serve(String name) {
    var z = draft.zone(name).begin().become(Role.Active, draft.now, "serves");
    boolean doubted = z.firstDoubt().isPresent();
    draft.put(doubted ? z.become(Role.Suspect, draft.now, draft.words(name)) : z);
    draft.decide();
  }

  private void stepBack(String name, String forWhom) {
    var z = draft.zone(name);
    draft.put(
        z.role() == Role.Active
            ? z.become(Role.Standby, draft.now, "stands by for " + forWhom)
            : z.relieved());
    draft.decide();
  }

  /** The one that serves goes on, unless a zone before it in the order may have traffic back. */
  private List<String> chooseOne(List<String> serving) {
    if (serving.isEmpty()) {
      return firstOf(draft.candidates());
    }
    var current = serving.stream().filter(draft::alive).findFirst().orElse(serving.getFirst());
    for (var better : draft.names().subList(0, draft.names().indexOf(current))) {
      boolean ready = !serving.contains(better) && draft.candidates().contains(better);
      if (ready && mayReturn(draft.zone(better))) {
        return List.of(better);
      }
      if (returnsSoon(better)) {
        break;
      }
    }
    return List.of(current);
  }

  private static List<String> firstOf(List<String> names) {
    return names.isEmpty() ? List.of() : List.of(names.getFirst());
  }

  /**
   * A zone that comes to life later than another takes its place as one that was lost does: after
   * the hold-down. Two moves in one hold-down would be flapping, whoever is to blame.
   */
  private boolean mayReturn(ZoneState z) {
    boolean heldDown = draft.roleBefore(z.name()).filter(r -> r == Role.Returning).isPresent();
    return z.role() == Role.Standby
        && draft.policy.failback().mode() == Failback.Mode.Automatic
        && (heldDown || draft.stableFor(z, stable()))
        && !draft.journal.movedWithin(draft.beforeReturn());
  }

  /** Whether a move to another zone would be undone within a hold-down for this one. */
  private boolean returnsSoon(String name) {
    var z = draft.zone(name);
    var left =
        switch (z.role()) {
          case Standby -> stable();
          case Returning -> draft.policy.failback().holdDown(z.flaps()).minus(draft.timeInRole(z));
          case Active, Suspect, Lost, Drained -> FOREVER;
        };
    return draft.surelyAlive(name) && left.compareTo(stable()) <= 0;
  }

  private Duration stable() {
    return Duration.ofSeconds(draft.policy.failback().stableSeconds());
  }

  private List<String> chooseAll(List<String> serving) {
    var all = new ArrayList<>(serving);
    for (var name : draft.candidates()) {
      var z = draft.zone(name);
      boolean wanted =
          draft.policy.failback().mode() == Failback.Mode.Automatic
              || z.flaps() == 0
              || serving.isEmpty();
      if (z.role() == Role.Standby && wanted && !serving.contains(name)) {
        all.add(name);
      }
    }
    return all.isEmpty() ? firstOf(draft.candidates()) : all;
  }

  private void report(List<String> serving, List<String> chosen, List<String> added) {
    long epoch = draft.before.epoch() + 1;
    var to = String.join(",", chosen);
    var journal = draft.journal;
    for (var name : draft.gone) {
      var was = draft.before.zone(name).orElseThrow();
      journal.add(epoch, name, to, causeFor(name), was, draft.zone(name));
    }
    var left = serving.stream().filter(n -> !chosen.contains(n)).toList();
    for (var name : left) {
      journal.add(epoch, name, to, Switch.Cause.Failback, draft.zone(name), null);
    }
    journal.added().forEach(s -> draft.actions.add(new Action.ZoneSwitched(s, s.inWords())));
    if (draft.gone.isEmpty() && left.isEmpty()) {
      added.forEach(n -> draft.actions.add(new Action.ZoneActivated(n, n + " serves")));
    }
  }

  private Switch.Cause causeFor(String name) {
    if (!draft.has(name)) {
      return Switch.Cause.ZoneRemoved;
    }
    return draft.zone(name).role() == Role.Drained ? Switch.Cause.Drain : Switch.Cause.ZoneLost;
  }
}
