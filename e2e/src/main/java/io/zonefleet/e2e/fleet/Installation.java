package io.zonefleet.e2e.fleet;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.zonefleet.e2e.cluster.Command;
import io.zonefleet.e2e.cluster.GivenCluster;
import io.zonefleet.e2e.cluster.ZoneCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Zonefleet on a cluster: charts, and the tiny model on a claim. */
public final class Installation implements AutoCloseable {

  /** Namespace and Deployment of the operator. */
  public static final String NAMESPACE = "zonefleet-system";

  public static final String OPERATOR = "zonefleet";

  /** The claim that holds the tiny model as revision r1. */
  public static final String WEIGHTS = "tiny-weights";

  private static final Duration ROLLED_OUT = Duration.ofMinutes(3);

  private final Path repository = Command.repository();
  private final Path kubeconfig;
  private final KubernetesClient client;

  private Installation(Path kubeconfig) {
    this.kubeconfig = kubeconfig;
    try {
      this.client =
          new KubernetesClientBuilder()
              .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig)))
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Installs, or upgrades, both charts and waits until every operator replica is ready. */
  public static Installation on(ZoneCluster cluster) {
    var installation = new Installation(cluster.kubeconfig());
    installation.helm("zonefleet-crds");
    installation.helm("zonefleet");
    return installation;
  }

  private void helm(String chart) {
    command(
        "helm",
        "upgrade",
        "--install",
        chart,
        repository.resolve("helm").resolve(chart).toString(),
        "--namespace",
        NAMESPACE,
        "--create-namespace",
        "--set",
        chart.equals("zonefleet") ? images() : "",
        "--wait",
        "--timeout",
        ROLLED_OUT.toMinutes() + "m");
  }

  private static String images() {
    var registry = GivenCluster.registry();
    return "images.operator=%1$s/operator:dev,images.inferencePod=%1$s/inference-pod:dev,images.gateway=%1$s/gateway:dev"
        .formatted(registry);
  }

  /** Applies a file of {@code examples/}, its images from where this cluster finds them. */
  public void apply(String example) {
    try {
      var yaml = Files.readString(repository.resolve("examples").resolve(example));
      var file = Files.createTempFile("zonefleet-", ".yaml");
      Files.writeString(file, yaml.replace("localhost/zonefleet", GivenCluster.registry()));
      kubectl("apply", "-f", file.toString());
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts the tiny model on the claim {@link #WEIGHTS}. */
  public void bringWeights() {
    apply("tiny-weights.yaml");
    kubectl("wait", "--for=condition=complete", "job/" + WEIGHTS, "--timeout=120s");
  }

  /** Runs {@code kubectl} as administrator and returns what it printed. */
  public String kubectl(String... arguments) {
    var command = new String[arguments.length + 1];
    command[0] = "kubectl";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return command(command);
  }

  private String command(String... command) {
    return Command.output(Map.of("KUBECONFIG", kubeconfig.toString()), command);
  }

  public KubernetesClient client() {
    return client;
  }

  /** Lets the operator have that many replicas and waits until it has. */
  public void scaleOperator(int replicas) {
    var deployment = client.apps().deployments().inNamespace(NAMESPACE).withName(OPERATOR);
    deployment.scale(replicas);
    Await.until(
        replicas + " ready operators",
        Duration.ofMinutes(2),
        () -> {
          var status = deployment.get().getStatus();
          return count(status.getReadyReplicas()) == replicas
              && count(status.getReplicas()) == replicas;
        });
  }

  /** Replaces every replica of the operator, one after another. */
  public void restartOperator() {
    kubectl("rollout", "restart", "deployment/" + OPERATOR, "--namespace", NAMESPACE);
    kubectl(
        "rollout",
        "status",
        "deployment/" + OPERATOR,
        "--namespace",
        NAMESPACE,
        "--timeout",
        ROLLED_OUT.toSeconds() + "s");
  }

  private static int count(Integer replicas) {
    return replicas == null ? 0 : replicas;
  }

  public Leader leader() {
    return new Leader(client);
  }

  @Override
  public void close() {
    client.close();
  }
}
