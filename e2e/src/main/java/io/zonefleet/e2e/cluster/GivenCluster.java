package io.zonefleet.e2e.cluster;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;

/**
 * A cluster that somebody else runs. Its network is not touched: a zone is lost by cordoning its
 * nodes and killing the fleet's pods there, and clients run in pods. Images must be where its nodes
 * find them: as {@code bin/images} names them, or below {@code ZONEFLEET_REGISTRY}.
 */
public final class GivenCluster implements ZoneCluster {

  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String NAMESPACE = "default";
  private static final String PROGRAMS = "zonefleet-load";
  private static final Map<String, String> PARTS =
      Map.of("app.kubernetes.io/managed-by", "zonefleet");

  private final Path kubeconfig;
  private final KubernetesClient client;

  private GivenCluster(Path kubeconfig) {
    this.kubeconfig = kubeconfig;
    try {
      client =
          new KubernetesClientBuilder()
              .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig)))
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether {@code KUBECONFIG} names a cluster. */
  static boolean isGiven() {
    return !Objects.requireNonNullElse(System.getenv("KUBECONFIG"), "").isEmpty();
  }

  /**
   * The cluster that {@code KUBECONFIG} names.
   *
   * @throws IllegalStateException if the variable is not set, or the cluster has other zones than
   *     the examples
   */
  static GivenCluster fromEnvironment() {
    if (!isGiven()) {
      throw new IllegalStateException("KUBECONFIG is not set: it must name the cluster to use");
    }
    var cluster = new GivenCluster(Path.of(System.getenv("KUBECONFIG")));
    var zones =
        cluster.client.nodes().list().getItems().stream()
            .map(GivenCluster::zoneOf)
            .filter(zone -> !zone.isEmpty())
            .collect(Collectors.toSet());
    if (!zones.containsAll(Clusters.ZONES)) {
      throw new IllegalStateException(
          "the cluster's nodes have the zones %s; the examples need %s (label %s)"
              .formatted(zones, Clusters.ZONES, ZONE));
    }
    return cluster;
  }

  @Override
  public String kind() {
    return "given";
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public List<String> zones() {
    return Clusters.ZONES;
  }

  /** Does nothing: images come from where the cluster's nodes pull. */
  @Override
  public void load(List<Path> archives) {}

  @Override
  public Instant cut(String zone) {
    cordon(zone, true);
    var at = Instant.now();
    delete("default", Map.of("zonefleet.io/zone", zone));
    return at;
  }

  @Override
  public void heal(String zone) {
    cordon(zone, false);
  }

  @Override
  public void kill(String namespace, String selector) {
    delete(
        namespace,
        List.of(selector.split(",")).stream()
            .map(label -> label.split("=", 2))
            .collect(Collectors.toMap(label -> label[0], label -> label[1])));
  }

  @Override
  public boolean freezes() {
    return false;
  }

  @Override
  public void freeze(String namespace, String selector) {
    throw new UnsupportedOperationException("pods of a given cluster cannot be frozen");
  }

  @Override
  public void thaw(String namespace, String selector) {}

  @Override
  public Process run(Vantage from, Class<?> program, String... arguments) {
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(PROGRAMS)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withBinaryData(Map.of("load.jar", jar(program)))
                .build())
        .serverSideApply();
    var name = PROGRAMS + "-" + UUID.randomUUID().toString().substring(0, 8);
    client.resource(pod(name, from, program, arguments)).create();
    // what is under way is still reported: the pod is asked to end, and its last lines are read
    return Command.start(
        List.of(
            "bash",
            "-c",
            """
            export KUBECONFIG=$1
            kubectl wait --for=condition=Ready pod/$2 --timeout=60s >/dev/null ||
              kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/$2 --timeout=5s >/dev/null
            kubectl logs -f $2 & logs=$!
            trap 'kubectl delete pod $2 --wait=false >/dev/null' TERM
            while ! wait $logs; do kill -0 $logs 2>/dev/null || break; done
            kubectl delete pod $2 --wait=false --ignore-not-found >/dev/null
            """,
            "zonefleet",
            kubeconfig.toString(),
            name));
  }

  private io.fabric8.kubernetes.api.model.Pod pod(
      String name, Vantage from, Class<?> program, String... arguments) {
    var command =
        Command.concat(
            List.of(
                "java", "-XX:+UseSerialGC", "-Xmx128m", "-cp", "/load/load.jar", program.getName()),
            List.of(arguments));
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(NAMESPACE)
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withNodeSelector(from instanceof Vantage.InZone(var zone) ? Map.of(ZONE, zone) : outside())
        .withTerminationGracePeriodSeconds(20L)
        .addNewContainer()
        .withName("load")
        .withImage(registry() + "/operator:dev")
        .withCommand(command)
        .addNewVolumeMount()
        .withName("load")
        .withMountPath("/load")
        .endVolumeMount()
        .endContainer()
        .addNewVolume()
        .withName("load")
        .withNewConfigMap()
        .withName(PROGRAMS)
        .endConfigMap()
        .endVolume()
        .endSpec()
        .build();
  }

  /** A node in no zone; where there is none, the last zone, which no test takes away. */
  private Map<String, String> outside() {
    return client.nodes().list().getItems().stream()
        .filter(node -> zoneOf(node).isEmpty())
        .findFirst()
        .map(node -> Map.of("kubernetes.io/hostname", node.getMetadata().getName()))
        .orElse(Map.of(ZONE, Clusters.ZONES.getLast()));
  }

  /** Where the cluster's nodes find the images. */
  public static String registry() {
    return Objects.requireNonNullElse(System.getenv("ZONEFLEET_REGISTRY"), "localhost/zonefleet");
  }

  /** The package's classes, which is all that its programs need. */
  private static String jar(Class<?> program) {
    var folder = "/" + program.getPackageName().replace('.', '/');
    var classes = Path.of(program.getProtectionDomain().getCodeSource().getLocation().getPath());
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes);
        var files = Files.list(classes.resolve(folder.substring(1)))) {
      for (var file : files.sorted().toList()) {
        jar.putNextEntry(new JarEntry(folder.substring(1) + "/" + file.getFileName()));
        Files.copy(file, jar);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private void cordon(String zone, boolean unschedulable) {
    client
        .nodes()
        .withLabel(ZONE, zone)
        .list()
        .getItems()
        .forEach(
            node ->
                client
                    .nodes()
                    .withName(node.getMetadata().getName())
                    .edit(
                        current -> {
                          current.getSpec().setUnschedulable(unschedulable ? true : null);
                          return current;
                        }));
  }

  /** At once, as a power cut does. */
  private void delete(String namespace, Map<String, String> labels) {
    client
        .pods()
        .inNamespace(namespace)
        .withLabels(PARTS)
        .withLabels(labels)
        .withGracePeriod(0)
        .delete();
  }

  private static String zoneOf(Node node) {
    var labels = node.getMetadata().getLabels();
    return labels == null ? "" : labels.getOrDefault(ZONE, "");
  }

  @Override
  public void close() {
    client.configMaps().inNamespace(NAMESPACE).withName(PROGRAMS).delete();
    client.close();
  }
}
