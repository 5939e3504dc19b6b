package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.fleet.Names;
import io.zonefleet.operator.traffic.FleetKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * What the API server holds, kept up to date by watches. Every replica has one, the leader or not.
 * While the API server is away it shows what was known last.
 *
 * <p>It reads whole stores and never an index, for entries of an index may be lost for a moment
 * (kubernetes-client#7265).
 */
public final class ClusterView implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ClusterView.class);

  private final SharedIndexInformer<DeepSeekDeployment> fleets;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<PersistentVolumeClaim> claims;
  private final SharedIndexInformer<Node> nodes;
  private final SharedIndexInformer<Service> services;
  private final SharedIndexInformer<Pod> operators;

  /**
   * @param operatorNamespace where the operator's own replicas run
   */
  public ClusterView(KubernetesClient client, String operatorNamespace) {
    fleets = informer(client.resources(DeepSeekDeployment.class).inAnyNamespace());
    pods = informer(client.pods().inAnyNamespace().withLabel(Labels.NAME, Labels.DEEPSEEK));
    claims = informer(client.persistentVolumeClaims().inAnyNamespace());
    nodes = informer(client.nodes());
    services =
        informer(client.services().inAnyNamespace().withLabel(Labels.MANAGED_BY, Labels.ZONEFLEET));
    operators = informer(client.pods().inNamespace(operatorNamespace));
  }

  /** Starts the watches; done when all of them have seen everything once. Retries for ever. */
  public CompletableFuture<Void> start() {
    return CompletableFuture.allOf(
        all().map(i -> i.start().toCompletableFuture()).toArray(CompletableFuture[]::new));
  }

  /** Whether everything has been seen once. */
  public boolean isSynced() {
    return all().allMatch(SharedIndexInformer::hasSynced);
  }

  public List<DeepSeekDeployment> fleets() {
    return fleets.getStore().list();
  }

  public Optional<DeepSeekDeployment> fleet(FleetKey key) {
    return fleets().stream().filter(f -> key(f).equals(key)).findFirst();
  }

  /**
   * Pods of one component of a fleet, by name: {@link Labels#INFERENCE} or {@link Labels#GATEWAY}.
   */
  public List<Pod> pods(FleetKey fleet, String component) {
    return pods.getStore().list().stream()
        .filter(p -> p.getMetadata().getNamespace().equals(fleet.namespace()))
        .filter(p -> fleet.name().equals(label(p, Labels.INSTANCE)))
        .filter(p -> component.equals(label(p, Labels.COMPONENT)))
        .sorted((a, b) -> a.getMetadata().getName().compareTo(b.getMetadata().getName()))
        .toList();
  }

  public List<PersistentVolumeClaim> claims(String namespace) {
    return claims.getStore().list().stream()
        .filter(c -> c.getMetadata().getNamespace().equals(namespace))
        .toList();
  }

  public List<Node> nodes() {
    return nodes.getStore().list();
  }

  /** The Service that clients of a fleet use, as it is. */
  public Optional<Service> front(FleetKey fleet) {
    return services.getStore().list().stream()
        .filter(s -> s.getMetadata().getNamespace().equals(fleet.namespace()))
        .filter(s -> s.getMetadata().getName().equals(Names.front(fleet.name())))
        .findFirst();
  }

  /** The zone in which a replica of the operator runs; empty when that is not known. */
  public Optional<String> zoneOfOperator(String pod) {
    return operators.getStore().list().stream()
        .filter(p -> p.getMetadata().getName().equals(pod))
        .findFirst()
        .flatMap(
            p ->
                nodes().stream()
                    .filter(n -> n.getMetadata().getName().equals(p.getSpec().getNodeName()))
                    .findFirst())
        .map(n -> label(n, Labels.NODE_ZONE))
        .filter(zone -> !zone.isEmpty());
  }

  public static FleetKey key(HasMetadata fleet) {
    return new FleetKey(fleet.getMetadata().getNamespace(), fleet.getMetadata().getName());
  }

  /** Empty string where the label is not set. */
  public static String label(HasMetadata object, String key) {
    var labels = object.getMetadata().getLabels();
    return labels == null ? "" : labels.getOrDefault(key, "");
  }

  @Override
  public void close() {
    all().forEach(SharedIndexInformer::stop);
  }

  private Stream<SharedIndexInformer<?>> all() {
    return Stream.of(fleets, pods, claims, nodes, services, operators);
  }

  private static <T extends HasMetadata> SharedIndexInformer<T> informer(Informable<T> resources) {
    var informer = resources.runnableInformer(0);
    informer.exceptionHandler(
        (started, problem) -> {
          LOG.warnf("watch of %s: %s", informer.getApiTypeClass().getSimpleName(), problem);
          return true;
        });
    return informer;
  }
}
