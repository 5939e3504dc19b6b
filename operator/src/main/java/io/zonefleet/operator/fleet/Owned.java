package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.Map;

/** Metadata of generated objects. */
final class Owned {

  private Owned() {}

  /** Metadata of an object that goes when the fleet goes. */
  static ObjectMeta meta(DeepSeekDeployment fleet, String name, Map<String, String> labels) {
    return new ObjectMetaBuilder(userData(fleet, name, labels))
        .withOwnerReferences(reference(fleet))
        .build();
  }

  /** Metadata of an object that outlives the fleet: no owner, so nothing collects it. */
  static ObjectMeta userData(DeepSeekDeployment fleet, String name, Map<String, String> labels) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(fleet.getMetadata().getNamespace())
        .withLabels(labels)
        .build();
  }

  private static OwnerReference reference(DeepSeekDeployment fleet) {
    return new OwnerReferenceBuilder()
        .withApiVersion(fleet.getApiVersion())
        .withKind(fleet.getKind())
        .withName(fleet.getMetadata().getName())
        .withUid(fleet.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }
}
