package io.zonefleet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.fleet.Fleet;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Given a fleet, when nothing changes, then nothing is written. */
class SettledFleetIT {

  private static final Map<String, String> OWNED =
      Map.of("app.kubernetes.io/managed-by", "zonefleet");

  private final KubernetesClient client = UnderTest.installation().client();

  @Test
  void aSettledFleetIsLeftAlone() {
    var fleet = UnderTest.fleet(TrafficPolicy.ActiveActive, UnderTest.cluster().zones());
    var before = versions();
    // every replica of the operator reconciles all fleets anew
    UnderTest.installation().restartOperator();
    fleet.awaitCondition("Ready", "True", Duration.ofMinutes(1));
    assertThat(versions()).isEqualTo(before);
  }

  /** Generations, and for kinds without one the versions, of what the fleet owns. */
  private Map<String, String> versions() {
    var all = new TreeMap<String, String>();
    Stream.of(
            client.apps().statefulSets().inNamespace(Fleet.NAMESPACE).withLabels(OWNED).list(),
            client.apps().deployments().inNamespace(Fleet.NAMESPACE).withLabels(OWNED).list(),
            client.services().inNamespace(Fleet.NAMESPACE).withLabels(OWNED).list(),
            client.configMaps().inNamespace(Fleet.NAMESPACE).withLabels(OWNED).list(),
            client.serviceAccounts().inNamespace(Fleet.NAMESPACE).withLabels(OWNED).list(),
            client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(Fleet.NAMESPACE)
                .withLabels(OWNED)
                .list(),
            client
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(Fleet.NAMESPACE)
                .withLabels(OWNED)
                .list())
        .flatMap(list -> list.getItems().stream())
        .map(HasMetadata.class::cast)
        .filter(
            o ->
                UnderTest.FLEET.equals(
                    o.getMetadata().getLabels().get("app.kubernetes.io/instance")))
        .forEach(
            o ->
                all.put(
                    o.getKind() + "/" + o.getMetadata().getName(),
                    o.getMetadata().getGeneration() == null
                        ? o.getMetadata().getResourceVersion()
                        : "generation " + o.getMetadata().getGeneration()));
    return all;
  }
}
