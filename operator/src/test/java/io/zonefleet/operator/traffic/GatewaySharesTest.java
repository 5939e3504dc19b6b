package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.GatewayFixture.FLEET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zonefleet.operator.zones.Failback;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Locality;
import io.zonefleet.operator.zones.Policy;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.ZoneSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In ActiveActive a zone's share of 10,000 requests is its weight times its ready pods. */
@EnvoyIsInstalled
class GatewaySharesTest {
  private static final String A = "zone-a";
  private static final String B = "zone-b";
  private static final String C = "zone-c";
  private static final int REQUESTS = 10_000;

  /** Of all requests: what the weights promise. */
  private static final double TOLERANCE = 0.02;

  @TempDir Path folder;

  /** Zones with three, two and one pods. */
  private GatewayFixture fleet;

  private TrafficPlan published;
  private Locality locality = Locality.None;

  /** How many pods of zone-a are being deleted. */
  private int draining;

  private final Map<String, Integer> ready = new HashMap<>(Map.of(A, 3, B, 2, C, 1));

  @Test
  void sharesAreWeightTimesReadyPods() throws Exception {
    try (var gateways = new GatewayFixture(folder, A, A, A, B, B, C)) {
      fleet = gateways;
      serve(1, 1, 1);
      shares("one pod, one part", Map.of(A, 3, B, 2, C, 1), Set.of(A, B, C), 1, 1, 1);
      shares("equal zones", Map.of(A, 1, B, 1, C, 1), Set.of(A, B, C), 2, 3, 6);
      shares("8 : 1 : 1", Map.of(A, 24, B, 2, C, 1), Set.of(A, B, C), 8, 1, 1);
      shares("0 stands by", Map.of(B, 2, C, 3), Set.of(A, B, C), 0, 1, 3);

      // pods of a zone that are not ready take their part of its share with them
      fleet.pods.get(0).fallUnready();
      fleet.pods.get(1).fallUnready();
      fleet.awaitHealthy(4);
      // Envoy grants zone-a 47 % of the weight of three pods, until the operator has looked
      shares("one of three, not told", Map.of(A, 7, B, 6, C, 3), Set.of(A, B, C), 5, 3, 3);
      ready.put(A, 1);
      shares("one of three pods ready", Map.of(A, 5, B, 6, C, 3), Set.of(A, B, C), 5, 3, 3);
    }
  }

  @Test
  void sharesOfALostZoneGoToTheOthersByWeight() throws Exception {
    try (var gateways = new GatewayFixture(folder, A, A, A, B, B, C)) {
      fleet = gateways;
      serve(1, 3, 2);
      shares("before", Map.of(A, 3, B, 6, C, 2), Set.of(A, B, C), 1, 3, 2);
      fleet.pods.stream().filter(p -> p.zone.equals(B)).forEach(Pod::kill);
      fleet.awaitHealthy(4);
      ready.put(B, 0);
      shares("gateways alone", Map.of(A, 3, C, 2), Set.of(A, B, C), 1, 3, 2);
      shares("decided", Map.of(A, 3, C, 2), Set.of(A, C), 1, 3, 2);
    }
  }

  @Test
  void podsThatDrainTakeTheirPartOfTheShareWithThem() throws Exception {
    try (var gateways = new GatewayFixture(folder, A, A, A, B, B, C)) {
      fleet = gateways;
      serve(1, 1, 1);
      draining = 2;
      ready.put(A, 1);
      shares("two of three pods drain", Map.of(A, 1, B, 2, C, 1), Set.of(A, B, C), 1, 1, 1);
    }
  }

  /** The gateway runs in zone-a. */
  @Test
  void aGatewayPrefersItsOwnZoneWhileItIsHealthy() throws Exception {
    locality = Locality.PreferSameZone;
    try (var gateways = new GatewayFixture(folder, A, A, A, B, B, C)) {
      fleet = gateways;
      serve(1, 3, 2);
      shares("at home", Map.of(A, 1), Set.of(A, B, C), 1, 3, 2);

      // with one of three pods Envoy takes 47 % of the zone for there, and passes on the rest
      fleet.pods.get(0).fallUnready();
      fleet.pods.get(1).fallUnready();
      fleet.awaitHealthy(4);
      shares("a third at home", Map.of(A, 56, B, 48, C, 16), Set.of(A, B, C), 1, 3, 2);

      fleet.pods.get(2).kill();
      fleet.awaitHealthy(3);
      shares("nobody at home", Map.of(B, 6, C, 2), Set.of(A, B, C), 1, 3, 2);
    }
  }

  /** Publishes the weights and compares what 10,000 requests find. */
  private void shares(String title, Map<String, Integer> parts, Set<String> serving, int... weights)
      throws Exception {
    long before = fleet.gateway.stat("cluster.inference.update_success");
    var plan = plan(serving, weights);
    if (!plan.equals(published)) {
      fleet.xds().publish(plan);
      Eventually.holds(
          Duration.ofSeconds(5),
          () -> "the gateway knows " + title,
          () -> fleet.gateway.stat("cluster.inference.update_success") > before);
    }
    published = plan;
    var seen = ClosedLoad.run(fleet.gateway, 16, REQUESTS);
    System.out.println(title + ": " + seen);
    assertThat(seen.keySet()).as(title).isEqualTo(parts.keySet());
    double sum = parts.values().stream().mapToInt(i -> i).sum();
    parts.forEach(
        (zone, part) ->
            assertThat(seen.get(zone) / (double) REQUESTS)
                .as("%s: share of %s", title, zone)
                .isCloseTo(part / sum, within(TOLERANCE)));
  }

  private void serve(int... weights) throws Exception {
    published = plan(Set.of(A, B, C), weights);
    fleet.serving(published);
  }

  private TrafficPlan plan(Set<String> serving, int... weights) {
    var names = List.of(A, B, C);
    var policy =
        new FleetPolicy(
            names.stream().map(z -> new ZoneSpec(z, 1, weights[names.indexOf(z)])).toList(),
            Policy.ActiveActive,
            new Failback(Failback.Mode.Automatic, 30, 30),
            List.of(),
            locality,
            OptionalInt.empty());
    var kept =
        names.stream()
            .map(
                z ->
                    new FleetState.Kept(
                        z,
                        serving.contains(z) ? Role.Active : Role.Lost,
                        Instant.EPOCH,
                        "test",
                        Optional.of(0)))
            .toList();
    return TrafficPlan.of(
        FLEET,
        policy,
        FleetState.restore(1, kept, List.of(), Set.of()),
        Instant.EPOCH,
        IntStream.range(0, fleet.pods.size())
            .mapToObj(
                i -> i < draining ? fleet.pods.get(i).draining() : fleet.pods.get(i).endpoint())
            .toList(),
        ready,
        GatewaySettings.DEFAULT);
  }
}
