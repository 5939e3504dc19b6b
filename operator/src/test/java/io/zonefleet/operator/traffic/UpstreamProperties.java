package io.zonefleet.operator.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for the connections to pods, however they are checked. */
class UpstreamProperties {

  /** Linux takes 0 for "never", which would leave requests on dead connections to the PINGs. */
  @Property
  void whatNobodyAcknowledgesGetsNoMoreTimeThanACheck(
      @ForAll @IntRange(min = 1) int timeoutMillis) {
    var check = new HealthCheckSettings("/readyz", 250, timeoutMillis, 2, 3);
    var cluster = Upstream.cluster(new GatewaySettings(check, true, Duration.ofSeconds(60)));

    assertThat(cluster.getUpstreamBindConfig().getSocketOptionsList())
        .singleElement()
        .satisfies(
            option -> {
              assertThat(option.getDescription()).isEqualTo("TCP_USER_TIMEOUT");
              // IPPROTO_TCP in netinet/in.h, TCP_USER_TIMEOUT in linux/tcp.h
              assertThat(option.getLevel()).isEqualTo(6);
              assertThat(option.getName()).isEqualTo(18);
              assertThat(option.getIntValue()).isBetween(1L, (long) timeoutMillis);
            });
  }
}
