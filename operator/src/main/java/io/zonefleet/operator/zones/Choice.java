package io.zonefleet.operator.zones;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Who serves, once it is known which zones can. */
final class Choice {
  private final Draft draft;

  Choice(Draft draft) {
    this.draft = draft;
  }

  void choose() {
    var serving = draft.serving();
    var chosen =
        draft.policy.policy() == Policy.ActiveStandby ? chooseOne(serving) : chooseAll(serving);
    if (chosen.isEmpty()) {
      chosen = draft.lastResorts().limit(1).toList();
    }
    if (chosen.isEmpty()) {
      return;
    }
    for (var name : serving) {
      if (!chosen.contains(name)) {
        stepBack(name, chosen.getFirst());
      }
    }
    var added = chosen.stream().filter(n -> !serving.contains(n)).toList();
    for (var name : added) {
      draft.put(draft.zone(name).become(Role.Active, draft.now, "serves"));
      draft.decide();
    }
    report(serving, chosen, added);
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
    var ready = draft.candidates().filter(n -> !serving.contains(n)).toList();
    if (serving.isEmpty()) {
      return ready.stream().limit(1).toList();
    }
    var current = serving.stream().filter(draft::alive).findFirst().orElse(serving.getFirst());
    var order = draft.names();
    return ready.stream()
        .filter(n -> order.indexOf(n) < order.indexOf(current))
        .filter(n -> draft.zone(n).role() == Role.Standby && mayReturn(draft.zone(n)))
        .findFirst()
        .map(List::of)
        .orElse(List.of(current));
  }

  /**
   * A zone that comes to life later than another takes its place as one that was lost does: after
   * the hold-down. Two moves in one hold-down would be flapping, whoever is to blame.
   */
  private boolean mayReturn(ZoneState z) {
    boolean heldDown = draft.roleBefore(z.name()).filter(r -> r == Role.Returning).isPresent();
    return draft.policy.failback().mode() == Failback.Mode.Automatic
        && (heldDown
            || draft.stableFor(z, Duration.ofSeconds(draft.policy.failback().stableSeconds())))
        && !draft.journal.movedWithin(draft.betweenMoves());
  }

  private List<String> chooseAll(List<String> serving) {
    var wanted =
        draft
            .candidates()
            .filter(n -> draft.zone(n).role() == Role.Standby)
            .filter(
                n ->
                    draft.policy.failback().mode() == Failback.Mode.Automatic
                        || draft.zone(n).flaps() == 0
                        || serving.isEmpty());
    var all = Stream.concat(serving.stream(), wanted).distinct().toList();
    return all.isEmpty() ? draft.candidates().limit(1).toList() : all;
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
    journal.added().forEach(s -> draft.actions.add(new Action.ZoneSwitched(s, journal.words(s))));
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
