package io.zonefleet.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A k3s cluster in Docker containers: a server in no zone and one agent per zone.
 *
 * <p>Faults and clients work in the network namespaces of the containers, which needs root on the
 * machine that the Docker daemon runs on.
 */
public final class K3s implements ZoneCluster {

  private static final DockerImageName IMAGE = DockerImageName.parse("rancher/k3s:v1.34.4-k3s1");
  private static final String TOKEN = "zonefleet-test";
  private static final String SERVER = "server";

  private final Network network = Network.newNetwork();
  private final K3sContainer server;
  private final Map<String, GenericContainer<?>> agents = new LinkedHashMap<>();
  private final Path kubeconfig;

  /** Starts the cluster; returns when the server answers and all agents run. */
  @SuppressWarnings("resource")
  public K3s(List<String> zones) {
    server =
        new K3sContainer(IMAGE)
            .withNetwork(network)
            .withNetworkAliases(SERVER)
            .withEnv("K3S_TOKEN", TOKEN)
            .withCommand("server", "--disable=traefik", "--tls-san=" + SERVER);
    server.start();
    for (var zone : zones) {
      var agent =
          new GenericContainer<>(IMAGE)
              .withNetwork(network)
              .withPrivilegedMode(true)
              .withTmpFs(Map.of("/run", "", "/var/run", ""))
              .withFileSystemBind("/sys/fs/cgroup", "/sys/fs/cgroup", BindMode.READ_WRITE)
              .withEnv("K3S_TOKEN", TOKEN)
              .withEnv("K3S_URL", "https://" + SERVER + ":" + K3sContainer.KUBE_SECURE_PORT)
              .withCommand(
                  "agent",
                  "--node-name=" + zone,
                  "--node-label=topology.kubernetes.io/zone=" + zone,
                  "--node-label=topology.kubernetes.io/region=lab");
      agent.start();
      agents.put(zone, agent);
    }
    try {
      kubeconfig = Files.createTempFile("zonefleet-k3s", ".kubeconfig");
      Files.writeString(kubeconfig, server.getKubeConfigYaml());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String kind() {
    return "k3s";
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public List<String> zones() {
    return List.copyOf(agents.keySet());
  }

  @Override
  public void load(List<Path> archives) {
    for (var archive : archives) {
      for (var agent : agents.values()) {
        agent.copyFileToContainer(MountableFile.forHostPath(archive), "/image.tar");
        exec(agent, "ctr -n k8s.io images import /image.tar && rm /image.tar");
      }
    }
  }

  @Override
  public Instant cut(String zone) {
    inNetworkOf(agents.get(zone), "ip", "link", "set", "eth0", "down");
    return Instant.now();
  }

  @Override
  public void heal(String zone) {
    inNetworkOf(agents.get(zone), "ip", "link", "set", "eth0", "up");
    // taking the link down dropped the routes that Docker had set
    var gateway =
        server.getCurrentContainerInfo().getNetworkSettings().getNetworks().values().stream()
            .findFirst()
            .orElseThrow()
            .getGateway();
    inNetworkOf(agents.get(zone), "ip", "route", "replace", "default", "via", gateway);
  }

  @Override
  public void kill(String namespace, String selector) {
    signal("KILL", namespace, selector);
  }

  @Override
  public void freeze(String namespace, String selector) {
    signal("STOP", namespace, selector);
  }

  @Override
  public void thaw(String namespace, String selector) {
    signal("CONT", namespace, selector);
  }

  @Override
  public Process run(Vantage from, Class<?> program, String... arguments) {
    var node =
        switch (from) {
          case Vantage.InZone(var zone) -> agents.get(zone);
          case Vantage.NoZone() -> server;
        };
    return Command.start(
        Command.concat(
            List.of("nsenter", networkOf(node), "--"), Command.java(program, arguments)));
  }

  @Override
  public void close() {
    agents.values().forEach(GenericContainer::stop);
    server.stop();
    network.close();
  }

  private void signal(String signal, String namespace, String selector) {
    var labels =
        "--label io.kubernetes.pod.namespace="
            + namespace
            + " --label "
            + selector.replace(",", " --label ");
    var script =
        "for pod in $(crictl pods -q "
            + labels
            + "); do for id in $(crictl ps -q --pod $pod); do kill -"
            + signal
            + " $(crictl inspect --output go-template --template '{{.info.pid}}' $id); done; done";
    agents.values().forEach(agent -> exec(agent, script));
  }

  private static void exec(GenericContainer<?> node, String script) {
    try {
      var result = node.execInContainer("sh", "-c", script);
      if (result.getExitCode() != 0) {
        throw new IllegalStateException(script + ": " + result.getStderr());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void inNetworkOf(GenericContainer<?> node, String... command) {
    var full = Command.concat(List.of("nsenter", networkOf(node), "--"), List.of(command));
    Command.output(full.toArray(String[]::new));
  }

  private static String networkOf(GenericContainer<?> node) {
    return "--net=/proc/" + node.getCurrentContainerInfo().getState().getPid() + "/ns/net";
  }
}
