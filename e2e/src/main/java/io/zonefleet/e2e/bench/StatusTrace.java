package io.zonefleet.e2e.bench;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.e2e.fleet.Fleet;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Every status of a fleet, and when somebody who watches the resource saw it. */
final class StatusTrace implements AutoCloseable {

  /**
   * @param at when it was seen
   */
  record Seen(Instant at, DeepSeekDeploymentStatus status) {}

  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final Watch watch;

  /** Starts to watch; the status of now is the first one seen. */
  StatusTrace(KubernetesClient client, String fleet) {
    watch =
        client
            .resources(DeepSeekDeployment.class)
            .inNamespace(Fleet.NAMESPACE)
            .withName(fleet)
            .watch(
                new Watcher<>() {
                  @Override
                  public void eventReceived(Action action, DeepSeekDeployment resource) {
                    if (resource.getStatus() != null) {
                      seen.add(new Seen(Instant.now(), resource.getStatus()));
                    }
                  }

                  @Override
                  public void onClose(WatcherException cause) {
                    System.err.println("the watch of " + fleet + " ended: " + cause.getMessage());
                  }
                });
  }

  List<Seen> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    watch.close();
  }
}
