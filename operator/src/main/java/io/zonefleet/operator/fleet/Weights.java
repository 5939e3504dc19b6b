package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.Storage;
import io.zonefleet.api.v1alpha1.StorageMode;
import io.zonefleet.api.v1alpha1.Zone;
import java.util.List;
import java.util.Map;

/** Where pods find the model: claims, the volume and its read-only mount. */
final class Weights {
  /** The folder in the container that holds a folder for each revision. */
  static final String FOLDER = "/models";

  private Weights() {}

  /** The claims to make; none where {@code spec.storage.claims} names one that exists. */
  static List<PersistentVolumeClaim> claims(DeepSeekDeployment fleet) {
    var name = fleet.getMetadata().getName();
    return switch (storage(fleet).mode()) {
      case PerPod -> List.of(); // the StatefulSet makes them
      case Shared ->
          existing(fleet, Names.SHARED_CLAIM) != null
              ? List.of()
              : List.of(
                  claim(
                      fleet,
                      Names.weightsClaim(name),
                      Labels.component(name, Labels.INFERENCE),
                      "ReadWriteMany"));
      case PerZone ->
          fleet.getSpec().zones().stream()
              .map(Zone::name)
              .filter(zone -> existing(fleet, zone) == null)
              .map(
                  zone ->
                      claim(
                          fleet,
                          Names.weightsClaim(name, zone),
                          Labels.zone(name, Labels.INFERENCE, zone),
                          "ReadWriteMany"))
              .toList();
    };
  }

  /** The StatefulSet's claim templates: one in mode PerPod, else none. */
  static List<PersistentVolumeClaim> templates(DeepSeekDeployment fleet, String zone) {
    if (storage(fleet).mode() != StorageMode.PerPod) {
      return List.of();
    }
    return List.of(
        new PersistentVolumeClaimBuilder()
            .withNewMetadata()
            .withName(Names.WEIGHTS)
            .withLabels(Labels.zoneSelector(fleet.getMetadata().getName(), Labels.INFERENCE, zone))
            .endMetadata()
            .withSpec(claimSpec(fleet, "ReadWriteOnce"))
            .build());
  }

  /** The pod's volume; none in mode PerPod, where the claim template brings it. */
  static List<Volume> volumes(DeepSeekDeployment fleet, String zone) {
    if (storage(fleet).mode() == StorageMode.PerPod) {
      return List.of();
    }
    return List.of(
        new VolumeBuilder()
            .withName(Names.WEIGHTS)
            .withNewPersistentVolumeClaim()
            .withClaimName(claimName(fleet, zone))
            // not read-only here: block storage would then be mounted without its journal's replay
            .endPersistentVolumeClaim()
            .build());
  }

  static VolumeMount mount(DeepSeekDeployment fleet) {
    return new VolumeMountBuilder()
        .withName(Names.WEIGHTS)
        .withMountPath(FOLDER)
        .withSubPath(storage(fleet).subPath())
        .withReadOnly(true)
        .build();
  }

  private static String claimName(DeepSeekDeployment fleet, String zone) {
    var name = fleet.getMetadata().getName();
    var shared = storage(fleet).mode() == StorageMode.Shared;
    var existing = existing(fleet, shared ? Names.SHARED_CLAIM : zone);
    if (existing != null) {
      return existing;
    }
    return shared ? Names.weightsClaim(name) : Names.weightsClaim(name, zone);
  }

  private static String existing(DeepSeekDeployment fleet, String key) {
    var claims = storage(fleet).claims();
    return claims == null ? null : claims.get(key);
  }

  private static PersistentVolumeClaim claim(
      DeepSeekDeployment fleet, String name, Map<String, String> labels, String accessMode) {
    return new PersistentVolumeClaimBuilder()
        .withMetadata(Owned.userData(fleet, name, labels))
        .withSpec(claimSpec(fleet, accessMode))
        .build();
  }

  private static PersistentVolumeClaimSpec claimSpec(DeepSeekDeployment fleet, String accessMode) {
    return new PersistentVolumeClaimSpecBuilder()
        .withAccessModes(accessMode)
        .withStorageClassName(storage(fleet).storageClassName())
        .withNewResources()
        .withRequests(Map.of("storage", new Quantity(storage(fleet).size())))
        .endResources()
        .build();
  }

  private static Storage storage(DeepSeekDeployment fleet) {
    return fleet.getSpec().storage();
  }
}
