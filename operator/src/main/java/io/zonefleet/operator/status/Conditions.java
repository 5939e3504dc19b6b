package io.zonefleet.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.zonefleet.operator.zones.Capacity;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.Role;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The five conditions; each says in words what it waits for and what to do. */
final class Conditions {
  /** Longest message that the API's convention allows is 32 kB; nobody reads more than this. */
  private static final int LONGEST = 1024;

  private final FleetState state;
  private final Known known;
  private final List<ZoneView> zones;
  private final long generation;
  private final Optional<Capacity> capacity;
  private final boolean gateways;
  private final List<Finding> faults;
  private final Optional<Verdict> trouble;
  private final Optional<Verdict> waits;

  /** What a user gives up with the gateways. */
  private static final String WITHOUT_GATEWAYS =
      "; without gateways (spec.traffic.gateway.mode is Disabled) nothing is replayed: requests"
          + " under way in a pod that goes are lost, and new ones fail until Kubernetes or the"
          + " operator sees it, up to a minute when a zone goes dark; weights, shares that grow"
          + " back and spec.traffic.streamIdleSeconds do not count";

  private record Verdict(String status, String reason, String message) {
    static Verdict yes(String reason, String message) {
      return new Verdict("True", reason, message);
    }

    static Verdict no(String reason, String message) {
      return new Verdict("False", reason, message);
    }
  }

  /**
   * @param capacity what each loss would leave; empty when the load is not known
   * @param gateways whether clients reach gateways
   */
  Conditions(
      FleetState state,
      Known known,
      List<ZoneView> zones,
      long generation,
      Optional<Capacity> capacity,
      boolean gateways) {
    this.state = state;
    this.known = known;
    this.zones = zones;
    this.generation = generation;
    this.capacity = capacity;
    this.gateways = gateways;
    this.faults = known.findings().stream().filter(f -> f.reason().isFault()).toList();
    this.trouble = whatIsWrong();
    this.waits = whatIsAwaited();
  }

  /** All five; a condition whose status stays keeps its time of transition. */
  List<Condition> after(List<Condition> before, Instant now) {
    var all = new ArrayList<Condition>();
    all.add(condition("Ready", ready(), before, now));
    all.add(condition("Available", available(), before, now));
    all.add(condition("SurvivesZoneLoss", survivesZoneLoss(), before, now));
    all.add(condition("Progressing", progressing(), before, now));
    all.add(condition("Degraded", degraded(), before, now));
    return all;
  }

  private Verdict ready() {
    if (trouble.isPresent()) {
      return trouble.get();
    }
    if (waits.isPresent()) {
      return Verdict.no(waits.get().reason(), waits.get().message());
    }
    var drained = names(z -> z.role() == Role.Drained);
    return drained.isEmpty()
        ? Verdict.yes(
            "AllZonesReady",
            gateways
                ? "all pods of all zones are admitted by the gateways"
                : "all pods of all zones are ready")
        : Verdict.yes("ZoneDrained", drained + " takes no traffic, as spec.traffic.drains asks");
  }

  /** Why the fleet is less than was asked for, as a False; empty when nothing is wrong. */
  private Optional<Verdict> whatIsWrong() {
    if (state.degraded().isPresent()) {
      return Optional.of(nothingAlive(state.degraded().get()));
    }
    var lost = zones.stream().filter(z -> z.role() == Role.Lost).toList();
    if (!lost.isEmpty()) {
      var causes =
          faults.stream()
              .filter(
                  f ->
                      f.zone().isPresent()
                          && lost.stream().anyMatch(z -> f.zone().get().equals(z.name())))
              .toList();
      return Optional.of(
          Verdict.no(
              "ZoneLost",
              lost.stream().map(ZoneView::inWords).collect(Collectors.joining("; "))
                  + (causes.isEmpty() ? "" : "; " + Finding.inWords(causes))));
    }
    return faults.isEmpty()
        ? Optional.empty()
        : Optional.of(Verdict.no(faults.getFirst().reason().name(), Finding.inWords(faults)));
  }

  /** A fault that is known is a better reason than that nothing is alive. */
  private Verdict nothingAlive(String words) {
    return faults.isEmpty()
        ? Verdict.no(blind() ? "ObserverBlind" : "NoZoneAlive", words)
        : Verdict.no(faults.getFirst().reason().name(), Finding.inWords(faults) + "; " + words);
  }

  private Optional<Verdict> whatIsAwaited() {
    if (known.appliedGeneration().filter(g -> g == generation).isEmpty()) {
      return Optional.of(
          Verdict.yes("Applying", "generation " + generation + " of the spec is being applied"));
    }
    var returning = zones.stream().filter(z -> z.role() == Role.Returning).toList();
    if (!returning.isEmpty()) {
      return Optional.of(
          Verdict.yes(
              "ZoneReturning",
              returning.stream().map(ZoneView::inWords).collect(Collectors.joining("; "))));
    }
    var startUp = known.findings().stream().filter(f -> !f.reason().isFault()).toList();
    if (!startUp.isEmpty()) {
      return Optional.of(
          Verdict.yes(startUp.getFirst().reason().name(), "waits for " + Finding.inWords(startUp)));
    }
    var incomplete = zones.stream().filter(z -> !z.isComplete()).toList();
    return incomplete.isEmpty() && !zones.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Verdict.yes(
                "PodsStarting",
                "waits for pods of "
                    + incomplete.stream()
                        .map(z -> z.name() + " (" + z.inShort() + ")")
                        .collect(Collectors.joining(", "))));
  }

  private Verdict available() {
    var serving = zones.stream().filter(z -> z.state().serving() && z.ready() > 0).toList();
    if (!serving.isEmpty()) {
      return Verdict.yes(
          "Serving",
          serving.stream()
                  .map(z -> z.name() + " (" + z.inShort() + ")")
                  .collect(Collectors.joining(", "))
              + " takes the requests");
    }
    if (blind() && state.zones().stream().anyMatch(z -> z.serving())) {
      return new Verdict(
          "Unknown",
          "ObserverBlind",
          "no gateway answers the operator; traffic stays where it is, in " + servingNames());
    }
    return trouble
        .or(() -> waits)
        .map(v -> Verdict.no(v.reason(), v.message()))
        .orElse(
            Verdict.no(
                "NoHealthyPod", gateways ? "no gateway sees a healthy pod" : "no pod is ready"));
  }

  private Verdict survivesZoneLoss() {
    if (zones.size() == 1) {
      return Verdict.no("OneZone", "spec.zones has one zone only; add a second one");
    }
    var able = names(ZoneView::canServe);
    long spare = zones.stream().filter(ZoneView::canServe).count();
    if (spare < 2) {
      return Verdict.no(
          "NoSpareZone",
          (able.isEmpty() ? "no zone can serve" : "only " + able + " can serve")
              + "; waits for "
              + zones.stream()
                  .filter(z -> !z.canServe())
                  .map(ZoneView::inWords)
                  .collect(Collectors.joining("; ")));
    }
    if (!gateways) {
      return Verdict.yes(
          "SpareZones", "any one of " + able + " may go, the others can serve" + WITHOUT_GATEWAYS);
    }
    var withGateway = names(ZoneView::gatewayAnswers);
    if (zones.stream().filter(ZoneView::gatewayAnswers).count() < 2) {
      return Verdict.no(
          "NoSpareGateway",
          (withGateway.isEmpty() ? "no zone has" : "only " + withGateway + " has")
              + " a gateway that answers; waits for gateways of the other zones");
    }
    var tooMuch = capacity.map(Capacity::tooMuch).orElse(List.of());
    if (!tooMuch.isEmpty()) {
      return Verdict.no("NoSpareCapacity", capacity.get().inWords(tooMuch));
    }
    var room = capacity.map(Capacity::inWords).filter(words -> !words.isEmpty());
    return Verdict.yes(
        "SpareZones",
        "any one of "
            + able
            + " may go, the others can serve"
            + room.map(words -> "; " + words).orElse(""));
  }

  private Verdict progressing() {
    return waits.orElseGet(
        () ->
            faults.isEmpty()
                ? Verdict.no("Settled", "nothing is being changed")
                : Verdict.no("Blocked", "goes on once this is mended: " + Finding.inWords(faults)));
  }

  private Verdict degraded() {
    return trouble
        .map(v -> Verdict.yes(v.reason(), v.message()))
        .orElse(Verdict.no("AsAsked", "no zone is lost and nothing is wrong"));
  }

  private boolean blind() {
    return gateways && known.seen().gateways().stream().noneMatch(GatewayReport::reachable);
  }

  private String servingNames() {
    return state.zones().stream()
        .filter(z -> z.serving())
        .map(z -> z.name())
        .collect(Collectors.joining(", "));
  }

  private String names(Predicate<ZoneView> which) {
    return zones.stream().filter(which).map(ZoneView::name).collect(Collectors.joining(", "));
  }

  private Condition condition(String type, Verdict now, List<Condition> before, Instant at) {
    var since =
        transition(type, now.status(), before)
            .orElseGet(() -> at.truncatedTo(ChronoUnit.SECONDS).toString());
    var message = now.message();
    return new ConditionBuilder()
        .withType(type)
        .withStatus(now.status())
        .withReason(now.reason())
        .withMessage(message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message)
        .withObservedGeneration(generation)
        .withLastTransitionTime(since)
        .build();
  }

  private static Optional<String> transition(
      String type, String status, List<Condition> conditions) {
    for (var c : conditions) {
      if (type.equals(c.getType()) && status.equals(c.getStatus())) {
        return Optional.of(c.getLastTransitionTime());
      }
    }
    return Optional.empty();
  }
}
