package io.zonefleet.operator.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.operator.fleet.GatewayDrain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is told to stop, as the kubelet does, first by its preStop hook. */
@EnvoyIsInstalled
class GatewayDrainTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path folder;

  @Test
  void itWaitsForTheAnswerThatRunsAndSendsClientsElsewhere() throws Exception {
    try (var fleet = serving()) {
      var running = send(fleet, 5_000);
      awaitRunning(fleet, 1);

      var hook = hook(fleet, 30);
      Eventually.holds(
          Duration.ofSeconds(3),
          () -> "the gateway falls unready",
          () -> fleet.gateway.get(fleet.gateway.monitorPort, "/ready").status() == 503);
      var late = send(fleet, 1).get(5, TimeUnit.SECONDS);

      assertThat(late.statusCode()).as("a client that comes late is still served").isEqualTo(200);
      assertThat(late.headers().firstValue("connection")).as("and told to go").hasValue("close");
      assertThat(hook.waitFor(20, TimeUnit.SECONDS)).as("the hook ends").isTrue();
      assertThat(running).as("the answer was waited for").isCompleted();
      assertThat(running.get().statusCode()).isEqualTo(200);
      assertThat(hook.exitValue()).isZero();
    }
  }

  @Test
  void itWaitsNoLongerThanTheDrain() throws Exception {
    try (var fleet = serving()) {
      var running = send(fleet, 60_000);
      awaitRunning(fleet, 1);

      var hook = hook(fleet, 5);

      assertThat(hook.waitFor(4, TimeUnit.SECONDS)).as("the hook ends early").isFalse();
      assertThat(hook.waitFor(15, TimeUnit.SECONDS)).as("the hook ends").isTrue();
      assertThat(running.isDone()).isFalse();
    }
  }

  private GatewayFixture serving() throws Exception {
    var fleet = new GatewayFixture(folder, "zone-a");
    return fleet.serving(GatewayFixture.activeStandby(fleet.endpoints(), "zone-a"));
  }

  private static void awaitRunning(GatewayFixture fleet, int count) throws InterruptedException {
    Eventually.holds(
        Duration.ofSeconds(5),
        () -> count + " requests run",
        () -> fleet.gateway.stat("http.gateway.downstream_rq_active") == count);
  }

  private static CompletableFuture<HttpResponse<String>> send(GatewayFixture fleet, int millis) {
    var uri = "http://" + Envoy.ADDRESS + ":" + fleet.gateway.port + "/predict?millis=" + millis;
    return CLIENT.sendAsync(
        HttpRequest.newBuilder(URI.create(uri))
            .POST(HttpRequest.BodyPublishers.ofString("question"))
            .build(),
        BodyHandlers.ofString());
  }

  private static Process hook(GatewayFixture fleet, int seconds) throws IOException {
    var script = GatewayDrain.script(seconds, fleet.gateway.adminPort);
    return new ProcessBuilder("/bin/bash", "-c", script).inheritIO().start();
  }
}
