package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.zonefleet.operator.fleet.Labels;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code spec.traffic.gateway.mode: Disabled}, with the whole operator on a real API server. */
@ExtendWith(ApiServerIsBuilt.class)
@QuarkusTest
@QuarkusTestResource(ApiServerResource.class)
class WithoutGatewaysTest {
  private static final List<String> ZONES = List.of("zone-a", "zone-b", "zone-c");
  private static final String DISABLED = "traffic: {gateway: {mode: Disabled}}";
  private static final Duration SOON = Duration.ofSeconds(20);

  @BeforeEach
  void nodes() {
    ZONES.forEach(zone -> TestFleet.node(ApiServerResource.api.client(), zone));
  }

  @Test
  void theFrontServiceFollowsTheDecisionByItsLabel() throws Exception {
    try (var fleet =
            new TestFleet(ApiServerResource.api, "bare", ZONES)
                .applied(DISABLED)
                .withInferencePods();
        var front = front(fleet)) {
      becomesReady(fleet);
      assertThat(front.selects()).isEqualTo(Labels.INFERENCE);
      assertThat(gateways(fleet)).isEmpty();
      Eventually.holds("zone-a's pod is in it", SOON, () -> fleet.podServes("zone-a"));
      assertThat(fleet.podServes("zone-b")).as("stands by").isFalse();
      assertThat(fleet.condition("SurvivesZoneLoss").getStatus()).isEqualTo("True");
      assertThat(fleet.condition("SurvivesZoneLoss").getMessage()).contains("nothing is replayed");

      fleet.fallsUnready("zone-a");
      Eventually.holds("zone-a is lost", SOON, () -> fleet.hasRole("zone-a", "Lost"));
      assertThat(fleet.status().active()).isEqualTo("zone-b");
      Eventually.holds("zone-b's pod is in the Service", SOON, () -> fleet.podServes("zone-b"));
      Eventually.holds("zone-a's pod is not", SOON, () -> !fleet.podServes("zone-a"));
      assertThat(fleet.podServes("zone-c")).isFalse();
    }
  }

  @Test
  void aFleetThatServesTurnsToItsPodsAndBackAndClientsAlwaysFindSomebody() throws Exception {
    try (var fleet = new TestFleet(ApiServerResource.api, "turns", ZONES).applied("").withPods();
        var front = front(fleet)) {
      becomesReady(fleet);
      assertThat(front.watched().selects()).isEqualTo(Labels.GATEWAY);
      assertThat(fleet.podServes("zone-a")).as("gateways are in the Service").isFalse();

      fleet.applied(DISABLED);
      Eventually.holds(
          "the Service selects pods", SOON, () -> front.selects().equals(Labels.INFERENCE));
      assertThat(gateways(fleet)).as("clients on some nodes still come by them").hasSize(3);
      Eventually.holds("the gateways leave", SOON, () -> gateways(fleet).isEmpty());
      Eventually.holds("nothing more is waited for", SOON, () -> fleet.is("Progressing", "False"));

      fleet.applied("traffic: {gateway: {mode: Enabled}}");
      Eventually.holds("gateways come back", SOON, () -> gateways(fleet).size() == 3);
      Eventually.holds(
          "the Service selects gateways", SOON, () -> front.selects().equals(Labels.GATEWAY));
      Eventually.holds("the pod has no label", SOON, () -> !fleet.podServes("zone-a"));
      Eventually.holds("nothing more is waited for", SOON, () -> fleet.is("Progressing", "False"));
      assertThat(front.emptyTimes()).isEmpty();
    }
  }

  private static void becomesReady(TestFleet fleet) {
    try {
      Eventually.holds("the fleet is ready", SOON, () -> fleet.is("Ready", "True"));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; " + fleet.condition("Ready"), e);
    }
  }

  private static FrontService front(TestFleet fleet) {
    return new FrontService(ApiServerResource.api.client(), fleet.key());
  }

  private static List<Deployment> gateways(TestFleet fleet) {
    return ApiServerResource.api
        .client()
        .apps()
        .deployments()
        .inNamespace(fleet.key().namespace())
        .list()
        .getItems();
  }
}
