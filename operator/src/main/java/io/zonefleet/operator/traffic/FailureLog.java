package io.zonefleet.operator.traffic;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.OrFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import java.util.List;

/** A gateway's log tells of requests that failed and streams that broke, and of no others. */
final class FailureLog {
  /**
   * Streams that broke after their status went out: the pod's connection ended, failed, its stream
   * was reset there or here, it was silent for too long.
   */
  private static final List<String> BROKEN = List.of("UC", "UF", "UR", "LR", "SI", "UPE");

  private FailureLog() {}

  static AccessLog toStdout() {
    return AccessLog.newBuilder()
        .setName("envoy.access_loggers.stdout")
        .setTypedConfig(EnvoyResources.any(StdoutAccessLog.getDefaultInstance()))
        .setFilter(
            AccessLogFilter.newBuilder()
                .setOrFilter(OrFilter.newBuilder().addFilters(failed()).addFilters(broken())))
        .build();
  }

  private static AccessLogFilter failed() {
    return AccessLogFilter.newBuilder()
        .setStatusCodeFilter(
            StatusCodeFilter.newBuilder()
                .setComparison(
                    ComparisonFilter.newBuilder()
                        .setOp(ComparisonFilter.Op.GE)
                        .setValue(
                            RuntimeUInt32.newBuilder()
                                .setDefaultValue(500)
                                .setRuntimeKey("zonefleet.log_status"))))
        .build();
  }

  private static AccessLogFilter broken() {
    return AccessLogFilter.newBuilder()
        .setResponseFlagFilter(ResponseFlagFilter.newBuilder().addAllFlags(BROKEN))
        .build();
  }
}
