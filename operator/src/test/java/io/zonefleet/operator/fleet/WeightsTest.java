package io.zonefleet.operator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the weights lie in each storage mode, and who owns the claims. */
class WeightsTest {

  @Test
  void perZoneEachZoneHasAClaimThatItsPodsShare() {
    var objects = Fleets.objects(Fleets.chat("storage: {size: 50Gi, storageClassName: fast}"));

    assertThat(claims(objects))
        .extracting(claim -> claim.getMetadata().getName())
        .containsExactly("chat-weights-zone-a", "chat-weights-zone-b");
    var claim = claims(objects).getFirst();
    assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteMany");
    assertThat(claim.getSpec().getStorageClassName()).isEqualTo("fast");
    assertThat(claim.getSpec().getResources().getRequests().get("storage")).hasToString("50Gi");
    assertThat(claimOf(objects, "chat-zone-b")).isEqualTo("chat-weights-zone-b");
  }

  @Test
  void sharedOneClaimServesAllZones() {
    var objects = Fleets.objects(Fleets.chat("storage: {mode: Shared}"));

    assertThat(claims(objects))
        .singleElement()
        .extracting(claim -> claim.getMetadata().getName())
        .isEqualTo("chat-weights");
    assertThat(claimOf(objects, "chat-zone-a")).isEqualTo("chat-weights");
    assertThat(claimOf(objects, "chat-zone-b")).isEqualTo("chat-weights");
  }

  @Test
  void perPodTheStatefulSetMakesAClaimForEachPodAndKeepsIt() {
    var objects = Fleets.objects(Fleets.chat("storage: {mode: PerPod, size: 5Gi}"));
    var spec = Fleets.find(objects, StatefulSet.class, "chat-zone-a").getSpec();

    assertThat(claims(objects)).isEmpty();
    assertThat(spec.getVolumeClaimTemplates())
        .singleElement()
        .satisfies(
            claim -> {
              assertThat(claim.getMetadata().getName()).isEqualTo("weights");
              assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteOnce");
              assertThat(claim.getMetadata().getOwnerReferences()).isEmpty();
            });
    assertThat(spec.getPersistentVolumeClaimRetentionPolicy().getWhenDeleted()).isEqualTo("Retain");
    assertThat(spec.getTemplate().getSpec().getVolumes())
        .extracting(volume -> volume.getName())
        .containsExactly("tmp");
  }

  @Test
  void claimsThatExistAreUsedAndNotMade() {
    var objects = Fleets.objects(Fleets.chat("storage: {claims: {zone-b: mine}}"));

    assertThat(claims(objects))
        .extracting(claim -> claim.getMetadata().getName())
        .containsExactly("chat-weights-zone-a");
    assertThat(claimOf(objects, "chat-zone-a")).isEqualTo("chat-weights-zone-a");
    assertThat(claimOf(objects, "chat-zone-b")).isEqualTo("mine");

    var shared = Fleets.objects(Fleets.chat("storage: {mode: Shared, claims: {shared: mine}}"));
    assertThat(claims(shared)).isEmpty();
    assertThat(claimOf(shared, "chat-zone-a")).isEqualTo("mine");
  }

  @Test
  void claimsAreUserDataSoNothingOwnsThem() {
    assertThat(claims(Fleets.objects(Fleets.chat())))
        .allSatisfy(claim -> assertThat(claim.getMetadata().getOwnerReferences()).isEmpty());
  }

  @Test
  void weightsAreMountedReadOnlyFromTheirFolder() {
    assertThat(mount(Fleets.chat()).getSubPath()).isNull();
    var mount = mount(Fleets.chat("storage: {subPath: teams/ml}"));
    assertThat(mount.getSubPath()).isEqualTo("teams/ml");
    assertThat(mount.getMountPath()).isEqualTo("/models");
    assertThat(mount.getReadOnly()).isTrue();
  }

  private static VolumeMount mount(String yaml) {
    return Fleets.find(Fleets.objects(yaml), StatefulSet.class, "chat-zone-a")
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getVolumeMounts()
        .getFirst();
  }

  private static List<PersistentVolumeClaim> claims(List<HasMetadata> objects) {
    return objects.stream()
        .filter(PersistentVolumeClaim.class::isInstance)
        .map(PersistentVolumeClaim.class::cast)
        .toList();
  }

  private static String claimOf(List<HasMetadata> objects, String set) {
    return Fleets.find(objects, StatefulSet.class, set)
        .getSpec()
        .getTemplate()
        .getSpec()
        .getVolumes()
        .getFirst()
        .getPersistentVolumeClaim()
        .getClaimName();
  }
}
