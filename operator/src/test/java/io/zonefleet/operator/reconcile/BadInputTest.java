package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.operator.fleet.Labels;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Given a resource that cannot be carried out, then Ready says why and what to do. */
@ExtendWith(ApiServerIsBuilt.class)
class BadInputTest {
  private static final Duration SOON = Duration.ofSeconds(15);

  private static ApiServer api;
  private static Replica replica;
  private TestFleet fleet;

  @BeforeAll
  static void start() throws InterruptedException {
    api = new ApiServer();
    List.of("zone-a", "zone-b").forEach(zone -> TestFleet.node(api.client(), zone));
    replica = new Replica(api, "one", true).started();
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      replica.close();
      api.close();
    }
  }

  @AfterEach
  void remove() {
    fleet.close();
  }

  @Test
  void unknownZone() {
    fleet = new TestFleet(api, "elsewhere", List.of("zone-a", "eu-9")).applied("");

    expect("UnknownZone", "topology.kubernetes.io/zone=eu-9", "zones that exist: zone-a, zone-b");
  }

  @Test
  void missingClaim() {
    fleet =
        new TestFleet(api, "unclaimed", List.of("zone-a", "zone-b"))
            .applied("storage: {mode: Shared, claims: {shared: tiny-weights}}");

    expect("ClaimMissing", "claim tiny-weights", "spec.storage.claims.shared", "ns-unclaimed");
  }

  @Test
  void wrongDigest() {
    fleet = new TestFleet(api, "corrupt", List.of("zone-a", "zone-b")).applied("");
    pod(
        "{terminated: {exitCode: 1, message: 'The model folder /models/r1 has digest sha256:12,"
            + " spec.model.digest asks for sha256:34'}}");

    expect("DigestMismatch", "zone-a", "corrupt-zone-a-0", "sha256:12", "sha256:34");
    assertThat(fleet.condition("Degraded").getStatus()).isEqualTo("True");
    assertThat(fleet.condition("Progressing").getReason()).isEqualTo("Applying");
  }

  @Test
  void imageThatCannotBePulled() {
    fleet =
        new TestFleet(api, "imageless", List.of("zone-a", "zone-b"))
            .applied("server: {image: 'registry.test/none:1'}");
    pod("{waiting: {reason: ErrImagePull, message: 'not found'}}");

    expect("ImageNotPulled", "registry.test/none:1", "not found", "correct spec.server.image");
  }

  @Test
  void aFaultThatIsMendedIsForgotten() {
    fleet = new TestFleet(api, "mended", List.of("zone-a", "eu-7")).applied("");
    expect("UnknownZone", "eu-7");

    TestFleet.node(api.client(), "eu-7");

    Eventually.holds(
        "the next thing that it waits for",
        SOON,
        () -> fleet.condition("Ready").getReason().equals("Applying"));
    assertThat(fleet.condition("Degraded").getStatus()).isEqualTo("False");
    api.client().nodes().withName("node-eu-7").delete();
  }

  private void pod(String state) {
    var pod = fleet.pod(fleet.key().name() + "-zone-a-0", Labels.INFERENCE, "zone-a");
    fleet.status(
        pod,
        """
        phase: Pending
        containerStatuses:
        - {name: inference, image: 'registry.test/none:1', imageID: '', restartCount: 0, ready: false, state: %s}
        """
            .formatted(state));
  }

  private void expect(String reason, String... words) {
    Eventually.holds(
        "Ready is False for " + reason,
        SOON,
        () -> fleet.status() != null && fleet.condition("Ready").getReason().equals(reason));
    assertThat(fleet.condition("Ready").getStatus()).isEqualTo("False");
    assertThat(fleet.condition("Ready").getMessage()).contains(words);
    assertThat(fleet.condition("Available").getReason()).isEqualTo(reason);
  }
}
