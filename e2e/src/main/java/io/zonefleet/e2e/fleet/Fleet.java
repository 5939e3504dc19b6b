package io.zonefleet.e2e.fleet;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One DeepSeekDeployment under test, over weights that lie on a shared claim already. */
public final class Fleet implements AutoCloseable {

  public static final String NAMESPACE = "default";

  /** Of {@code spec.traffic}: no zone is held down for long, so that one fault follows another. */
  public static final String FAST_RETURN =
      "evacuationIntervalSeconds: 3,"
          + " failback: {stableSeconds: 3, rampSeconds: 2, maxStableSeconds: 3}";

  private static final Duration READY = Duration.ofMinutes(3);

  private final KubernetesClient client;
  private final String name;
  private boolean kept;

  private Fleet(KubernetesClient client, String name) {
    this.client = client;
    this.name = name;
  }

  /**
   * Applies the resource with fast failback and waits until it is ready, and until clients of each
   * zone find a gateway in it: before that, they go to any zone's.
   */
  public static Fleet ready(
      KubernetesClient client, String name, TrafficPolicy policy, List<String> zones) {
    var fleet = applied(client, name, policy, zones);
    fleet.awaitReady(1, zones);
    return fleet;
  }

  /** Gives the fleet that policy over those zones, and waits as for a new one. */
  public void change(TrafficPolicy policy, List<String> zones) {
    var changed =
        resource()
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\": {\"zones\": [%s], \"traffic\": {\"policy\": \"%s\"}}}"
                    .formatted(
                        zones.stream()
                            .map("{\"name\": \"%s\"}"::formatted)
                            .collect(Collectors.joining(", ")),
                        policy));
    awaitReady(changed.getMetadata().getGeneration(), zones);
  }

  private void awaitReady(long generation, List<String> zones) {
    awaitStatus(
        "the operator has seen generation %d of %s".formatted(generation, name),
        READY,
        status -> Objects.requireNonNullElse(status.observedGeneration(), 0L) >= generation);
    awaitCondition("Ready", "True", READY);
    Await.until("every pod of " + name + " is up to date", READY, this::podsAreUpToDate);
    Await.until(
        "the front Service of " + name + " has a gateway in each of " + zones + " and no other",
        Duration.ofMinutes(1),
        () -> frontZones().equals(Set.copyOf(zones)));
  }

  /** Zones with a gateway that the front Service sends requests to. */
  private Set<String> frontZones() {
    return front().stream()
        .filter(endpoint -> Boolean.TRUE.equals(endpoint.getConditions().getReady()))
        .map(Endpoint::getZone)
        .collect(Collectors.toSet());
  }

  /** Whether all pods are there, as they should be and ready, whatever the operator says. */
  public boolean podsAreUpToDate() {
    return client
        .apps()
        .statefulSets()
        .inNamespace(NAMESPACE)
        .withLabel("app.kubernetes.io/instance", name)
        .list()
        .getItems()
        .stream()
        .allMatch(Fleet::isUpToDate);
  }

  private static boolean isUpToDate(StatefulSet set) {
    var status = set.getStatus();
    return set.getSpec().getReplicas().equals(status.getReadyReplicas())
        && set.getMetadata().getGeneration().equals(status.getObservedGeneration())
        && status.getUpdateRevision().equals(status.getCurrentRevision());
  }

  /** Whether the pod is ready, and not on its way out. */
  public static boolean isReady(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() == null && Readiness.isPodReady(pod);
  }

  /** The front Service's endpoints: which gateways are ready, and for clients of which zones. */
  public List<Endpoint> front() {
    return client
        .discovery()
        .v1()
        .endpointSlices()
        .inNamespace(NAMESPACE)
        .withLabel("kubernetes.io/service-name", name)
        .list()
        .getItems()
        .stream()
        .flatMap(slice -> slice.getEndpoints().stream())
        .toList();
  }

  /** Applies the resource and waits for nothing. */
  public static Fleet applied(
      KubernetesClient client, String name, TrafficPolicy policy, List<String> zones) {
    var yaml =
        """
        apiVersion: zonefleet.io/v1alpha1
        kind: DeepSeekDeployment
        metadata: {name: %s}
        spec:
          model: {name: tiny-r1, revision: r1}
          zones: [%s]
          traffic: {policy: %s, %s}
          storage: {mode: Shared, claims: {shared: %s}}
        """
            .formatted(
                name,
                zones.stream().map("{name: %s}"::formatted).collect(Collectors.joining(", ")),
                policy,
                FAST_RETURN,
                Installation.WEIGHTS);
    return applied(client, name, yaml);
  }

  /** A resource that was applied already. */
  public static Fleet existing(KubernetesClient client, String name) {
    return new Fleet(client, name);
  }

  /** Lets {@link #close} leave the resource. */
  public void keep() {
    kept = true;
  }

  /** Applies the resource as it is written. */
  public static Fleet applied(KubernetesClient client, String name, String yaml) {
    client
        .resource(Serialization.unmarshal(yaml, GenericKubernetesResource.class))
        .inNamespace(NAMESPACE)
        .create();
    return new Fleet(client, name);
  }

  /** The front Service's URL, by address: not every client has the cluster's DNS. */
  public String url() {
    var service = client.services().inNamespace(NAMESPACE).withName(name).get();
    return "http://" + service.getSpec().getClusterIP();
  }

  /** The front Service's URL for text completions. */
  public String completionsUrl() {
    return url() + "/v1/completions";
  }

  /** The label selector of the zone's inference pods. */
  public String podsOf(String zone) {
    return "app.kubernetes.io/instance=%s,app.kubernetes.io/component=inference,zonefleet.io/zone=%s"
        .formatted(name, zone);
  }

  public DeepSeekDeploymentStatus status() {
    var deployment = resource().get();
    if (deployment == null || deployment.getStatus() == null) {
      throw new AssertionError(name + " has no status yet");
    }
    return deployment.getStatus();
  }

  public ZoneStatus zone(String zone) {
    return zone(status(), zone)
        .orElseThrow(() -> new AssertionError("no zone " + zone + " in the status of " + name));
  }

  private static Optional<ZoneStatus> zone(DeepSeekDeploymentStatus status, String zone) {
    return Stream.ofNullable(status.zones())
        .flatMap(List::stream)
        .filter(state -> state.name().equals(zone))
        .findFirst();
  }

  public Optional<Condition> condition(String type) {
    return Optional.ofNullable(resource().get().getStatus())
        .flatMap(status -> condition(status, type));
  }

  private static Optional<Condition> condition(DeepSeekDeploymentStatus status, String type) {
    return Stream.ofNullable(status.conditions())
        .flatMap(List::stream)
        .filter(condition -> condition.getType().equals(type))
        .findFirst();
  }

  /** Waits for the condition to have the status ("True", "False" or "Unknown"). */
  public void awaitCondition(String type, String wanted, Duration deadline) {
    awaitStatus(
        "%s of %s is %s".formatted(type, name, wanted),
        deadline,
        status -> condition(status, type).filter(c -> c.getStatus().equals(wanted)).isPresent());
  }

  /** Waits for the zone to have the role, and returns how long it took. */
  public Duration awaitRole(String zone, String role, Duration deadline) {
    return awaitStatus(
        zone + " of " + name + " is " + role,
        deadline,
        status -> zone(status, zone).filter(state -> state.role().equals(role)).isPresent());
  }

  /** Waits for the zone to take traffic. */
  public void awaitTraffic(String zone) {
    awaitStatus(
        zone + " takes traffic of " + name,
        READY,
        status ->
            List.of(Objects.requireNonNullElse(status.active(), "").split(",")).contains(zone));
  }

  /** Watches: the API server says at once what changed, and has nothing to do until then. */
  private Duration awaitStatus(
      String what, Duration deadline, Predicate<DeepSeekDeploymentStatus> holds) {
    var start = Instant.now();
    try {
      resource()
          .waitUntilCondition(
              deployment ->
                  deployment != null
                      && deployment.getStatus() != null
                      && holds.test(deployment.getStatus()),
              deadline.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (KubernetesClientTimeoutException e) {
      throw new AssertionError(
          "not within %d ms: %s; it is %s"
              .formatted(deadline.toMillis(), what, Serialization.asYaml(resource().get())),
          e);
    }
    return Duration.between(start, Instant.now());
  }

  private Resource<DeepSeekDeployment> resource() {
    return client.resources(DeepSeekDeployment.class).inNamespace(NAMESPACE).withName(name);
  }

  @Override
  public void close() {
    if (kept) {
      return;
    }
    resource().delete();
    Await.until(
        "the pods of " + name + " are gone",
        Duration.ofMinutes(2),
        () ->
            client
                .pods()
                .inNamespace(NAMESPACE)
                .withLabel("app.kubernetes.io/instance", name)
                .list()
                .getItems()
                .isEmpty());
  }
}
