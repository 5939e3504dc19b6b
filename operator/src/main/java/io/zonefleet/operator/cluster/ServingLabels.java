package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.zonefleet.operator.fleet.Labels;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Puts gateway pods into the front Service and takes them out, by the label that it selects. Only
 * the API server has to answer for that, nothing in the gateway's zone.
 */
public final class ServingLabels {
  private static final Logger LOG = Logger.getLogger(ServingLabels.class);
  private static final String PATCH = "{\"metadata\":{\"labels\":{\"%s\":%s}}}";

  private final KubernetesClient client;

  /** Patches under way, so that a slow API server is not asked again each time. */
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  /**
   * @param client with short time-outs and without retries
   */
  public ServingLabels(KubernetesClient client) {
    this.client = client;
  }

  /** A gateway that is to join the front Service, or to leave it. */
  public record Change(Pod gateway, boolean serves) {}

  /**
   * What is to be changed now. Each patch may fail, and the operator end between two; so nobody
   * leaves until the watch has shown that somebody stays, or the front Service could be empty.
   *
   * @param gateways as the watch shows them
   */
  public static List<Change> changes(List<Pod> gateways, Predicate<String> zoneServes) {
    var changes =
        gateways.stream()
            .map(g -> new Change(g, zoneServes.test(ClusterView.label(g, Labels.ZONE))))
            .toList();
    boolean someoneStays = changes.stream().anyMatch(c -> c.serves() && isLabelled(c.gateway()));
    return changes.stream()
        .filter(c -> c.serves() != isLabelled(c.gateway()) && (c.serves() || someoneStays))
        .toList();
  }

  private static boolean isLabelled(Pod gateway) {
    return Labels.TRUE.equals(ClusterView.label(gateway, Labels.SERVING));
  }

  /** Starts the patches that are needed, and waits for none of them. */
  public void keep(List<Pod> gateways, Predicate<String> zoneServes) {
    for (var change : changes(gateways, zoneServes)) {
      var gateway = change.gateway();
      // the watch tells of the own patch a moment later; the version keeps it from being repeated
      var version = gateway.getMetadata().getUid() + gateway.getMetadata().getResourceVersion();
      if (underWay.add(version)) {
        Thread.startVirtualThread(() -> patch(gateway, change.serves(), version));
      }
    }
  }

  private void patch(Pod gateway, boolean serves, String change) {
    var meta = gateway.getMetadata();
    try {
      client
          .pods()
          .inNamespace(meta.getNamespace())
          .withName(meta.getName())
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              PATCH.formatted(Labels.SERVING, serves ? "\"true\"" : "null"));
      LOG.infof(
          "gateway %s/%s %s the front Service",
          meta.getNamespace(), meta.getName(), serves ? "joins" : "leaves");
      forgetLater(change);
    } catch (KubernetesClientException e) {
      LOG.warnf("label of gateway %s: %s", meta.getName(), e.getMessage());
      underWay.remove(change);
    }
  }

  /** Somebody may undo the patch within one version of the cache; then it is made again. */
  private void forgetLater(String change) {
    Thread.startVirtualThread(
        () -> {
          try {
            Thread.sleep(2_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          underWay.remove(change);
        });
  }
}
