package io.zonefleet.operator.cluster;

import static io.zonefleet.operator.traffic.GatewayFixture.activeStandby;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.zonefleet.operator.traffic.Envoy;
import io.zonefleet.operator.traffic.EnvoyIsInstalled;
import io.zonefleet.operator.traffic.Eventually;
import io.zonefleet.operator.traffic.GatewayFixture;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.EndpointHealth;
import io.zonefleet.operator.zones.GatewayReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator learns from its gateways. */
class GatewayAdminTest {
  private static final String A = "zone-a";
  private static final String B = "zone-b";
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  @TempDir Path folder;

  @Test
  @EnvoyIsInstalled
  void realGatewayTellsOfZonesHealthAndRequests() throws Exception {
    try (var fleet = new GatewayFixture(folder, A, B)) {
      fleet.serving(activeStandby(fleet.endpoints(), A, B));
      try (var admin = new GatewayAdmin(fleet.gateway.monitorPort)) {
        var calm = admin.read("gateway-0", A, Envoy.ADDRESS, TIMEOUT).get();
        assertThat(calm.reachable()).isTrue();
        assertThat(calm.endpoints())
            .containsEntry(key(fleet, A), new EndpointHealth(A, true, false, false, false))
            .containsEntry(key(fleet, B), new EndpointHealth(B, true, false, false, false))
            .hasSize(2);
        assertThat(calm.counters().total()).isPositive();

        fleet.pod(A).refuseWhileReady(503);
        fleet.gateway.get(fleet.gateway.port, "/predict");
        fleet.pod(B).refuseWhileReady(503);
        fleet.gateway.get(fleet.gateway.port, "/predict");
        var refused = admin.read("gateway-0", A, Envoy.ADDRESS, TIMEOUT).get().counters();
        assertThat(refused.total()).isEqualTo(calm.counters().total() + 2);
        assertThat(refused.failed()).isEqualTo(calm.counters().failed() + 1);
        assertThat(refused.retried()).isGreaterThanOrEqualTo(calm.counters().retried() + 2);

        fleet.pod(A).freeze();
        long frozen = System.nanoTime();
        Eventually.holds(
            Duration.ofSeconds(5),
            () -> "the gateway sees the frozen pod fail",
            () ->
                admin
                    .read("gateway-0", A, Envoy.ADDRESS, TIMEOUT)
                    .get()
                    .endpoints()
                    .get(key(fleet, A))
                    .equals(new EndpointHealth(A, false, true, false, true)));
        System.out.println(
            "frozen pod reported after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - frozen)
                + " ms");
      }
    }
  }

  @Test
  @EnvoyIsInstalled
  void realGatewayTellsHowManyRequestsRunInEachPod() throws Exception {
    try (var fleet = new GatewayFixture(folder, A, B);
        var admin = new GatewayAdmin(fleet.gateway.monitorPort)) {
      fleet.serving(activeStandby(fleet.endpoints(), A, B));
      assertThat(running(admin, fleet)).isEqualTo(Map.of(A, 0, B, 0));
      var answers =
          IntStream.range(0, 3)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            try {
                              return fleet
                                  .gateway
                                  .get(fleet.gateway.port, "/predict?millis=3000")
                                  .status();
                            } catch (Exception e) {
                              throw new IllegalStateException(e);
                            }
                          },
                          Thread::startVirtualThread))
              .toList();
      Eventually.holds(
          Duration.ofSeconds(3),
          () -> "three requests run in zone-a",
          () -> running(admin, fleet).equals(Map.of(A, 3, B, 0)));
      for (var answer : answers) {
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(200);
      }
      Eventually.holds(
          Duration.ofSeconds(3),
          () -> "none is left",
          () -> running(admin, fleet).equals(Map.of(A, 0, B, 0)));
    }
  }

  private static Map<String, Integer> running(GatewayAdmin admin, GatewayFixture fleet)
      throws Exception {
    var endpoints = admin.read("gateway-0", A, Envoy.ADDRESS, TIMEOUT).get().endpoints();
    return Map.of(
        A, endpoints.get(key(fleet, A)).running(), B, endpoints.get(key(fleet, B)).running());
  }

  /** Before the first check ends, an endpoint is no evidence, neither of health nor of loss. */
  @Test
  @EnvoyIsInstalled
  void endpointIsPendingUntilItsFirstCheckEnds() throws Exception {
    try (var fleet = new GatewayFixture(folder, A, B)) {
      fleet.serving(activeStandby(fleet.endpoints(), A, B));
      var neverThere = "192.0.2.1";
      var endpoints = new ArrayList<>(fleet.endpoints());
      endpoints.add(new TrafficPlan.Endpoint(B, neverThere, 8080, false));
      try (var admin = new GatewayAdmin(fleet.gateway.monitorPort)) {
        fleet.xds().publish(activeStandby(endpoints, A, B));
        var seen = new ArrayList<EndpointHealth>();
        Eventually.holds(
            Duration.ofSeconds(5),
            () -> "the check of the new endpoint ends; seen " + seen,
            () -> {
              var report = admin.read("gateway-0", A, Envoy.ADDRESS, TIMEOUT).get();
              var health = report.endpoints().get(neverThere + ":8080");
              if (health != null && !seen.contains(health)) {
                seen.add(health);
              }
              return health != null && !health.pending();
            });
        assertThat(seen).noneMatch(EndpointHealth::healthy);
        assertThat(seen.getLast().failedActiveCheck()).isTrue();
        System.out.println("new endpoint that is not there: " + seen);
      }
    }
  }

  @Test
  void gatewaysOfADarkZoneDoNotHoldUpTheOthers() throws Exception {
    try (var dark = new ServerSocket(0, 1, InetAddress.getByName("127.0.3.1"));
        var admin = new GatewayAdmin(dark.getLocalPort())) {
      var near = stub("127.0.3.2", dark.getLocalPort(), "{\"cluster_statuses\": []}", "");
      try {
        admin.read("warm-up", A, "127.0.3.2", Duration.ofSeconds(5)).get();
        long asked = System.nanoTime();
        var waiting = new ArrayList<CompletableFuture<GatewayReport>>();
        for (int i = 0; i < 50; i++) {
          waiting.add(admin.read("dark-" + i, B, "127.0.3.1", TIMEOUT));
        }
        var answer = admin.read("near", A, "127.0.3.2", TIMEOUT).get();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
        assertThat(answer.reachable()).isTrue();
        assertThat(millis).isLessThan(TIMEOUT.toMillis());
        for (var report : waiting) {
          assertThat(report.get(2, TimeUnit.SECONDS).reachable()).isFalse();
        }
        long all = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
        System.out.println(
            "live gateway after " + millis + " ms, 50 dark ones given up after " + all + " ms");
        assertThat(all).isLessThan(2_000);
      } finally {
        near.stop(0);
      }
    }
  }

  @Test
  void whatIsNoGatewayCountsAsUnreachable() throws Exception {
    var port = freePort();
    var stranger = stub("127.0.3.3", port, "<html>", "oops: not a number");
    try (var admin = new GatewayAdmin(port)) {
      assertThat(admin.read("g", A, "127.0.3.3", TIMEOUT).get())
          .isEqualTo(GatewayReport.unreachable("g", A));
      assertThat(admin.read("g", A, "127.0.3.4", TIMEOUT).get())
          .as("nobody listens")
          .isEqualTo(GatewayReport.closed("g", A));
      assertThat(admin.read("g", A, "255.255.255.255", TIMEOUT).get())
          .as("the network cannot be reached")
          .isEqualTo(GatewayReport.unreachable("g", A));
    } finally {
      stranger.stop(0);
    }
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.3.3"))) {
      return socket.getLocalPort();
    }
  }

  private static HttpServer stub(String address, int port, String clusters, String stats)
      throws Exception {
    var server = HttpServer.create(new InetSocketAddress(address, port), 10);
    server.createContext(
        "/",
        exchange -> {
          var body = exchange.getRequestURI().getPath().equals("/clusters") ? clusters : stats;
          exchange.sendResponseHeaders(200, body.isEmpty() ? -1 : body.length());
          if (!body.isEmpty()) {
            exchange.getResponseBody().write(body.getBytes());
          }
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String key(GatewayFixture fleet, String zone) {
    return fleet.pod(zone).address + ":" + fleet.pod(zone).port;
  }
}
