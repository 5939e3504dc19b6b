package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A zone is lost and comes back: how many pods the others are given meanwhile. */
@ExtendWith(ApiServerIsBuilt.class)
@QuarkusTest
@QuarkusTestResource(ApiServerResource.class)
class SurgeOfZonesTest {
  private static final List<String> ZONES = List.of("zone-a", "zone-b", "zone-c");
  private static final Duration SOON = Duration.ofSeconds(20);

  @BeforeEach
  void nodes() {
    ZONES.forEach(zone -> TestFleet.node(ApiServerResource.api.client(), zone));
  }

  @Test
  void survivorsAreGivenTheLostPodsAndGiveThemBack() throws Exception {
    try (var fleet =
        new TestFleet(ApiServerResource.api, "surge", ZONES)
            .applied(
                """
                replicasPerZone: 2
                traffic:
                  policy: ActiveActive
                  surge: {maxReplicasPerZone: 4}
                  failback: {stableSeconds: 1, rampSeconds: 1}
                """)
            .withPods()) {
      Eventually.holds(
          "all zones serve",
          SOON,
          () -> fleet.status() != null && "zone-a,zone-b,zone-c".equals(fleet.status().active()));
      Eventually.holds("all have what they ask for", SOON, () -> are(fleet, 2, 2, 2));

      fleet.cut("zone-a");
      Eventually.holds("zone-a is lost", SOON, () -> fleet.hasRole("zone-a", "Lost"));
      Eventually.holds("the others have its pods", SOON, () -> are(fleet, 2, 3, 3));
      Eventually.holds(
          "the status tells so",
          SOON,
          () ->
              fleet.status().zones().stream()
                  .map(ZoneStatus::desired)
                  .toList()
                  .equals(List.of(2, 3, 3)));
      assertThat(fleet.resource().getSpec().replicasPerZone()).isEqualTo(2);

      fleet.heal("zone-a");
      Eventually.holds("zone-a serves", SOON, () -> fleet.hasRole("zone-a", "Active"));
      Eventually.holds("what was given is back", SOON, () -> are(fleet, 2, 2, 2));
    }
  }

  private static boolean are(TestFleet fleet, Integer... replicas) {
    var sets =
        ApiServerResource.api
            .client()
            .apps()
            .statefulSets()
            .inNamespace(fleet.key().namespace())
            .list()
            .getItems();
    return sets.stream().map(set -> set.getSpec().getReplicas()).toList().equals(List.of(replicas));
  }
}
