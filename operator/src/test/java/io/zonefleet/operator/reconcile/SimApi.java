package io.zonefleet.operator.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentSpec;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.Drain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One resource on a simulated API server: every version that it had, and optimistic locking. */
final class SimApi {
  private record Version(long atMillis, DeepSeekDeployment fleet) {}

  private final boolean wire;
  private final List<Version> versions = new ArrayList<>();
  private long version = 100;
  private int lives = 1;

  SimApi(DeepSeekDeploymentSpec spec, boolean wire, long atMillis) {
    this.wire = wire;
    put(spec, null, 1, atMillis);
  }

  DeepSeekDeployment now() {
    return versions.getLast().fleet();
  }

  /** Index of the newest version of that time, for a watch that shows it. */
  int indexAt(long atMillis) {
    int i = versions.size() - 1;
    while (i > 0 && versions.get(i).atMillis() > atMillis) {
      i--;
    }
    return i;
  }

  DeepSeekDeployment version(int index) {
    return versions.get(index).fleet();
  }

  /** A person's change. */
  void edit(DeepSeekDeploymentSpec spec, long atMillis) {
    if (!spec.equals(now().getSpec())) {
      put(spec, now().getStatus(), now().getMetadata().getGeneration() + 1, atMillis);
    }
  }

  /** Deleted, and made again under the same name. */
  void recreate(long atMillis) {
    lives++;
    put(now().getSpec(), null, 1, atMillis);
  }

  /** Empty on a conflict; a write that changes nothing makes no version. */
  Optional<DeepSeekDeployment> writeStatus(
      DeepSeekDeployment read, DeepSeekDeploymentStatus status, long atMillis) {
    var meta = now().getMetadata();
    if (!meta.getUid().equals(read.getMetadata().getUid())
        || !meta.getResourceVersion().equals(read.getMetadata().getResourceVersion())) {
      return Optional.empty();
    }
    var stored = wire ? overTheWire(status) : status;
    if (!stored.equals(now().getStatus())) {
      put(now().getSpec(), stored, meta.getGeneration(), atMillis);
    }
    return Optional.of(now());
  }

  /** Since when the spec asks for this very drain, without a break. */
  long askedSince(String zone) {
    var asked = drain(versions.getLast(), zone);
    int i = versions.size() - 1;
    while (i > 0 && drain(versions.get(i - 1), zone).equals(asked)) {
      i--;
    }
    return versions.get(i).atMillis();
  }

  private static Optional<Drain> drain(Version version, String zone) {
    return version.fleet().getSpec().traffic().drains().stream()
        .filter(d -> d.zone().equals(zone))
        .findFirst();
  }

  private void put(
      DeepSeekDeploymentSpec spec, DeepSeekDeploymentStatus status, long generation, long at) {
    var fleet = new DeepSeekDeployment();
    fleet.setMetadata(
        new ObjectMetaBuilder()
            .withName("chat")
            .withNamespace("models")
            .withUid("life-" + lives)
            .withGeneration(generation)
            .withResourceVersion(Long.toString(version++))
            .build());
    fleet.setSpec(spec);
    fleet.setStatus(status);
    versions.add(new Version(at, fleet));
  }

  private static DeepSeekDeploymentStatus overTheWire(DeepSeekDeploymentStatus status) {
    try {
      return Serialization.unmarshal(
          Serialization.jsonMapper().writeValueAsString(status), DeepSeekDeploymentStatus.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
