package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.List;

/** Where pods find the API keys of clients: the Secret that the spec names, as a folder. */
final class Keys {
  static final String FOLDER = "/etc/zonefleet/api-keys";

  private static final String VOLUME = "api-keys";

  /** By any user that {@code template.pod} may choose; only this pod sees the volume. */
  private static final int READABLE = 0444;

  private Keys() {}

  static boolean asked(DeepSeekDeployment fleet) {
    return fleet.getSpec().auth() != null;
  }

  /** Optional: a pod without its Secret starts, refuses everybody and says so. */
  static List<Volume> volumes(DeepSeekDeployment fleet) {
    return asked(fleet)
        ? List.of(
            new VolumeBuilder()
                .withName(VOLUME)
                .withNewSecret()
                .withSecretName(fleet.getSpec().auth().apiKeysSecret())
                .withOptional(true)
                .withDefaultMode(READABLE)
                .endSecret()
                .build())
        : List.of();
  }

  static List<VolumeMount> mounts(DeepSeekDeployment fleet) {
    return asked(fleet)
        ? List.of(
            new VolumeMountBuilder()
                .withName(VOLUME)
                .withMountPath(FOLDER)
                .withReadOnly(true)
                .build())
        : List.of();
  }
}
