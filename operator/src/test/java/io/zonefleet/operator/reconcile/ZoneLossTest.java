package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the operator writes when a zone goes dark, on a real API server with fake gateways. */
class ZoneLossTest extends OnThreeZones {
  private TestFleet fleet;

  @AfterEach
  void remove() {
    fleet.close();
  }

  @Test
  void aDarkZoneIsOneWriteAndEverythingFollowsFromIt() throws Exception {
    fleet = new TestFleet(api, "dark", ZONES).applied("").withPods();
    try (var replica = new Replica(api, "one", true).started()) {
      settled();
      long epoch = fleet.status().epoch();
      int writes = fleet.written().size();

      fleet.cut("zone-a");
      var took = Eventually.holds("zone-a is lost", SOON, () -> fleet.hasRole("zone-a", "Lost"));

      assertThat(took).isLessThan(Duration.ofSeconds(3));
      var status = fleet.status();
      assertThat(status.epoch()).isEqualTo(epoch + 1);
      assertThat(status.active()).isEqualTo("zone-b");
      assertThat(status.zonesReady()).isEqualTo("2/3");
      assertThat(status.switches().getFirst().from()).isEqualTo("zone-a");
      assertThat(status.switches().getFirst().to()).isEqualTo("zone-b");
      assertThat(status.lastSwitch()).matches("[0-9]+\\.[0-9]s");
      assertThat(fleet.condition("Available").getStatus()).isEqualTo("True");
      assertThat(fleet.condition("SurvivesZoneLoss").getStatus()).isEqualTo("True");
      assertThat(fleet.condition("Degraded").getReason()).isEqualTo("ZoneLost");
      assertThat(fleet.written().subList(writes, fleet.written().size()))
          .as("the first write after the cut is the decision")
          .first()
          .satisfies(first -> assertThat(first.epoch()).isEqualTo(epoch + 1));

      Eventually.holds("its gateway leaves the Service", SOON, () -> !fleet.serves("zone-a"));
      assertThat(fleet.serves("zone-b")).isTrue();
      Eventually.holds("an event tells", SOON, () -> !fleet.events("ZoneSwitched").isEmpty());
      assertThat(fleet.events("ZoneSwitched")).hasSize(1);
      assertThat(fleet.events("ZoneLost")).hasSize(1);
    }
  }

  @Test
  void aHealedZoneReturnsAndTheSwitchIsClosed() throws Exception {
    fleet =
        new TestFleet(api, "healed", ZONES)
            .applied("traffic: {failback: {stableSeconds: 1, rampSeconds: 0}}")
            .withPods();
    try (var replica = new Replica(api, "one", true).started()) {
      settled();
      fleet.cut("zone-a");
      Eventually.holds("zone-a is lost", SOON, () -> fleet.hasRole("zone-a", "Lost"));

      fleet.heal("zone-a");

      Eventually.holds("zone-a serves", SOON, () -> "zone-a".equals(fleet.status().active()));
      assertThat(fleet.status().switches()).hasSize(2);
      assertThat(fleet.status().switches().getLast().recoveredAt()).isNotNull();
      Eventually.holds("its gateway is back", SOON, () -> fleet.serves("zone-a"));
      Eventually.holds("it is whole again", SOON, () -> fleet.is("Degraded", "False"));
    }
  }

  @Test
  void aLeaderThatDiesAfterItsWriteIsCompletedByTheNext() throws Exception {
    fleet = new TestFleet(api, "halfway", ZONES).applied("").withPods();
    long epoch;
    try (var dying = new Replica(api, "dying", false).started()) {
      settled();
      fleet.cut("zone-a");
      Eventually.holds("zone-a is lost", SOON, () -> fleet.hasRole("zone-a", "Lost"));
      epoch = fleet.status().epoch();
    }
    assertThat(fleet.serves("zone-a")).isTrue();
    assertThat(fleet.events("ZoneSwitched")).isEmpty();

    try (var next = new Replica(api, "next", true).started()) {
      Eventually.holds("its gateway leaves the Service", SOON, () -> !fleet.serves("zone-a"));
      Eventually.holds("an event tells", SOON, () -> !fleet.events("ZoneSwitched").isEmpty());
      assertThat(fleet.status().epoch()).isEqualTo(epoch);
      assertThat(fleet.hasRole("zone-a", "Lost")).isTrue();
    }
  }

  @Test
  void aFollowerLooksOnAndTakesOverWithoutDoubtingAnew() throws Exception {
    fleet = new TestFleet(api, "follower", ZONES).applied("").withPods();
    try (var leader = new Replica(api, "leader", true).started()) {
      settled();
      try (var follower = new Replica(api, "follower", true).started()) {
        assertThat(follower.leadership.leads()).isFalse();

        leader.close();
        fleet.cut("zone-a");

        Eventually.holds("the follower leads", SOON, follower.leadership::leads);
        Eventually.holds("zone-a is lost", SOON, () -> fleet.hasRole("zone-a", "Lost"));
        assertThat(fleet.status().active()).isEqualTo("zone-b");
      }
    }
  }

  @Test
  void whereNothingHappensNothingIsWritten() throws Exception {
    fleet = new TestFleet(api, "quiet", ZONES).applied("").withPods();
    try (var replica = new Replica(api, "one", true).started()) {
      settled();
      var version = fleet.resource().getMetadata().getResourceVersion();

      Eventually.staysSo(
          "the resource is as it was",
          Duration.ofSeconds(4),
          () -> fleet.resource().getMetadata().getResourceVersion().equals(version));
    }
    var version = fleet.resource().getMetadata().getResourceVersion();
    try (var restarted = new Replica(api, "two", true).started()) {
      Eventually.holds("leads", SOON, restarted.leadership::leads);
      Eventually.staysSo(
          "a restarted operator writes nothing either",
          Duration.ofSeconds(4),
          () -> fleet.resource().getMetadata().getResourceVersion().equals(version));
    }
  }

  /** All zones serve or stand by, and the last write is some time ago. */
  private void settled() {
    Eventually.holds(
        "zone-a serves, the others stand by",
        SOON,
        () ->
            fleet.hasRole("zone-a", "Active")
                && fleet.hasRole("zone-b", "Standby")
                && fleet.hasRole("zone-c", "Standby")
                && fleet.zone("zone-c").ready() == 1);
    Eventually.holds(
        "no write for 2 s",
        SOON,
        () -> {
          var version = fleet.resource().getMetadata().getResourceVersion();
          java.util.concurrent.locks.LockSupport.parkNanos(2_000_000_000L);
          return version.equals(fleet.resource().getMetadata().getResourceVersion());
        });
  }
}
