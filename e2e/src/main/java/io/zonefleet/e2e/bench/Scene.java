package io.zonefleet.e2e.bench;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.ZoneCluster.Vantage;
import io.zonefleet.e2e.cluster.Zonelab;
import io.zonefleet.e2e.fleet.Await;
import io.zonefleet.e2e.fleet.Fleet;
import io.zonefleet.e2e.fleet.Installation;
import io.zonefleet.e2e.load.Question;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A fleet, and the three ways to it. */
final class Scene implements AutoCloseable {

  /**
   * What a fault wants of its fleet.
   *
   * @param replicas inference pods in each zone
   * @param asShipped whether zones are lost and return as where nobody asks for anything; else
   *     nothing is held down for long, so that one trial follows another
   */
  record Shape(int replicas, boolean asShipped) {
    private String traffic() {
      return asShipped ? "" : ", " + Fleet.FAST_RETURN;
    }

    private Duration settled() {
      return asShipped ? SETTLED.plus(LONGEST_HOLD_DOWN) : SETTLED;
    }
  }

  private static final Duration SETTLED = Duration.ofMinutes(4);

  /** Of a fleet that asks for nothing. */
  private static final Duration LONGEST_HOLD_DOWN = Duration.ofSeconds(300);

  private static final String SHORT = Question.completion(8);

  /** Nearly as long as the tiny model's context. */
  private static final String LONG = streamed(Question.completion(900));

  /** Nearly as long as the tiny model's context, and no two alike. */
  private static final String PREFILL =
      streamed(Question.completion(MixedLoad.NUMBER + " The capital of France is".repeat(200), 1));

  private static final int PREFILLS = 4;

  private final Zonelab lab;
  private final Installation installation;
  private final String name;
  private final TrafficPolicy policy;
  private final List<String> zones;
  private final Shape shape;
  private final Row.Load load;
  private final Fleet fleet;
  private final Haproxy haproxy;
  private RunningMixedLoad running;

  /** Containers that have their pace. */
  private Set<String> held = Set.of();

  /** Makes the fleet and its baselines, and waits until the fleet is ready. */
  Scene(
      Zonelab lab,
      Installation installation,
      TrafficPolicy policy,
      List<String> zones,
      Shape shape,
      Row.Load load) {
    this.lab = lab;
    this.installation = installation;
    this.policy = policy;
    this.zones = zones;
    this.shape = shape;
    this.load = load;
    name =
        "%s%dx%d%s"
            .formatted(
                policy == TrafficPolicy.ActiveActive ? "aa" : "as",
                zones.size(),
                shape.replicas(),
                shape.asShipped() ? "-shipped" : "");
    // a run that was ended in a lab that is kept may have left it
    remove(Fleet.existing(client(), name));
    fleet = Fleet.applied(client(), name, yaml());
    client().services().inNamespace(Fleet.NAMESPACE).resource(plain()).create();
    fleet.awaitCondition("Ready", "True", SETTLED);
    haproxy = Haproxy.start(lab, clientZone(), name, policy, zones, shape.replicas());
  }

  private String yaml() {
    // room for all streams of all data planes in one pod; one thread, as a pod has less than a core
    return """
        apiVersion: zonefleet.io/v1alpha1
        kind: DeepSeekDeployment
        metadata: {name: %s}
        spec:
          model: {name: tiny-r1, revision: r1}
          zones: [%s]
          replicasPerZone: %d
          traffic: {policy: %s%s}
          storage: {mode: Shared, claims: {shared: %s}}
          server:
            maxConcurrency: %d
            drainSeconds: 10
            env: [{name: ZONEFLEET_ORT_THREADS, value: "1"}]
        """
        .formatted(
            name,
            zones.stream().map("{name: %s}"::formatted).collect(Collectors.joining(", ")),
            shape.replicas(),
            policy,
            shape.traffic(),
            Installation.WEIGHTS,
            load.streams() * DataPlane.values().length + 16);
  }

  private static String streamed(String body) {
    return body.replaceFirst("\\{", "{\"stream\": true, ");
  }

  private io.fabric8.kubernetes.api.model.Service plain() {
    return new ServiceBuilder()
        .withNewMetadata()
        .withName(name + "-plain")
        .endMetadata()
        .withNewSpec()
        .withSelector(
            Map.of("app.kubernetes.io/instance", name, "app.kubernetes.io/component", "inference"))
        .addNewPort()
        .withPort(80)
        .withTargetPort(new IntOrString("http"))
        .endPort()
        .endSpec()
        .build();
  }

  Zonelab lab() {
    return lab;
  }

  Installation installation() {
    return installation;
  }

  KubernetesClient client() {
    return installation.client();
  }

  String name() {
    return name;
  }

  List<String> zones() {
    return zones;
  }

  /** The zone that serves under ActiveStandby. */
  String first() {
    return zones.getFirst();
  }

  /** The zone of the clients, which no fault takes from them. */
  String clientZone() {
    return zones.getLast();
  }

  String inference(String zone) {
    return fleet.podsOf(zone);
  }

  String gateways(String zone) {
    return inference(zone).replace("component=inference", "component=gateway");
  }

  /** Holds each inference pod to the pace of the load, divided by {@code slowdown}. */
  void pace(String selector, int slowdown) {
    var percent = load.pacePercent() == 0 ? 100 : load.pacePercent();
    if (load.pacePercent() > 0 || slowdown > 1) {
      lab.fault(
          "throttle", Integer.toString(Math.max(1, percent / slowdown)), "--selector", selector);
    }
  }

  /** Lifts the bound of pods whose containers start anew: it is the pod's, and outlives them. */
  void unpace(String selector) {
    lab.fault("throttle", "0", "--selector", selector);
  }

  /** Waits until all pods are there and as they should be, and traffic is where it belongs. */
  void settle() {
    Await.until(
        "all pods of " + name + " are up to date and ready",
        shape.settled(),
        fleet::podsAreUpToDate);
    fleet.awaitCondition("Ready", "True", shape.settled());
    var wanted = policy == TrafficPolicy.ActiveActive ? Set.copyOf(zones) : Set.of(first());
    Await.until(
        "%s takes the traffic of %s".formatted(wanted, name),
        shape.settled(),
        () ->
            new HashSet<>(List.of(fleet.status().active().split(","))).equals(wanted)
                && fleet.status().zones().stream()
                    .allMatch(zone -> Set.of("Active", "Standby").contains(zone.role())));
  }

  /** Whether a container of an inference pod is new since {@link #holdToPace}, and has no pace. */
  boolean hasUnpaced() {
    return !held.equals(containers());
  }

  /** Holds all inference pods to their pace. */
  void holdToPace() {
    pace("app.kubernetes.io/instance=%s,app.kubernetes.io/component=inference".formatted(name), 1);
    held = containers();
  }

  private Set<String> containers() {
    return pods().stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .map(ContainerStatus::getContainerID)
        .collect(Collectors.toSet());
  }

  /** The fleet's inference pods. */
  List<Pod> pods() {
    return client()
        .pods()
        .inNamespace(Fleet.NAMESPACE)
        .withLabel("app.kubernetes.io/instance", name)
        .withLabel("app.kubernetes.io/component", "inference")
        .list()
        .getItems();
  }

  /**
   * The load on all data planes, from the clients' zone. It goes on from trial to trial: its own
   * start would disturb what is measured, and take longer than many a fault.
   */
  RunningMixedLoad load() {
    if (running == null || !running.lasts()) {
      endLoad();
      var targets = new EnumMap<DataPlane, String>(DataPlane.class);
      targets.put(DataPlane.zonefleet, fleet.completionsUrl());
      targets.put(DataPlane.service, Fleet.existing(client(), name + "-plain").completionsUrl());
      targets.put(DataPlane.haproxy, Haproxy.URL);
      running =
          RunningMixedLoad.start(
              lab,
              new Vantage.InZone(clientZone()),
              load.rate(),
              load.streams(),
              SHORT,
              LONG,
              targets);
    }
    return running;
  }

  /** Keeps the serving zones reading long prompts, beside the load. */
  RunningMixedLoad prefills() {
    return RunningMixedLoad.start(
        lab,
        new Vantage.InZone(clientZone()),
        1,
        PREFILLS,
        SHORT,
        PREFILL,
        Map.of(DataPlane.zonefleet, fleet.completionsUrl()));
  }

  private void endLoad() {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  @Override
  public void close() {
    endLoad();
    haproxy.close();
    remove(fleet);
  }

  private void remove(Fleet fleet) {
    client().services().inNamespace(Fleet.NAMESPACE).withName(name + "-plain").delete();
    fleet.close();
  }
}
