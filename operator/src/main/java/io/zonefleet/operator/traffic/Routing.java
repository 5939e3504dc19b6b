package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.EnvoyResources.any;
import static io.zonefleet.operator.traffic.EnvoyResources.millis;
import static io.zonefleet.operator.traffic.EnvoyResources.number;

import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import java.time.Duration;

/** The client's side of a gateway: listener, route, retries. */
final class Routing {
  /**
   * What may be tried again: all of it only happens before the first answer byte. `reset` makes a
   * request that waits on a frozen pod start again elsewhere; 503 is a pod that drains or loads,
   * 429 one whose queue is full, as it may be in the zone that has just taken over.
   */
  private static final String RETRY_ON =
      "connect-failure,refused-stream,reset-before-request,reset,retriable-status-codes";

  /** When a zone of many pods dies, a request may meet several dead ones before a check fails. */
  private static final int RETRIES = 5;

  /** A prompt that is larger than this cannot be replayed, for Envoy keeps it until the answer. */
  private static final int REPLAYABLE_BYTES = 4 << 20;

  private Routing() {}

  static Listener listener(Address address, Duration streamIdle) {
    var manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix("gateway")
            .setCodecType(HttpConnectionManager.CodecType.AUTO)
            .setRds(
                Rds.newBuilder()
                    .setConfigSource(EnvoyResources.ads())
                    .setRouteConfigName(EnvoyResources.ROUTES))
            .setStreamIdleTimeout(millis(streamIdle.toMillis()))
            .setCommonHttpProtocolOptions(
                HttpProtocolOptions.newBuilder().setIdleTimeout(millis(300_000)))
            .setGenerateRequestId(BoolValue.of(true))
            // a client's own id is kept and told back, so that it can match a replay to its request
            .setPreserveExternalRequestId(true)
            .setAlwaysSetRequestIdInResponse(true)
            .setUseRemoteAddress(BoolValue.of(true))
            .addAccessLog(FailureLog.toStdout())
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName("envoy.filters.http.router")
                    .setTypedConfig(any(Router.getDefaultInstance())))
            .build();
    return Listener.newBuilder()
        .setName("gateway")
        .setAddress(address)
        .setPerConnectionBufferLimitBytes(number(REPLAYABLE_BYTES))
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(any(manager))))
        .build();
  }

  static RouteConfiguration routes(Duration streamIdle) {
    var action =
        RouteAction.newBuilder()
            .setCluster(EnvoyResources.CLUSTER)
            // a generation may take as long as it wants; silence is what ends it
            .setTimeout(millis(0))
            .setIdleTimeout(millis(streamIdle.toMillis()))
            .setRetryPolicy(retries());
    return RouteConfiguration.newBuilder()
        .setName(EnvoyResources.ROUTES)
        .addVirtualHosts(
            VirtualHost.newBuilder()
                .setName("inference")
                .addDomains("*")
                .setIncludeRequestAttemptCount(true)
                .setIncludeAttemptCountInResponse(true)
                .addRoutes(
                    Route.newBuilder()
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setRoute(action)))
        .build();
  }

  private static RetryPolicy retries() {
    return RetryPolicy.newBuilder()
        .setRetryOn(RETRY_ON)
        .addRetriableStatusCodes(503)
        .addRetriableStatusCodes(429)
        .setNumRetries(number(RETRIES))
        .setRetryBackOff(
            RetryPolicy.RetryBackOff.newBuilder()
                .setBaseInterval(millis(5))
                .setMaxInterval(millis(20)))
        .addRetryHostPredicate(
            RetryPolicy.RetryHostPredicate.newBuilder()
                .setName("envoy.retry_host_predicates.previous_hosts")
                .setTypedConfig(any(PreviousHostsPredicate.getDefaultInstance())))
        .setHostSelectionRetryMaxAttempts(10)
        .setRetryPriority(
            RetryPolicy.RetryPriority.newBuilder()
                .setName("envoy.retry_priorities.previous_priorities")
                .setTypedConfig(
                    any(PreviousPrioritiesConfig.newBuilder().setUpdateFrequency(1).build())))
        .build();
  }
}
