package io.zonefleet.operator.zones;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    boolean replacing) {

  /** What the observers say of each zone of the spec, by name. */
  static Map<String, Testimony> ofAll(FleetPolicy policy, FleetState state, Observation seen) {
    var witnesses = seen.gateways().stream().collect(Collectors.groupingBy(GatewayReport::zone));
    var names = policy.zones().stream().map(ZoneSpec::name).toList();
    // gateways of a zone that was just removed from the spec see as well as others
    var voters =
        Stream.concat(names.stream(), witnesses.keySet().stream().sorted()).distinct().toList();
    var credible =
        voters.stream()
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    name ->
                        witnesses.getOrDefault(name, List.of()).stream()
                            .filter(g -> credible(g, names, state))
                            .toList()));
    return names.stream()
        .collect(
            Collectors.toMap(
                Function.identity(), zone -> of(zone, names, voters, witnesses, credible, seen)));
  }

  private static Testimony of(
      String zone,
      List<String> names,
      List<String> voters,
      Map<String, List<GatewayReport>> witnesses,
      Map<String, List<GatewayReport>> credible,
      Observation seen) {
    var alive =
        voters.stream()
            .filter(w -> credible.get(w).stream().anyMatch(g -> g.seesHealthy(zone)))
            .toList();
    var dark =
        voters.stream()
            .filter(w -> !w.equals(zone) && !alive.contains(w))
            .filter(w -> credible.get(w).stream().anyMatch(g -> g.seesDark(zone)))
            .toList();
    var abstaining =
        voters.stream()
            .filter(w -> !w.equals(zone) && !alive.contains(w) && !dark.contains(w))
            .toList();
    var pods = seen.pods().stream().filter(p -> p.zone().equals(zone)).toList();
    var staying = pods.stream().filter(p -> !p.terminating()).toList();
    // where none ends, it is a new one that gateways see: their checks pass before the kubelet's
    boolean newServes = !alive.isEmpty() && !pods.isEmpty() && staying.size() == pods.size();
    boolean readyPods = staying.stream().anyMatch(PodReport::ready);
    boolean away =
        staying.stream().allMatch(PodReport::startsUp) && !newServes && !seen.nodesGone(zone);
    boolean replacing =
        staying.stream().allMatch(p -> p.startsUp() || p.ready()) && !seen.nodesGone(zone);
    boolean known =
        seen.gateways().stream()
            .anyMatch(g -> g.endpoints().values().stream().anyMatch(e -> e.zone().equals(zone)));
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
          seen.direct() && replacing);
    }
    boolean answers =
        witnesses.getOrDefault(zone, List.of()).stream().anyMatch(GatewayReport::reachable);
    boolean someoneAnswers = credible.values().stream().anyMatch(list -> !list.isEmpty());
    return new Testimony(
        dark,
        alive,
        abstaining,
        neededFor(zone, names, answers, seen),
        someoneAnswers && !readyPods && !known,
        answers,
        !dark.isEmpty()
            && dark.stream()
                .flatMap(w -> credible.get(w).stream())
                .filter(g -> g.seesDark(zone))
                .allMatch(g -> g.isRefusedBy(zone)),
        answers && away,
        answers && replacing);
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
    if (!gateway.reachable()) {
      return false;
    }
    boolean ownZoneOut =
        !names.contains(gateway.zone())
            || state
                .zone(gateway.zone())
                .map(z -> !z.started() || z.role() == Role.Lost || z.role() == Role.Drained)
                .orElse(true);
    return gateway.seesHealthy(gateway.zone()) || (ownZoneOut && gateway.seesAnyHealthy());
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
