package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.EnvoyResources.any;
import static io.zonefleet.operator.traffic.EnvoyResources.millis;
import static io.zonefleet.operator.traffic.EnvoyResources.number;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.SocketOption;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import io.envoyproxy.envoy.type.v3.Percent;

/** The pods' side of a gateway: connections, checks, limits. */
final class Upstream {
  private static final int CONNECT_MILLIS = 300;
  private static final int EJECTION_MILLIS = 1_000;
  private static final int PINGS_PER_CHECK = 5;
  private static final int ACKS_PER_TIMEOUT = 5;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_USER_TIMEOUT = 18;

  private Upstream() {}

  /**
   * Hosts that leave the plan while their checks pass stay until these fail (Envoy's default for
   * {@code ignore_health_on_host_removal}): what the operator loses sight of still serves.
   */
  static Cluster cluster(GatewaySettings settings) {
    return Cluster.newBuilder()
        .setName(EnvoyResources.CLUSTER)
        .setType(Cluster.DiscoveryType.EDS)
        .setEdsClusterConfig(
            Cluster.EdsClusterConfig.newBuilder().setEdsConfig(EnvoyResources.ads()))
        .setConnectTimeout(millis(CONNECT_MILLIS))
        .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
        .setCircuitBreakers(unlimited())
        .setCommonLbConfig(
            Cluster.CommonLbConfig.newBuilder()
                // with every pod of every zone unhealthy the checks are suspect, not the pods (an
                // overloaded node misses them first): requests are tried all the same
                .setHealthyPanicThreshold(Percent.newBuilder().setValue(1))
                // by default the workers hear of the second pod that fails within a second at its
                // end
                .setUpdateMergeWindow(millis(0))
                .setLocalityWeightedLbConfig(
                    Cluster.CommonLbConfig.LocalityWeightedLbConfig.getDefaultInstance()))
        .addHealthChecks(healthCheck(settings.healthCheck()))
        .setOutlierDetection(unreachable())
        .setUpstreamConnectionOptions(
            UpstreamConnectionOptions.newBuilder()
                .setTcpKeepalive(
                    TcpKeepalive.newBuilder()
                        .setKeepaliveProbes(number(2))
                        .setKeepaliveTime(number(1))
                        .setKeepaliveInterval(number(1))))
        .setUpstreamBindConfig(
            BindConfig.newBuilder().addSocketOptions(userTimeout(settings.healthCheck())))
        .putTypedExtensionProtocolOptions(
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            any(settings.http2() ? http2(settings.healthCheck()) : http1()))
        .build();
  }

  /**
   * HTTP/2 with PINGs: over HTTP/1.1 nothing would reset a request that a frozen pod holds. They
   * may take as long as a check does, so that who grants slow pods more time grants it to both. The
   * next one follows an answer sooner than the next check: requests in flight wait for it, and then
   * for its time-out.
   */
  private static HttpProtocolOptions http2(HealthCheckSettings check) {
    return HttpProtocolOptions.newBuilder()
        .setExplicitHttpConfig(
            HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                .setHttp2ProtocolOptions(
                    Http2ProtocolOptions.newBuilder()
                        .setConnectionKeepalive(
                            KeepaliveSettings.newBuilder()
                                .setInterval(millis(check.intervalMillis() / PINGS_PER_CHECK))
                                .setTimeout(millis(check.timeoutMillis())))))
        .build();
  }

  /**
   * Closes a connection whose other end's kernel acknowledges nothing, sooner than a PING, which
   * waits for the process. Linux counts from the first retransmission, which is 0.2 s after the
   * segment, and sends the next one after another 0.4 s: there is nothing to wait for in between
   * but one round trip between two zones. See {@code TCP_USER_TIMEOUT} in tcp(7), where 0 is never.
   */
  private static SocketOption userTimeout(HealthCheckSettings check) {
    return SocketOption.newBuilder()
        .setDescription("TCP_USER_TIMEOUT")
        .setLevel(IPPROTO_TCP)
        .setName(TCP_USER_TIMEOUT)
        .setIntValue(Math.max(1, check.timeoutMillis() / ACKS_PER_TIMEOUT))
        .setState(SocketOption.SocketState.STATE_PREBIND)
        .build();
  }

  private static HttpProtocolOptions http1() {
    return HttpProtocolOptions.newBuilder()
        .setExplicitHttpConfig(
            HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()))
        .build();
  }

  /**
   * Over HTTP/1.1 whatever the requests use: Envoy would send PINGs on the checks' connections too,
   * and call a pod unhealthy for a few of them that were lost, while its checks pass.
   */
  private static HealthCheck healthCheck(HealthCheckSettings check) {
    return HealthCheck.newBuilder()
        .setInterval(millis(check.intervalMillis()))
        // Envoy's default of 60 s would rule until the first request
        .setNoTrafficInterval(millis(check.intervalMillis()))
        .setTimeout(millis(check.timeoutMillis()))
        .setUnhealthyThreshold(number(check.failureThreshold()))
        .setHealthyThreshold(number(check.successThreshold()))
        .setHttpHealthCheck(
            HealthCheck.HttpHealthCheck.newBuilder()
                .setPath(check.path())
                .setCodecClientType(CodecClientType.HTTP1))
        .build();
  }

  /**
   * One failed connect takes a pod out until its next passed check. Else a request may use up its
   * retries on the dead pods of one zone before their checks fail. Answers never count: a pod that
   * says 503 is there.
   */
  private static OutlierDetection unreachable() {
    return OutlierDetection.newBuilder()
        .setSplitExternalLocalOriginErrors(true)
        .setConsecutiveLocalOriginFailure(number(1))
        .setEnforcingConsecutiveLocalOriginFailure(number(100))
        .setEnforcingConsecutive5Xx(number(0))
        .setEnforcingConsecutiveGatewayFailure(number(0))
        .setEnforcingSuccessRate(number(0))
        .setEnforcingLocalOriginSuccessRate(number(0))
        .setMaxEjectionPercent(number(100))
        .setInterval(millis(EJECTION_MILLIS))
        .setBaseEjectionTime(millis(EJECTION_MILLIS))
        .setMaxEjectionTime(millis(EJECTION_MILLIS))
        .build();
  }

  /** Envoy's limits (3 retries at once, 1024 requests) would fail requests when a zone goes. */
  private static CircuitBreakers unlimited() {
    return CircuitBreakers.newBuilder()
        .addThresholds(
            CircuitBreakers.Thresholds.newBuilder()
                .setMaxConnections(number(100_000))
                .setMaxPendingRequests(number(100_000))
                .setMaxRequests(number(100_000))
                .setMaxRetries(number(10_000)))
        .build();
  }
}
