package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway's process ends, on a real API server: its clients are not left to its kubelet. */
class DeadGatewayTest extends OnThreeZones {
  private TestFleet fleet;
  private Replica replica;

  @BeforeEach
  void aFleetServes() throws Exception {
    fleet = new TestFleet(api, "gone", ZONES).applied("").withPods();
    replica = new Replica(api, "one", true).started();
    Eventually.holds("zone-a serves", SOON, () -> fleet.hasRole("zone-a", "Active"));
  }

  @AfterEach
  void end() {
    replica.close();
    fleet.close();
  }

  @Test
  void itLeavesTheFrontServiceBeforeItsKubeletKnowsAndIsBackWithTheNewProcess() throws Exception {
    fleet.gatewayDies("zone-a");
    Eventually.holds("it leaves the Service", SOON, () -> !fleet.serves("zone-a"));
    assertThat(fleet.status().active()).as("its zone's pods are well").isEqualTo("zone-a");

    fleet.gatewayIsReady("zone-a", false);
    Eventually.holds("once it is not ready it may join", SOON, () -> fleet.serves("zone-a"));

    fleet.gatewayListens("zone-a");
    fleet.gatewayIsReady("zone-a", true);
    fleet.gatewayDies("zone-b");
    Eventually.holds("another one leaves", SOON, () -> !fleet.serves("zone-b"));
    assertThat(fleet.serves("zone-a")).isTrue();

    fleet.gatewayListens("zone-b");
    Eventually.holds("and is back", SOON, () -> fleet.serves("zone-b"));
  }

  @Test
  void whereNobodyListensAnywhereNobodyLeaves() throws Exception {
    fleet.gatewayDies("zone-a");
    fleet.gatewayDies("zone-b");
    Eventually.holds("two leave", SOON, () -> !fleet.serves("zone-a") && !fleet.serves("zone-b"));
    fleet.gatewayDies("zone-c");
    fleet.gatewayListens("zone-a");
    Eventually.holds("the living one is back", SOON, () -> fleet.serves("zone-a"));
    Eventually.holds("the dead one leaves", SOON, () -> !fleet.serves("zone-c"));
  }
}
