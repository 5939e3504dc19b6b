package io.zonefleet.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.api.v1alpha1.TrafficPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Given a fleet, then HAProxy is set up for it as its users do. */
class HaproxyTest {

  private static final List<String> ZONES = List.of("a", "b");

  @Test
  void otherZonesAreBackupsUnderActiveStandby() {
    var text = Haproxy.configuration("chat", TrafficPolicy.ActiveStandby, ZONES, 1);

    assertThat(text)
        .contains("inter 5s fall 2")
        .contains("server a-0 chat-a-0.chat-a.default.svc.cluster.local:8080\n")
        .contains("server b-0 chat-b-0.chat-b.default.svc.cluster.local:8080 backup\n");
  }

  @Test
  void allPodsTakeTurnsUnderActiveActive() {
    var text = Haproxy.configuration("chat", TrafficPolicy.ActiveActive, ZONES, 2);

    assertThat(text).contains("balance roundrobin").doesNotContain("backup\n");
    assertThat(text.lines().filter(line -> line.startsWith("  server"))).hasSize(4);
  }
}
