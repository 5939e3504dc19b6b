package io.zonefleet.operator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A surge in storage mode PerPod: a pod on a new claim would find no weights. */
class PodClaimsTest {
  private static final Map<String, Integer> SPEC = Map.of("zone-a", 2, "zone-b", 2);
  private static final Map<String, Integer> SURGE = Map.of("zone-a", 2, "zone-b", 5);

  @Test
  void aZoneGrowsAsFarAsClaimsOfAnEarlierTimeGo() {
    assertThat(bound("PerPod", "zone-b-0", "zone-b-1", "zone-b-2", "zone-b-4"))
        .isEqualTo(Map.of("zone-a", 2, "zone-b", 3));
  }

  @Test
  void aZoneKeepsWhatItAsksForBeforeItsClaimsAreMade() {
    assertThat(bound("PerPod")).isEqualTo(SPEC);
  }

  @Test
  void podsThatShareAClaimNeedNone() {
    assertThat(bound("PerZone")).isEqualTo(SURGE);
    assertThat(bound("Shared")).isEqualTo(SURGE);
  }

  private static Map<String, Integer> bound(String mode, String... pods) {
    var fleet = Fleets.parse(Fleets.chat("replicasPerZone: 2", "storage: {mode: " + mode + "}"));
    return PodClaims.bound(
        fleet, SPEC, SURGE, Stream.of(pods).map(p -> claim("weights-chat-" + p)).toList());
  }

  private static PersistentVolumeClaim claim(String name) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .build();
  }
}
