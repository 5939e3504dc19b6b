package io.zonefleet.e2e;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.zonefleet.e2e.cluster.DockerAnswers;
import io.zonefleet.e2e.cluster.K3s;
import io.zonefleet.e2e.fleet.Await;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Given k3s nodes in Docker containers, when a zone is cut, then only its node goes dark. */
@ExtendWith(DockerAnswers.class)
class K3sIT {

  @Test
  void aCutZoneGoesDarkAndComesBack() throws Exception {
    var zones = List.of("zone-a", "zone-b");
    try (var cluster = new K3s(zones);
        var client =
            new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
                .build()) {
      for (var zone : zones) {
        awaitReady(client, zone, true);
      }
      cluster.cut("zone-a");
      awaitReady(client, "zone-a", false);
      awaitReady(client, "zone-b", true);
      cluster.heal("zone-a");
      awaitReady(client, "zone-a", true);
    }
  }

  private static void awaitReady(KubernetesClient client, String node, boolean ready) {
    Await.until(
        node + (ready ? " is ready" : " is not ready"),
        Duration.ofMinutes(2),
        () -> {
          var found = client.nodes().withName(node).get();
          return (found != null && Readiness.isNodeReady(found)) == ready;
        });
  }
}
