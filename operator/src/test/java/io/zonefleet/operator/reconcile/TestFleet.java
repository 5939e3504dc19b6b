package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.traffic.FleetKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** One fleet in a namespace of its own, whose pods are objects only and whose gateways are fake. */
final class TestFleet implements AutoCloseable {
  static final int MONITOR_PORT = freePort();
  private static final AtomicInteger FLEETS = new AtomicInteger();

  private final KubernetesClient client;
  private final FleetKey key;
  private final int number = FLEETS.incrementAndGet();
  private final List<String> zones;
  private final Set<String> dark = ConcurrentHashMap.newKeySet();
  private final Map<String, String> pods = new ConcurrentHashMap<>();
  private final Map<String, FakeGateway> gateways = new HashMap<>();
  private final List<DeepSeekDeploymentStatus> written = new CopyOnWriteArrayList<>();
  private Watch watch;

  TestFleet(ApiServer api, String name, List<String> zones) {
    this.client = api.client();
    this.key = new FleetKey("ns-" + name, name);
    this.zones = zones;
    api.namespace(key.namespace());
  }

  FleetKey key() {
    return key;
  }

  /** Nodes are shared by all fleets of the API server. */
  static void node(KubernetesClient client, String zone) {
    var node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("node-" + zone)
            .addToLabels(Labels.NODE_ZONE, zone)
            .endMetadata()
            .build();
    var created = client.resource(node).serverSideApply();
    created.setStatus(
        new NodeBuilder()
            .withNewStatus()
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .withReason("KubeletReady")
            .withMessage("is posting ready status")
            .endCondition()
            .endStatus()
            .build()
            .getStatus());
    client.resource(created).updateStatus();
  }

  /** Applies the resource, with further lines of its spec (indented by two). */
  TestFleet applied(String more) {
    var yaml =
        """
        apiVersion: zonefleet.io/v1alpha1
        kind: DeepSeekDeployment
        metadata: {name: %s, namespace: %s}
        spec:
          model: {name: tiny, revision: r1}
          zones: [%s]
        %s
        """
            .formatted(
                key.name(),
                key.namespace(),
                zones.stream().map("{name: %s}"::formatted).collect(Collectors.joining(", ")),
                more.indent(2));
    client
        .resource(Serialization.unmarshal(yaml, GenericKubernetesResource.class))
        .serverSideApply();
    if (watch == null) {
      watch = watch();
    }
    return this;
  }

  /** A ready inference pod and a gateway in each zone. */
  TestFleet withPods() {
    return withInferencePods().withGateways();
  }

  /** A ready inference pod in each zone. */
  TestFleet withInferencePods() {
    for (var zone : zones) {
      var ip = "127.1.%d.%d".formatted(number, 1 + zones.indexOf(zone));
      pods.put(ip, zone);
      pod(inferencePod(zone), Labels.INFERENCE, zone, ip);
    }
    return this;
  }

  /** A gateway in each zone. */
  TestFleet withGateways() {
    for (var zone : zones) {
      gatewayListens(zone);
      pod(gatewayPod(zone), Labels.GATEWAY, zone, gatewayIp(zone));
    }
    return this;
  }

  /** As the kubelet tells of a pod whose readiness probe fails. */
  void fallsUnready(String zone) {
    readiness(inferencePod(zone), "False");
  }

  /** The process of the zone's gateway ends, and no kubelet has seen it yet. */
  void gatewayDies(String zone) {
    gateways.remove(zone).close();
  }

  /** It listens; ready or not is the kubelet's word. */
  void gatewayListens(String zone) {
    gateways.put(
        zone,
        new FakeGateway(
            gatewayIp(zone), MONITOR_PORT, () -> dark.contains(zone), () -> clusters(zone)));
  }

  /** As the kubelet tells of the zone's gateway. */
  void gatewayIsReady(String zone, boolean ready) {
    readiness(gatewayPod(zone), ready ? "True" : "False");
  }

  private void readiness(String name, String status) {
    var pod = client.pods().inNamespace(key.namespace()).withName(name).get();
    pod.getStatus().getConditions().forEach(c -> c.setStatus(status));
    client.resource(pod).updateStatus();
  }

  private String inferencePod(String zone) {
    return "%s-%s-0".formatted(key.name(), zone);
  }

  private String gatewayPod(String zone) {
    return "%s-gateway-%s-x".formatted(key.name(), zone);
  }

  private String gatewayIp(String zone) {
    return "127.1.%d.%d".formatted(number, 101 + zones.indexOf(zone));
  }

  /** What a gateway sees: its own zone always, the others unless they are in the dark. */
  private String clusters(String from) {
    return "{\"cluster_statuses\":[{\"name\":\"inference\",\"host_statuses\":["
        + pods.entrySet().stream()
            .map(
                pod ->
                    ("{\"address\":{\"socket_address\":{\"address\":\"%s\",\"port_value\":8080}},"
                            + "\"health_status\":{\"eds_health_status\":\"HEALTHY\"%s},"
                            + "\"locality\":{\"zone\":\"%s\"}}")
                        .formatted(
                            pod.getKey(),
                            dark.contains(pod.getValue()) && !from.equals(pod.getValue())
                                ? ",\"failed_active_health_check\":true"
                                : "",
                            pod.getValue()))
            .collect(Collectors.joining(","))
        + "]}]}";
  }

  /** The zone's network goes: its gateways say nothing more, the others see its pods fail. */
  void cut(String zone) {
    dark.add(zone);
  }

  void heal(String zone) {
    dark.remove(zone);
  }

  private void pod(String name, String component, String zone, String ip) {
    status(
        pod(name, component, zone),
        """
        phase: Running
        podIP: %s
        podIPs: [{ip: %s}]
        startTime: "2026-01-01T00:00:00Z"
        conditions: [{type: Ready, status: "True"}]
        """
            .formatted(ip, ip));
  }

  /** A pod that no kubelet has seen yet. */
  Pod pod(String name, String component, String zone) {
    return client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(key.namespace())
                .addToLabels(Labels.zone(key.name(), component, zone))
                .addToLabels(
                    component.equals(Labels.GATEWAY)
                        ? Map.of(Labels.SERVING, Labels.TRUE)
                        : new HashMap<String, String>())
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName(component)
                .withImage("registry.test/" + component + ":1")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  /** Writes a pod's status as kubelet and scheduler would. */
  Pod status(Pod pod, String yaml) {
    pod.setStatus(Serialization.unmarshal(yaml, io.fabric8.kubernetes.api.model.PodStatus.class));
    return client.resource(pod).updateStatus();
  }

  DeepSeekDeployment resource() {
    return client
        .resources(DeepSeekDeployment.class)
        .inNamespace(key.namespace())
        .withName(key.name())
        .get();
  }

  DeepSeekDeploymentStatus status() {
    return resource().getStatus();
  }

  boolean hasRole(String zone, String role) {
    var status = status();
    return status != null
        && status.zones().stream().anyMatch(z -> z.name().equals(zone) && z.role().equals(role));
  }

  ZoneStatus zone(String zone) {
    return status().zones().stream().filter(z -> z.name().equals(zone)).findFirst().orElseThrow();
  }

  boolean is(String type, String status) {
    return status() != null && condition(type).getStatus().equals(status);
  }

  Condition condition(String type) {
    return status().conditions().stream()
        .filter(c -> c.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }

  /** Every status that was written since the resource was applied, oldest first. */
  List<DeepSeekDeploymentStatus> written() {
    return List.copyOf(written);
  }

  /** Whether the zone's gateway is in the front Service. */
  boolean serves(String zone) {
    return isLabelled(gatewayPod(zone));
  }

  /** Whether the zone's inference pod is labelled for the front Service. */
  boolean podServes(String zone) {
    return isLabelled(inferencePod(zone));
  }

  private boolean isLabelled(String pod) {
    return Labels.TRUE.equals(
        client
            .pods()
            .inNamespace(key.namespace())
            .withName(pod)
            .get()
            .getMetadata()
            .getLabels()
            .get(Labels.SERVING));
  }

  List<String> events(String reason) {
    // as kubectl describe finds them
    return client
        .v1()
        .events()
        .inNamespace(key.namespace())
        .withField("involvedObject.uid", resource().getMetadata().getUid())
        .list()
        .getItems()
        .stream()
        .filter(e -> e.getReason().equals(reason))
        .map(e -> e.getMessage())
        .toList();
  }

  void delete() {
    client.resource(resource()).delete();
  }

  private Watch watch() {
    return client
        .resources(DeepSeekDeployment.class)
        .inNamespace(key.namespace())
        .watch(
            new Watcher<>() {
              @Override
              public void eventReceived(Action action, DeepSeekDeployment fleet) {
                if (action == Action.MODIFIED && fleet.getStatus() != null) {
                  written.add(fleet.getStatus());
                }
              }

              @Override
              public void onClose(WatcherException cause) {}
            });
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    gateways.values().forEach(FakeGateway::close);
    client.resources(DeepSeekDeployment.class).inNamespace(key.namespace()).delete();
    client.pods().inNamespace(key.namespace()).withGracePeriod(0).delete();
  }

  /** Free on all loopback addresses, most likely. */
  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.1.0.1"))) {
      return socket.getLocalPort();
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    } catch (IOException e) {
      throw new IllegalStateException("no free port on 127.1.0.1", e);
    }
  }
}
