package io.zonefleet.e2e.fleet;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The operator replica that holds the lease. */
public final class Leader {
  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

  private final KubernetesClient client;
  private final Resource<Lease> lease;

  Leader(KubernetesClient client) {
    this.client = client;
    this.lease =
        client.leases().inNamespace(Installation.NAMESPACE).withName(Installation.OPERATOR);
  }

  /** Its zone. Nobody leads between the end of one leader and the next try of another. */
  public String zone() {
    var leader = new AtomicReference<Pod>();
    Await.until(
        "an operator leads",
        Duration.ofSeconds(30),
        () -> {
          Optional.ofNullable(lease.get().getSpec().getHolderIdentity())
              .map(holder -> client.pods().inNamespace(Installation.NAMESPACE).withName(holder))
              .ifPresent(pod -> leader.set(pod.get()));
          return leader.get() != null;
        });
    return zone(leader.get());
  }

  /** Hands the lease to a replica in that zone, which renews it as its own. */
  public void moveTo(String zone) {
    if (zone().equals(zone)) {
      return;
    }
    var heir =
        client.pods().inNamespace(Installation.NAMESPACE).list().getItems().stream()
            .filter(pod -> Fleet.isReady(pod) && zone(pod).equals(zone))
            .map(pod -> pod.getMetadata().getName())
            .findFirst()
            .orElseThrow(() -> new AssertionError("no operator is ready in " + zone));
    var handed = ZonedDateTime.now(ZoneOffset.UTC);
    // whatever the present holder writes meanwhile: it reads before it writes again
    lease.patch(
        PatchContext.of(PatchType.JSON_MERGE),
        "{\"spec\": {\"holderIdentity\": \"%s\", \"renewTime\": \"%s\"}}"
            .formatted(heir, MICRO_TIME.format(handed)));
    Await.until(
        heir + " in " + zone + " leads",
        Duration.ofSeconds(30),
        () ->
            heir.equals(lease.get().getSpec().getHolderIdentity())
                && lease.get().getSpec().getRenewTime().isAfter(handed.plusNanos(1_000_000)));
  }

  private String zone(Pod pod) {
    return client
        .nodes()
        .withName(pod.getSpec().getNodeName())
        .get()
        .getMetadata()
        .getLabels()
        .get("topology.kubernetes.io/zone");
  }
}
