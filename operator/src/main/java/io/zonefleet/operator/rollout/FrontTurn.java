package io.zonefleet.operator.rollout;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.FrontDoor;
import io.zonefleet.operator.fleet.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When the front Service turns from gateways to inference pods or back: once somebody it turns to
 * is ready and carries the label that it selects. Whom it leaves stays for a while.
 *
 * @param door as it is to be now
 * @param waits for what the turn waits, in words; empty when all is as asked
 */
public record FrontTurn(FrontDoor door, Optional<String> waits) {
  /** By then every node knows the Service's new endpoints, and no client comes by the old ones. */
  static final Duration KNOWN_EVERYWHERE = Duration.ofSeconds(10);

  /**
   * Decides what the front Service selects.
   *
   * @param live the front Service as it is; empty when there is none
   * @param turnedAt when it was last seen to select others than the spec asks for
   * @param pods all pods of the fleet, of both components
   */
  public static FrontTurn of(
      DeepSeekDeployment fleet,
      Optional<Service> live,
      Optional<Instant> turnedAt,
      List<Pod> pods,
      Instant now) {
    var asked = FrontDoor.asked(fleet);
    var selected = live.flatMap(FrontDoor::selected).orElse(asked.selects());
    if (!selected.equals(asked.selects())) {
      boolean mayTurn = pods.stream().anyMatch(pod -> takesClients(pod, asked.selects()));
      return new FrontTurn(
          new FrontDoor(mayTurn ? asked.selects() : selected, false),
          Optional.of(
              mayTurn
                  ? "the front Service turns to the fleet's " + words(asked.selects())
                  : "clients go to the fleet's %s until one of its %s is ready"
                      .formatted(words(selected), words(asked.selects()))));
    }
    boolean known =
        turnedAt.filter(at -> Duration.between(at, now).compareTo(KNOWN_EVERYWHERE) < 0).isEmpty();
    return known
        ? new FrontTurn(asked, Optional.empty())
        : new FrontTurn(
            new FrontDoor(asked.selects(), false),
            Optional.of("every node is to know that clients go to the " + words(selected)));
  }

  /** Whether the front Service sends clients to a pod, were it to select the component. */
  public static boolean takesClients(Pod pod, String component) {
    var labels = pod.getMetadata().getLabels();
    return labels != null
        && component.equals(labels.get(Labels.COMPONENT))
        && Labels.TRUE.equals(labels.get(Labels.SERVING))
        && pod.getMetadata().getDeletionTimestamp() == null
        && Readiness.isPodReady(pod);
  }

  private static String words(String component) {
    return component.equals(Labels.GATEWAY) ? "gateways" : "inference pods";
  }
}
