package io.zonefleet.operator.reconcile;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A real kube-apiserver with the CRD and nothing else: no controller, no scheduler, no kubelet. */
public final class ApiServer implements AutoCloseable {
  private static final Path CRD = Path.of("../crds/deepseekdeployments.zonefleet.io.yaml");

  private final KubeAPIServer server =
      new KubeAPIServer(
          KubeAPIServerConfigBuilder.anAPIServerConfig().withUpdateKubeConfig(false).build());
  private final KubernetesClient client;

  public ApiServer() {
    server.start();
    client = new KubernetesClientBuilder().withConfig(config()).build();
    installCrd();
  }

  Config config() {
    return Config.fromKubeconfig(kubeconfig());
  }

  String kubeconfig() {
    return server.getKubeConfigYaml();
  }

  public KubernetesClient client() {
    return client;
  }

  public void namespace(String name) {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .serverSideApply();
  }

  private void installCrd() {
    try (var yaml = Files.newInputStream(CRD)) {
      var crd =
          client.apiextensions().v1().customResourceDefinitions().load(yaml).serverSideApply();
      Eventually.holds(
          "the CRD is established",
          Duration.ofSeconds(30),
          () -> {
            var now = client.resource(crd).get().getStatus();
            return now != null
                && now.getConditions() != null
                && now.getConditions().stream()
                    .anyMatch(
                        c -> c.getType().equals("Established") && c.getStatus().equals("True"));
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    client.close();
    server.stop();
  }
}
