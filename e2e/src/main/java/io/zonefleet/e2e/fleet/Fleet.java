package io.zonefleet.e2e.fleet;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One DeepSeekDeployment under test, over weights that lie on a shared claim already. */
public final class Fleet implements AutoCloseable {

  public static final String NAMESPACE = "default";

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
    fleet.awaitCondition("Ready", "True", READY);
    Await.until(
        "the front Service of " + name + " has a gateway in each of " + zones,
        Duration.ofMinutes(1),
        () -> fleet.frontZones().containsAll(zones));
    return fleet;
  }

  /** Zones that have an endpoint of the front Service. */
  private Set<String> frontZones() {
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
        .filter(endpoint -> Boolean.TRUE.equals(endpoint.getConditions().getReady()))
        .map(Endpoint::getZone)
        .collect(Collectors.toSet());
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
          traffic:
            policy: %s
            failback: {stableSeconds: 3, rampSeconds: 2, maxStableSeconds: 3}
          storage: {mode: Shared, claims: {shared: %s}}
        """
            .formatted(
                name,
                zones.stream().map("{name: %s}"::formatted).collect(Collectors.joining(", ")),
                policy,
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

  /** A request for so many tokens, no more and no less. */
  public static String completion(int tokens) {
    return """
        {"model": "tiny-r1", "prompt": "The capital of France is", "max_tokens": %d, \
        "ignore_eos": true, "temperature": 0}"""
        .formatted(tokens);
  }

  /** The label selector of the zone's inference pods. */
  public String podsOf(String zone) {
    return "app.kubernetes.io/instance=%s,app.kubernetes.io/component=inference,zonefleet.io/zone=%s"
        .formatted(name, zone);
  }

  public DeepSeekDeploymentStatus status() {
    var resource =
        client.resources(DeepSeekDeployment.class).inNamespace(NAMESPACE).withName(name).get();
    if (resource == null || resource.getStatus() == null) {
      throw new AssertionError(name + " has no status yet");
    }
    return resource.getStatus();
  }

  public ZoneStatus zone(String zone) {
    return status().zones().stream()
        .filter(state -> state.name().equals(zone))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no zone " + zone + " in the status of " + name));
  }

  public Optional<Condition> condition(String type) {
    var resource =
        client.resources(DeepSeekDeployment.class).inNamespace(NAMESPACE).withName(name).get();
    return Optional.ofNullable(resource.getStatus())
        .map(DeepSeekDeploymentStatus::conditions)
        .flatMap(
            all -> all.stream().filter(condition -> condition.getType().equals(type)).findFirst());
  }

  /** Waits for the condition to have the status ("True", "False" or "Unknown"). */
  public Duration awaitCondition(String type, String status, Duration deadline) {
    return Await.until(
        "%s of %s is %s; it is %s".formatted(type, name, status, condition(type)),
        deadline,
        () -> condition(type).filter(current -> current.getStatus().equals(status)).isPresent());
  }

  /** Waits for the zone to have the role. */
  public Duration awaitRole(String zone, String role, Duration deadline) {
    return Await.until(
        zone + " of " + name + " is " + role, deadline, () -> zone(zone).role().equals(role));
  }

  @Override
  public void close() {
    if (kept) {
      return;
    }
    var resource = new DeepSeekDeployment();
    resource.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace(NAMESPACE).build());
    client.resource(resource).delete();
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
