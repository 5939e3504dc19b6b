package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.zonefleet.operator.reconcile.ApiServer;
import io.zonefleet.operator.reconcile.ApiServerIsBuilt;
import io.zonefleet.operator.reconcile.SharedApiServer;
import io.zonefleet.operator.traffic.Eventually;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may take the lease of a leader that is in a dark zone or ends, on a real API server. */
@ExtendWith({ApiServerIsBuilt.class, SharedApiServer.class})
class LeadershipTest {
  private FleetNamespace cluster;

  @BeforeEach
  void aLeaderFallsSilentInTheDark(ApiServer server) {
    cluster = new FleetNamespace(server);
    lock("dark").create(cluster.client, record("dark", Duration.ofSeconds(2)));
  }

  @Test
  void aFollowerTakesTheLeaseBeforeItEnds() {
    var follower = lock("follower");
    assertThat(follower.get(cluster.client).getRenewTime())
        .as("the lease looks long ended")
        .isBefore(ZonedDateTime.now(ZoneOffset.UTC).minusMinutes(30));
    assertThat(follower.holderIsGone(cluster.client)).isTrue();
    follower.update(cluster.client, record("follower", Duration.ZERO));
    assertThat(lock("other").get(cluster.client).getHolderIdentity()).isEqualTo("follower");
  }

  @Test
  void aSlowFollowerThatLooksInBetweenLeavesTheLeaseToTheQuickOne() {
    var slow = lock("slow");
    slow.get(cluster.client);

    var quick = lock("quick");
    quick.get(cluster.client);
    quick.update(cluster.client, record("quick", Duration.ZERO));

    assertThat(slow.holderIsGone(cluster.client)).isFalse();
    assertThatThrownBy(() -> slow.update(cluster.client, record("slow", Duration.ZERO)))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(409));
    assertThat(lock("other").get(cluster.client).getHolderIdentity()).isEqualTo("quick");
  }

  @Test
  void aLeaderThatEndsGivesTheLeaseBack() throws InterruptedException {
    try (var ending = leadership("ending")) {
      ending.start();
      Eventually.holds(Duration.ofSeconds(20), () -> "it leads", ending::leads);
    }
    var lease =
        cluster.client.leases().inNamespace(cluster.namespace).withName("handed-over").get();
    assertThat(lease.getSpec().getHolderIdentity()).as("%s", lease).isNull();
  }

  @Test
  void aLeaderThatEndsLeavesTheLeaseToWhoeverHasTakenIt() {
    var ending = lock("ending");
    ending.get(cluster.client);
    ending.update(cluster.client, record(null, Duration.ZERO));
    assertThat(lock("other").get(cluster.client).getHolderIdentity()).isEqualTo("dark");
  }

  private Leadership leadership(String identity) {
    return new Leadership(
        cluster.client,
        cluster.namespace,
        "handed-over",
        identity,
        new Leadership.Timing(
            Duration.ofSeconds(60), Duration.ofSeconds(40), Duration.ofMillis(100)),
        pod -> false);
  }

  private Leadership.TimedLock lock(String identity) {
    return new Leadership.TimedLock(cluster.namespace, "zonefleet", identity, "dark"::equals);
  }

  private static LeaderElectionRecord record(String holder, Duration ago) {
    var renewed = ZonedDateTime.now(ZoneOffset.UTC).minus(ago);
    return new LeaderElectionRecord(holder, Duration.ofSeconds(3), renewed, renewed, 0);
  }
}
