package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.GatewayPlan;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.traffic.FleetKey;
import io.zonefleet.operator.traffic.KeptPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Keeps each fleet's plan in a ConfigMap, for gateways that start while no operator answers. A plan
 * that changes is written at most each 5 s, and the one in force then; one that stays is looked
 * after each minute, for somebody may have changed the ConfigMap.
 */
public final class KeptPlans {
  private static final Logger LOG = Logger.getLogger(KeptPlans.class);

  static final Duration APART = Duration.ofSeconds(5);
  static final Duration LOOK_AFTER = Duration.ofMinutes(1);

  private final KubernetesClient client;
  private final Map<FleetKey, Kept> fleets = new ConcurrentHashMap<>();

  /**
   * @param client with short time-outs and without retries
   */
  public KeptPlans(KubernetesClient client) {
    this.client = client;
  }

  /** What was kept last of a fleet, and when that was tried. */
  private record Kept(String uid, KeptPlan plan, Instant tried) {}

  /** Starts to write what is due, and waits for nothing. For one thread per fleet. */
  public void keep(DeepSeekDeployment fleet, KeptPlan plan, Instant now) {
    if (isDue(fleet, plan, now)) {
      Thread.startVirtualThread(() -> write(fleet, plan));
    }
  }

  /** Whether it is to be written now; it then counts as tried. */
  boolean isDue(DeepSeekDeployment fleet, KeptPlan plan, Instant now) {
    var key = ClusterView.key(fleet);
    var uid = fleet.getMetadata().getUid();
    var last = fleets.get(key);
    if (last != null && last.uid().equals(uid)) {
      var wait = last.plan().equals(plan) ? LOOK_AFTER : APART;
      if (now.isBefore(last.tried().plus(wait))) {
        return false;
      }
    }
    fleets.put(key, new Kept(uid, plan, now));
    return true;
  }

  void write(DeepSeekDeployment fleet, KeptPlan plan) {
    var key = ClusterView.key(fleet);
    var wanted = GatewayPlan.of(fleet, plan.files());
    try {
      var found = client.resource(wanted).get();
      if (found != null) {
        var objection = new Ownership(fleet).objection(found);
        if (objection.isPresent()) {
          notKept(key, objection.get());
          return;
        }
        if (wanted.getBinaryData().equals(found.getBinaryData())) {
          return;
        }
      }
      client.resource(wanted).fieldManager(Labels.ZONEFLEET).forceConflicts().serverSideApply();
    } catch (KubernetesClientException e) {
      notKept(key, e.getMessage());
    }
  }

  /** It is then tried again as one that has changed. */
  private void notKept(FleetKey key, String why) {
    LOG.warnf("plan of %s not kept: %s", key.nodeCluster(), why);
    fleets.computeIfPresent(
        key, (k, kept) -> new Kept(kept.uid(), new KeptPlan(Map.of()), kept.tried()));
  }

  public void forget(FleetKey fleet) {
    fleets.remove(fleet);
  }
}
