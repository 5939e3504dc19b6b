package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.zonefleet.operator.fleet.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Puts pods into the front Service and takes them out, by the label that it selects: gateways, or
 * inference pods of a fleet without gateways. Only the API server has to answer for that, nothing
 * in the pod's zone.
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

  /** A pod that is to join the front Service, or to leave it. */
  public record Change(Pod pod, boolean serves) {}

  /**
   * What is to be changed now. Each patch may fail, and the operator end between two; so nobody
   * leaves until the watch has shown that somebody stays, or the front Service could be empty.
   *
   * @param pods as the watch shows them; those that are being deleted leave by themselves
   */
  public static List<Change> changes(List<Pod> pods, Predicate<Pod> toServe) {
    var changes = new ArrayList<Change>();
    boolean someoneStays = false;
    for (var pod : pods) {
      if (pod.getMetadata().getDeletionTimestamp() != null) {
        continue;
      }
      boolean serves = toServe.test(pod);
      if (serves != isLabelled(pod)) {
        changes.add(new Change(pod, serves));
      } else {
        someoneStays |= serves;
      }
    }
    if (!someoneStays) {
      changes.removeIf(c -> !c.serves());
    }
    return changes;
  }

  private static boolean isLabelled(Pod pod) {
    return Labels.TRUE.equals(ClusterView.label(pod, Labels.SERVING));
  }

  /** Starts the patches that are needed, and waits for none of them. */
  public void keep(List<Pod> pods, Predicate<Pod> toServe) {
    changes(pods, toServe).forEach(this::start);
  }

  /** Takes the label off all pods; only for those that the front Service does not select. */
  public void remove(List<Pod> pods) {
    pods.stream().filter(ServingLabels::isLabelled).forEach(p -> start(new Change(p, false)));
  }

  private void start(Change change) {
    var meta = change.pod().getMetadata();
    // the watch tells of the own patch a moment later; the version keeps it from being repeated
    var version = meta.getUid() + meta.getResourceVersion();
    if (underWay.add(version)) {
      Thread.startVirtualThread(() -> patch(change.pod(), change.serves(), version));
    }
  }

  private void patch(Pod pod, boolean serves, String change) {
    var meta = pod.getMetadata();
    try {
      client
          .pods()
          .inNamespace(meta.getNamespace())
          .withName(meta.getName())
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              PATCH.formatted(Labels.SERVING, serves ? "\"true\"" : "null"));
      LOG.infof(
          "%s pod %s/%s %s the front Service",
          ClusterView.label(pod, Labels.COMPONENT),
          meta.getNamespace(),
          meta.getName(),
          serves ? "joins" : "leaves");
      forgetLater(change);
    } catch (KubernetesClientException e) {
      LOG.warnf("label of pod %s: %s", meta.getName(), e.getMessage());
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
