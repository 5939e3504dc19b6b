package io.zonefleet.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.operator.fleet.Fleets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Given what pods have loaded, which zones serve other weights than the fleet's. */
class DigestFindingsTest {
  private final DeepSeekDeployment fleet = Fleets.parse(Fleets.chat());

  @Test
  void theSameWeightsEverywhereAreFine() {
    assertThat(DigestFindings.of(fleet, Map.of("zone-a", "sha256:1", "zone-b", "sha256:1")))
        .isEmpty();
  }

  @Test
  void aZoneThatDiffersFromTheFirstIsNamed() {
    assertThat(DigestFindings.of(fleet, Map.of("zone-a", "sha256:1", "zone-b", "sha256:2")))
        .singleElement()
        .isEqualTo(
            Finding.ofZone(
                Finding.Reason.DigestMismatch,
                "zone-b",
                "its pods have loaded revision r1 with digest sha256:2, the fleet's is sha256:1;"
                    + " load the same files in every zone, or give the new weights a new"
                    + " spec.model.revision"));
  }

  @Test
  void theFirstLoadOfARevisionCountsFromThenOn() {
    recorded("r1", "sha256:1");

    assertThat(DigestFindings.of(fleet, Map.of("zone-a", "sha256:9"))).hasSize(1);
    assertThat(DigestFindings.recorded(fleet, "zone-a")).contains("sha256:1");
  }

  @Test
  void anotherRevisionStartsAnew() {
    recorded("r0", "sha256:1");

    assertThat(DigestFindings.of(fleet, Map.of("zone-a", "sha256:9"))).isEmpty();
  }

  private void recorded(String revision, String digest) {
    var zone = new ZoneStatus("zone-a", "Active", 1, 1, 1, revision, digest, null, "because", 0);
    fleet.setStatus(
        new DeepSeekDeploymentStatus(
            1L,
            1L,
            null,
            null,
            null,
            null,
            null,
            null,
            1,
            null,
            List.of(),
            List.of(zone),
            List.of()));
  }
}
