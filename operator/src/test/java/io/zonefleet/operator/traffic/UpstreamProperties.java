package io.zonefleet.operator.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.CodecClientType;
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

  /** More would make requests on a frozen pod wait for longer, less cost a slow one its streams. */
  @Property
  void pingsGetAsMuchTimeAsACheck(
      @ForAll @IntRange(min = 1) int timeoutMillis,
      @ForAll @IntRange(min = 1, max = 10) int failureThreshold)
      throws Exception {
    var check = new HealthCheckSettings("/readyz", 250, timeoutMillis, failureThreshold, 3);
    var cluster = Upstream.cluster(new GatewaySettings(check, true, Duration.ofSeconds(60)));

    var options =
        cluster
            .getTypedExtensionProtocolOptionsMap()
            .get("envoy.extensions.upstreams.http.v3.HttpProtocolOptions")
            .unpack(HttpProtocolOptions.class);
    var keepalive =
        options.getExplicitHttpConfig().getHttp2ProtocolOptions().getConnectionKeepalive();
    assertThat(Durations.toMillis(keepalive.getTimeout())).isEqualTo(timeoutMillis);
  }

  /** With 10 % of packets lost PINGs on the checks' connections had zones declared lost. */
  @Property
  void checksAreOverHttp1SoThatNoPingFailsThem(@ForAll boolean http2) {
    var settings = new GatewaySettings(HealthCheckSettings.DEFAULT, http2, Duration.ofSeconds(60));

    assertThat(Upstream.cluster(settings).getHealthChecksList())
        .singleElement()
        .satisfies(
            check ->
                assertThat(check.getHttpHealthCheck().getCodecClientType())
                    .isEqualTo(CodecClientType.HTTP1));
  }
}
