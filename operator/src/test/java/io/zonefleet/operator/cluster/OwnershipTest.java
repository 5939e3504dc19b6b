package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.operator.fleet.Fleets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whose an object is that bears the name of one of the fleet's. */
class OwnershipTest {
  private final Ownership ownership = new Ownership(Fleets.parse(Fleets.chat()));
  private final List<HasMetadata> objects = Fleets.objects(Fleets.chat());
  private final Service service = Serialization.clone(Fleets.find(objects, Service.class, "chat"));
  private final PersistentVolumeClaim claim =
      Serialization.clone(Fleets.find(objects, PersistentVolumeClaim.class, "chat-weights-zone-a"));

  @Test
  void itsOwnMayBeChangedAndPrunedWhateverItsLabels() {
    service.getMetadata().setLabels(Map.of());

    assertThat(ownership.objection(service)).isEmpty();
    assertThat(ownership.controls(service)).isTrue();
  }

  @Test
  void whatWasLeftBehindIsTakenUpButNeverPruned() {
    service.getMetadata().setOwnerReferences(List.of());

    assertThat(ownership.objection(service)).isEmpty();
    assertThat(ownership.controls(service)).isFalse();
  }

  @Test
  void aStrangersIsLeftAlone() {
    service.getMetadata().setOwnerReferences(List.of());
    service.getMetadata().setLabels(Map.of("app.kubernetes.io/instance", "chat"));

    assertThat(ownership.objection(service))
        .contains(
            "Service chat exists and was not made by Zonefleet; rename or delete it, or rename the"
                + " fleet or its zone");
  }

  @Test
  void anOwnerThatDoesNotControlItDoesNotCount() {
    service.getMetadata().getOwnerReferences().getFirst().setController(false);
    service.getMetadata().setLabels(Map.of());

    assertThat(ownership.objection(service)).isPresent();
    assertThat(ownership.controls(service)).isFalse();
  }

  @Test
  void thatOfADeletedFleetOfTheSameNameIsWaitedFor() {
    service.getMetadata().getOwnerReferences().getFirst().setUid("uid-of-its-predecessor");

    assertThat(ownership.objection(service))
        .contains(
            "Service chat belongs to a deleted DeepSeekDeployment chat; it is made again once it is"
                + " gone");
    assertThat(ownership.controls(service)).isFalse();
  }

  @Test
  void whatIsBeingDeletedIsWaitedFor() {
    service.getMetadata().setDeletionTimestamp("2026-11-24T00:00:00Z");

    assertThat(ownership.objection(service))
        .contains("Service chat is being deleted; it is made again once it is gone");
  }

  @Test
  void aClaimIsTheFleetsByItsLabelsAndNeverPruned() {
    assertThat(ownership.objection(claim)).isEmpty();
    assertThat(ownership.controls(claim)).isFalse();

    claim.getMetadata().getLabels().put("app.kubernetes.io/instance", "another");
    assertThat(ownership.objection(claim)).isPresent();
  }
}
