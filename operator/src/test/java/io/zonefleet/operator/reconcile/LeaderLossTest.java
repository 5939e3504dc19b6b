package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.zonefleet.operator.traffic.TrafficPlan;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the operator does when its own leader loses the API server. */
class LeaderLossTest extends OnThreeZones {
  private TestFleet fleet;
  private CuttableLink link;

  @BeforeEach
  void connect() {
    link = new CuttableLink(URI.create(api.config().getMasterUrl()).getPort());
  }

  @AfterEach
  void remove() throws Exception {
    fleet.close();
    link.close();
  }

  @Test
  void theLeaderGoesDarkWithItsZoneAndStatusIsRightWithinEightSeconds() throws Exception {
    fleet = new TestFleet(api, "leaderless", ZONES).applied("").withPods();
    try (var leader = new Replica(overTheLink(), "in-zone-a", true).started()) {
      Eventually.holds("zone-a serves", SOON, () -> fleet.hasRole("zone-a", "Active"));
      try (var other = new Replica(api, "in-zone-b", true).started()) {
        Eventually.holds("all stand by", SOON, () -> fleet.hasRole("zone-c", "Standby"));
        assertThat(leader.leadership.leads()).isTrue();
        var cut = Instant.now();

        link.cut();
        fleet.cut("zone-a");

        Eventually.holds("zone-a is lost", SOON, () -> fleet.hasRole("zone-a", "Lost"));
        var took = Duration.between(cut, Instant.now());
        System.out.printf("leader and zone cut: status right after %d ms%n", took.toMillis());
        assertThat(took).isLessThan(Duration.ofSeconds(8));
        assertThat(leader.leadership.leads()).isFalse();
        assertThat(other.leadership.leads()).isTrue();
        assertThat(fleet.status().switches().getFirst().detectedAt())
            .as("doubted since the cut, not since the take-over")
            .isBetween(cut.minusSeconds(1), cut.plusSeconds(2));
        Eventually.holds("its gateway leaves the Service", SOON, () -> !fleet.serves("zone-a"));
      }
    }
  }

  @Test
  void aLeaderInTheZoneThatAQuorumSeesDarkIsNotWaitedFor() throws Exception {
    fleet = new TestFleet(api, "quicker", ZONES).applied("").withPods();
    operatorPod("leads-in-zone-a", "zone-a");
    try (var leader = new Replica(overTheLink(), "leads-in-zone-a", true).started()) {
      Eventually.holds("zone-a serves", SOON, () -> fleet.hasRole("zone-a", "Active"));
      try (var other = new Replica(api, "follows", true).started()) {
        Eventually.holds("all stand by", SOON, () -> fleet.hasRole("zone-c", "Standby"));
        var cut = Instant.now();

        link.cut();
        fleet.cut("zone-a");

        Eventually.holds("its gateway leaves the Service", SOON, () -> !fleet.serves("zone-a"));
        var left = Duration.between(cut, Instant.now());
        Eventually.holds("zone-a is lost", SOON, () -> fleet.hasRole("zone-a", "Lost"));
        var took = Duration.between(cut, Instant.now());
        System.out.printf(
            "leader in the dark zone: its gateway out of the Service after %d ms, status right"
                + " after %d ms%n",
            left.toMillis(), took.toMillis());
        assertThat(took).isLessThan(Duration.ofSeconds(4));
        assertThat(other.leadership.leads()).isTrue();
      }
    }
  }

  private static void operatorPod(String name, String zone) {
    api.namespace("zonefleet-system");
    api.client()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("zonefleet-system")
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-" + zone)
                .addNewContainer()
                .withName("operator")
                .withImage("registry.test/operator:1")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  @Test
  void withTheApiServerAwayTrafficStaysAsItIs() throws Exception {
    fleet = new TestFleet(api, "away", ZONES).applied("").withPods();
    try (var replica = new Replica(overTheLink(), "alone", true).started()) {
      Eventually.holds("zone-a serves", SOON, () -> fleet.hasRole("zone-a", "Active"));
      Eventually.holds("it has a plan", SOON, () -> serving(replica).equals("zone-a"));

      link.cut();
      fleet.cut("zone-a");

      Eventually.staysSo(
          "the plan is that of the decision in force",
          Duration.ofSeconds(3),
          () -> serving(replica).equals("zone-a"));
      assertThat(replica.loops.published(fleet.key()).orElseThrow().zones()).hasSize(3);
    }
  }

  private String serving(Replica replica) {
    return replica.loops.published(fleet.key()).map(TrafficPlan::zones).orElse(List.of()).stream()
        .filter(z -> z.priority() == 0)
        .map(TrafficPlan.Zone::name)
        .findFirst()
        .orElse("");
  }

  private Config overTheLink() {
    return new ConfigBuilder(api.config())
        .withMasterUrl("https://127.0.0.1:" + link.port())
        .build();
  }
}
