package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.reconcile.ApiServer;
import io.zonefleet.operator.reconcile.ApiServerIsBuilt;
import io.zonefleet.operator.reconcile.SharedApiServer;
import io.zonefleet.operator.traffic.KeptPlan;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When plans are kept, and what becomes of them on a real API server. */
@ExtendWith({ApiServerIsBuilt.class, SharedApiServer.class})
class KeptPlansTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private FleetNamespace cluster;
  private KeptPlans plans;
  private DeepSeekDeployment fleet;

  @BeforeEach
  void makeNamespace(ApiServer server) {
    cluster = new FleetNamespace(server);
    plans = new KeptPlans(cluster.client);
    fleet = cluster.create(Fleets.chat());
  }

  @Test
  void aPlanIsWrittenAtOnceAndThenAtMostEachFiveSeconds() {
    assertThat(plans.isDue(fleet, plan("1"), NOW)).isTrue();
    assertThat(plans.isDue(fleet, plan("2"), NOW.plusSeconds(1))).isFalse();
    assertThat(plans.isDue(fleet, plan("3"), NOW.plusSeconds(4))).isFalse();
    assertThat(plans.isDue(fleet, plan("3"), NOW.plusSeconds(5))).as("the one of then").isTrue();
  }

  @Test
  void aPlanThatStaysIsLookedAfterEachMinute() {
    assertThat(plans.isDue(fleet, plan("1"), NOW)).isTrue();
    assertThat(plans.isDue(fleet, plan("1"), NOW.plusSeconds(59))).isFalse();
    assertThat(plans.isDue(fleet, plan("1"), NOW.plusSeconds(60))).isTrue();
  }

  @Test
  void aFleetThatIsMadeAgainIsWrittenAtOnce() {
    assertThat(plans.isDue(fleet, plan("1"), NOW)).isTrue();
    var again = Fleets.parse(Fleets.chat());
    again.getMetadata().setNamespace(cluster.namespace);
    assertThat(plans.isDue(again, plan("1"), NOW)).isTrue();
  }

  @Test
  void theSamePlanIsNotWrittenTwice() {
    plans.write(fleet, plan("1"));
    var first = configMap().get();
    assertThat(first.getMetadata().getOwnerReferences().getFirst().getUid())
        .isEqualTo(fleet.getMetadata().getUid());

    plans.write(fleet, plan("1"));
    assertThat(configMap().get()).isEqualTo(first);

    plans.write(fleet, plan("2"));
    assertThat(configMap().get().getBinaryData()).isNotEqualTo(first.getBinaryData());
  }

  @Test
  void filesThatAPlanNoLongerHasGoAway() {
    plans.write(fleet, new KeptPlan(Map.of("live-cds.pb", bytes("a"), "last-eds.pb", bytes("b"))));
    plans.write(fleet, plan("1"));
    assertThat(configMap().get().getBinaryData()).containsOnlyKeys("live-cds.pb");
  }

  @Test
  void theReconcilersPassesLeaveItAlone() {
    plans.write(fleet, plan("1"));
    var kept = configMap().get();
    cluster.apply(fleet);
    cluster.apply(fleet);
    assertThat(configMap().get()).isEqualTo(kept);
  }

  @Test
  void aStrangersConfigMapIsLeftAlone() {
    var stranger =
        cluster
            .client
            .resource(
                new ConfigMapBuilder()
                    .withNewMetadata()
                    .withName("chat-gateway-plan")
                    .withNamespace(cluster.namespace)
                    .endMetadata()
                    .build())
            .create();
    assertThat(plans.isDue(fleet, plan("1"), NOW)).isTrue();
    plans.write(fleet, plan("1"));
    assertThat(configMap().get()).isEqualTo(stranger);
    assertThat(cluster.apply(fleet).refused())
        .singleElement()
        .asString()
        .startsWith("ConfigMap chat-gateway-plan exists and was not made by Zonefleet");
    assertThat(plans.isDue(fleet, plan("1"), NOW.plusSeconds(5)))
        .as("it may have been made way for")
        .isTrue();
  }

  private Resource<ConfigMap> configMap() {
    return cluster.client.configMaps().inNamespace(cluster.namespace).withName("chat-gateway-plan");
  }

  private static KeptPlan plan(String content) {
    return new KeptPlan(Map.of("live-cds.pb", bytes(content)));
  }

  private static byte[] bytes(String content) {
    return content.getBytes(StandardCharsets.US_ASCII);
  }
}
