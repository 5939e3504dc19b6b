package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.Labels;
import java.util.Map;
import java.util.Optional;

/**
 * Whose an object is. Two fleets, or a fleet and a stranger, can want the same name: fleet {@code
 * chat} with zone {@code a} and fleet {@code chat-a} both make a Service {@code chat-a}.
 */
final class Ownership {
  private final DeepSeekDeployment fleet;

  Ownership(DeepSeekDeployment fleet) {
    this.fleet = fleet;
  }

  /** Whether the fleet is the object's controlling owner, so that it may be pruned. */
  boolean controls(HasMetadata live) {
    return controller(live).map(this::isFleet).orElse(false);
  }

  /** Why the fleet must leave an object as it is, in words; empty where it may be changed. */
  Optional<String> objection(HasMetadata live) {
    var what = live.getKind() + " " + live.getMetadata().getName();
    if (live.getMetadata().getDeletionTimestamp() != null) {
      return Optional.of(what + " is being deleted; it is made again once it is gone");
    }
    if (live instanceof PersistentVolumeClaim) {
      return hasOurLabels(live)
          ? Optional.empty()
          : Optional.of(
              what
                  + " exists and was not made for this fleet; to use it, name it in"
                  + " spec.storage.claims");
    }
    var owner = controller(live);
    if (owner.isPresent()) {
      return isFleet(owner.get()) ? Optional.empty() : Optional.of(belongsTo(what, owner.get()));
    }
    return hasOurLabels(live) // left behind by kubectl delete --cascade=orphan
        ? Optional.empty()
        : Optional.of(
            what
                + " exists and was not made by Zonefleet; rename or delete it, or rename the fleet"
                + " or its zone");
  }

  private String belongsTo(String what, OwnerReference owner) {
    var named = owner.getKind() + " " + owner.getName();
    var predecessor =
        owner.getKind().equals(fleet.getKind())
            && owner.getName().equals(fleet.getMetadata().getName());
    return predecessor
        ? what + " belongs to a deleted " + named + "; it is made again once it is gone"
        : what + " belongs to " + named + "; rename the fleet or its zone";
  }

  private boolean isFleet(OwnerReference owner) {
    return owner.getUid().equals(fleet.getMetadata().getUid());
  }

  private boolean hasOurLabels(HasMetadata live) {
    var labels = live.getMetadata().getLabels();
    return (labels == null ? Map.<String, String>of() : labels)
        .entrySet()
        .containsAll(Labels.fleet(fleet.getMetadata().getName()).entrySet());
  }

  private static Optional<OwnerReference> controller(HasMetadata live) {
    return live.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .findFirst();
  }
}
