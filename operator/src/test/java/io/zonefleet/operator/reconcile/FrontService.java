package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.traffic.FleetKey;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** Looks again and again at whom a fleet's front Service sends clients to. */
final class FrontService implements AutoCloseable {
  private final KubernetesClient client;
  private final FleetKey fleet;
  private final List<String> emptyTimes = new CopyOnWriteArrayList<>();
  private final Thread looks = Thread.ofVirtual().unstarted(this::look);
  private volatile boolean closed;

  FrontService(KubernetesClient client, FleetKey fleet) {
    this.client = client;
    this.fleet = fleet;
  }

  /** Begins to look; from now on there must be somebody. */
  FrontService watched() {
    looks.start();
    return this;
  }

  /** The component whose pods are selected; empty while there is no Service. */
  String selects() {
    var service = service();
    return service == null
        ? ""
        : service.getSpec().getSelector().getOrDefault(Labels.COMPONENT, "");
  }

  /** The selectors with which it had no ready pod. */
  List<String> emptyTimes() {
    return List.copyOf(emptyTimes);
  }

  private void look() {
    while (!closed) {
      var before = service();
      boolean empty = ready(before).isEmpty();
      // between the two requests it may have turned, and the ones that it left lost their labels
      if (empty && before.getSpec().equals(service().getSpec())) {
        emptyTimes.add(before.getSpec().getSelector().toString());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  private Service service() {
    return client.services().inNamespace(fleet.namespace()).withName(fleet.name()).get();
  }

  private List<Pod> ready(Service service) {
    return client
        .pods()
        .inNamespace(fleet.namespace())
        .withLabels(service.getSpec().getSelector())
        .list()
        .getItems()
        .stream()
        .filter(Readiness::isPodReady)
        .toList();
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    looks.join();
  }
}
