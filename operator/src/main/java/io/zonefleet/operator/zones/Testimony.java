package io.zonefleet.operator.zones;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the observers say of one zone. Each zone's gateways have one vote together, so that a zone
 * with many gateways does not outvote the others.
 *
 * @param dark zones whose gateways see no healthy pod there, the zone itself left out
 * @param alive zones whose gateways see a healthy pod there, the zone itself included
 * @param abstaining zones whose gateways cannot be trusted or reached
 * @param needed dark votes that make a quorum
 * @param gone the API server knows no ready pod there and no gateway knows one
 * @param answering whether gateways of the zone itself answer, so that the zone is not cut off
 * @param refused whether all who see it dark had answers to their checks, so that nothing is only
 *     slow
 * @param away its pods are being deleted or start up, all of them, and no new one serves, while the
 *     zone itself answers: somebody replaces them
 * @param replacing as {@code away}, or the new pods are ready, and gateways may not know it yet
 * @param cold all its pods that the API server calls ready have just been started
 */
record Testimony(
    List<String> dark,
    List<String> alive,
    List<String> abstaining,
    int needed,
    boolean gone,
    boolean answering,
    boolean refused,
    boolean away,
    boolean replacing,
    boolean cold) {

  /** From its start until a server has compiled and cached what its requests need. */
  private static final Duration COLD = Duration.ofSeconds(60);

  /** What the observers say of each zone of the spec, by name. */
  static Map<String, Testimony> ofAll(FleetPolicy policy, FleetState state, Observation seen) {
    var names = policy.zones().stream().map(ZoneSpec::name).toList();
    var voters = voters(names, state, seen);
    var said = new HashMap<String, Testimony>();
    for (var name : names) {
      said.put(name, of(name, names, voters, seen));
    }
    return said;
  }

  /** One for each zone of the spec, in its order, and then for zones that gateways are left in. */
  private static List<Voter> voters(List<String> names, FleetState state, Observation seen) {
    var named = new LinkedHashMap<String, Voter>();
    names.forEach(name -> named.put(name, new Voter(name)));
    // gateways of a zone that was just removed from the spec see as well as others
    var removed = new TreeMap<String, Voter>();
    for (var gateway : seen.gateways()) {
      var voter = named.get(gateway.zone());
      if (voter == null) {
        voter = removed.computeIfAbsent(gateway.zone(), Voter::new);
      }
      voter.add(gateway, credible(gateway, names, state));
    }
    var voters = new ArrayList<>(named.values());
    voters.addAll(removed.values());
    return voters;
  }

  private static Testimony of(
      String zone, List<String> names, List<Voter> voters, Observation seen) {
    var alive = new ArrayList<String>();
    var dark = new ArrayList<String>();
    var abstaining = new ArrayList<String>();
    boolean answers = false;
    boolean someoneAnswers = false;
    boolean refused = true;
    for (var voter : voters) {
      boolean itself = voter.zone.equals(zone);
      answers |= itself && voter.answers();
      someoneAnswers |= voter.isBelieved();
      if (voter.seesHealthy(zone)) {
        alive.add(voter.zone);
      } else if (!itself && voter.seesDark(zone)) {
        dark.add(voter.zone);
        refused &= voter.isRefusedBy(zone);
      } else if (!itself) {
        abstaining.add(voter.zone);
      }
    }
    boolean ending = false;
    boolean staying = false;
    boolean readyPods = false;
    boolean allStartUp = true;
    boolean allStartUpOrReady = true;
    boolean allReadyCold = true;
    for (var pod : seen.pods()) {
      if (!pod.zone().equals(zone)) {
        continue;
      }
      if (pod.terminating()) {
        ending = true;
      } else {
        staying = true;
        readyPods |= pod.ready();
        allStartUp &= pod.startsUp();
        allStartUpOrReady &= pod.startsUp() || pod.ready();
        allReadyCold &= !pod.ready() || isCold(pod, seen.at());
      }
    }
    // where none ends, it is a new one that gateways see: their checks pass before the kubelet's
    boolean newServes = !alive.isEmpty() && staying && !ending;
    boolean away = allStartUp && !newServes && !seen.nodesGone(zone);
    boolean replacing = allStartUpOrReady && !seen.nodesGone(zone);
    if (seen.withoutGateways()) {
      // of a zone whose nodes are gone, pods may be called ready for some seconds more
      boolean there = readyPods && !seen.nodesGone(zone);
      // where clients reach pods directly, nobody answers for a pod that is short of breath, and
      // the kubelet has been patient already
      return new Testimony(
          List.of(),
          there ? List.of("the API server") : List.of(),
          List.of(),
          1,
          !there,
          !seen.direct(),
          false,
          seen.direct() && away,
          seen.direct() && replacing,
          false);
    }
    boolean known = seen.gateways().stream().anyMatch(g -> g.knows(zone));
    return new Testimony(
        dark,
        alive,
        abstaining,
        neededFor(zone, names, answers, seen),
        someoneAnswers && !readyPods && !known,
        answers,
        !dark.isEmpty() && refused,
        answers && away,
        answers && replacing,
        readyPods && allReadyCold);
  }

  private static boolean isCold(PodReport pod, Instant now) {
    return pod.runsSince().filter(since -> since.plus(COLD).isAfter(now)).isPresent();
  }

  /**
   * Two of three, or the one that answers when there are two zones. When several zones go at once,
   * one witness is enough where the API server has lost the zone's nodes too.
   */
  private static int neededFor(String zone, List<String> names, boolean answers, Observation seen) {
    return names.size() <= 2 || (!answers && seen.nodesGone(zone)) ? 1 : 2;
  }

  /** A gateway without a healthy pod in its own zone may itself be the one that is cut off. */
  private static boolean credible(GatewayReport gateway, List<String> names, FleetState state) {
    return gateway.reachable()
        && (gateway.seesHealthy(gateway.zone())
            || (gateway.seesAnyHealthy() && isOut(gateway.zone(), names, state)));
  }

  private static boolean isOut(String zone, List<String> names, FleetState state) {
    return !names.contains(zone)
        || state
            .zone(zone)
            .map(z -> !z.started() || z.role() == Role.Lost || z.role() == Role.Drained)
            .orElse(true);
  }

  /** What is taken away on purpose is not dark. */
  boolean isDark() {
    return !away && (gone || (dark.size() >= needed && dark.size() > alive.size()));
  }

  boolean isAlive() {
    return !away && isSeen() && !isDark();
  }

  /** Whether a pod there answers anybody, if only until it ends. */
  boolean isSeen() {
    return !alive.isEmpty();
  }

  boolean isDoubted() {
    return isDark() || (!away && !dark.isEmpty());
  }

  String inWords() {
    if (gone) {
      return "no ready pod is left there";
    }
    if (dark.isEmpty()) {
      return alive.isEmpty()
          ? "no gateway can testify"
          : "seen healthy from " + String.join(", ", alive);
    }
    return "no healthy pod seen from "
        + String.join(", ", dark)
        + (alive.isEmpty() ? "" : "; seen healthy from " + String.join(", ", alive))
        + (abstaining.isEmpty() ? "" : "; no testimony from " + String.join(", ", abstaining));
  }
}
