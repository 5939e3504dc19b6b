package io.zonefleet.operator.rollout;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.Zone;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.operator.fleet.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Lets one zone at a time change its pods, so that a new pod template never takes all zones down at
 * once. A zone that waits gets the new template with a partition above all its pods: it keeps them,
 * and a pod that dies meanwhile comes back as it was. Zones without traffic go first.
 */
public final class ZoneTurns {
  /** No pod has this ordinal. */
  static final int CLOSED = Integer.MAX_VALUE;

  /** Roles in which a zone is not to be counted on. */
  private static final Set<String> AWAY = Set.of("Suspect", "Lost", "Returning", "Drained");

  /** What waits, and for what, in words. */
  public record Wait(String zone, String words) {}

  /**
   * @param sets the desired StatefulSets, in the order in which they came
   * @param waits zones that must keep their pods for now
   */
  public record Turns(List<StatefulSet> sets, List<Wait> waits) {}

  private final Map<String, ZoneStatus> zones;
  private final Map<String, StatefulSet> live;
  private final Map<String, Integer> asked;
  private final Map<String, String> disturbances = new HashMap<>();

  private ZoneTurns(DeepSeekDeployment fleet, List<StatefulSet> live) {
    var status = fleet.getStatus();
    zones =
        status == null || status.zones() == null
            ? Map.of()
            : status.zones().stream()
                .collect(Collectors.toMap(ZoneStatus::name, Function.identity(), (a, b) -> a));
    asked =
        fleet.getSpec().zones().stream()
            .collect(
                Collectors.toMap(
                    Zone::name,
                    zone ->
                        Optional.ofNullable(zone.replicas())
                            .or(() -> Optional.ofNullable(fleet.getSpec().replicasPerZone()))
                            .orElse(1)));
    this.live =
        live.stream()
            .collect(Collectors.toMap(set -> set.getMetadata().getName(), Function.identity()));
  }

  /**
   * Decides whose turn it is.
   *
   * @param fleet whose status tells which zones serve and which are away
   * @param desired StatefulSets with the annotation {@link Labels#PODS_DIGEST}, without a partition
   * @param live those that exist, with their status
   */
  public static Turns of(
      DeepSeekDeployment fleet, List<StatefulSet> desired, List<StatefulSet> live) {
    return new ZoneTurns(fleet, live).decide(desired);
  }

  private Turns decide(List<StatefulSet> desired) {
    for (var set : desired) {
      disturbance(set).ifPresent(words -> disturbances.put(zone(set), words));
    }
    var toChange = desired.stream().filter(this::isToChange).toList();
    var closed =
        toChange.stream().map(ZoneTurns::zone).collect(Collectors.toCollection(HashSet::new));
    var waits = new ArrayList<Wait>();
    for (var set : inTurn(toChange)) {
      var zone = zone(set);
      var others = disturbances.keySet().stream().filter(z -> !z.equals(zone)).sorted().toList();
      if (mayChange(set, others, closed)) {
        closed.remove(zone);
        disturbances.putIfAbsent(zone, "it changes its pods");
      } else {
        waits.add(new Wait(zone, waitsFor(others)));
      }
    }
    return new Turns(
        desired.stream().map(set -> partition(set, closed.contains(zone(set)))).toList(),
        List.copyOf(waits));
  }

  /**
   * A zone changes while all others are whole. One without a ready pod changes at once: it has
   * nothing to lose, and the change may mend it. So does the first of several that are short of
   * pods when all of them are to change, or they would wait for each other for ever.
   */
  private boolean mayChange(StatefulSet set, List<String> others, Set<String> closed) {
    return others.isEmpty()
        || isDown(set)
        || disturbances.containsKey(zone(set)) && closed.containsAll(others);
  }

  private String waitsFor(List<String> zones) {
    return "its pods change after those of "
        + zones.stream()
            .map(zone -> zone + ": " + disturbances.get(zone))
            .collect(Collectors.joining(", "));
  }

  /**
   * Zones that are down or short of pods first, then those that serve nobody, then the last in the
   * order in which zones take over.
   */
  private List<StatefulSet> inTurn(List<StatefulSet> toChange) {
    return toChange.reversed().stream()
        .sorted(
            Comparator.comparing((StatefulSet set) -> !isDown(set))
                .thenComparing(set -> !disturbances.containsKey(zone(set)))
                .thenComparing(set -> role(zone(set)).equals("Active")))
        .toList();
  }

  private boolean isToChange(StatefulSet desired) {
    var now = live.get(desired.getMetadata().getName());
    return now != null && (!digest(now).equals(digest(desired)) || isClosed(now));
  }

  /** Why no other zone may be touched now. */
  private Optional<String> disturbance(StatefulSet desired) {
    var now = live.get(desired.getMetadata().getName());
    if (now == null) {
      return Optional.empty(); // it was never there to be counted on
    }
    // pods that a surge gives a zone are more than anybody counts on
    var wanted = Math.min(now.getSpec().getReplicas(), asked.getOrDefault(zone(desired), CLOSED));
    if (available(now) < Math.min(wanted, desired.getSpec().getReplicas())) {
      return Optional.of(available(now) + " of " + wanted + " pods are ready");
    }
    if (!isClosed(now) && (isUnseen(now) || updated(now) < made(now))) {
      return Optional.of("it changes its pods");
    }
    var role = role(zone(desired));
    return AWAY.contains(role) ? Optional.of("it is " + role) : Optional.empty();
  }

  /**
   * Whether nobody knows a pod there that serves. A pod that is ready but not yet available is one
   * that does, and gateways may know one of which the controller has yet to hear.
   */
  private boolean isDown(StatefulSet desired) {
    var status = zones.get(zone(desired));
    var admitted = status == null || status.ready() == null ? 0 : status.ready();
    return admitted == 0 && ready(live.get(desired.getMetadata().getName())) == 0;
  }

  private String role(String zone) {
    var status = zones.get(zone);
    return status == null || status.role() == null ? "" : status.role();
  }

  private static StatefulSet partition(StatefulSet set, boolean closed) {
    return new StatefulSetBuilder(set)
        .editSpec()
        .editUpdateStrategy()
        .withNewRollingUpdate()
        .withPartition(closed ? CLOSED : 0)
        .endRollingUpdate()
        .endUpdateStrategy()
        .endSpec()
        .build();
  }

  private static boolean isClosed(StatefulSet set) {
    var rolling = set.getSpec().getUpdateStrategy().getRollingUpdate();
    return rolling != null && rolling.getPartition() != null && rolling.getPartition() > 0;
  }

  /** Whether the controller has yet to look at the set's latest form. */
  private static boolean isUnseen(StatefulSet set) {
    var seen = set.getStatus() == null ? null : set.getStatus().getObservedGeneration();
    return seen == null || seen < set.getMetadata().getGeneration();
  }

  private static int ready(StatefulSet set) {
    var ready = set.getStatus() == null ? null : set.getStatus().getReadyReplicas();
    return ready == null ? 0 : ready;
  }

  private static int available(StatefulSet set) {
    var available = set.getStatus() == null ? null : set.getStatus().getAvailableReplicas();
    return available == null ? 0 : available;
  }

  /** Pods that there are; some that are wanted may not have been made yet, and are new then. */
  private static int made(StatefulSet set) {
    var made = set.getStatus() == null ? null : set.getStatus().getReplicas();
    var wanted = set.getSpec().getReplicas();
    return made == null ? wanted : Math.min(made, wanted);
  }

  private static int updated(StatefulSet set) {
    var updated = set.getStatus() == null ? null : set.getStatus().getUpdatedReplicas();
    return updated == null ? 0 : updated;
  }

  private static String digest(StatefulSet set) {
    var annotations = set.getMetadata().getAnnotations();
    return annotations == null ? "" : annotations.getOrDefault(Labels.PODS_DIGEST, "");
  }

  private static String zone(StatefulSet set) {
    return set.getMetadata().getLabels().get(Labels.ZONE);
  }
}
