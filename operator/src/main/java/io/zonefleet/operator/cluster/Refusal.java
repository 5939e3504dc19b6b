package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClientException;

/** Says in a sentence why the API server refused an object. */
final class Refusal {

  private Refusal() {}

  static String of(HasMetadata object, KubernetesClientException refusal) {
    var what = object.getKind() + " " + object.getMetadata().getName();
    var text =
        refusal.getStatus() == null || refusal.getStatus().getMessage() == null
            ? refusal.getMessage()
            : refusal.getStatus().getMessage();
    // the API server repeats the name, and may add a difference in the syntax of Go
    var reason =
        text.lines().findFirst().orElse("").replaceFirst("^\\S+ \"\\S+\" is invalid: ", "");
    return what + ": " + reason + advice(object, reason);
  }

  private static String advice(HasMetadata object, String reason) {
    return switch (object) {
      case PersistentVolumeClaim claim when reason.contains("is immutable") ->
          "; set spec.storage back to what the claim has, or name another claim in"
              + " spec.storage.claims";
      // claim templates are the only such field that a spec can change
      case StatefulSet set when reason.contains("updates to statefulset spec for fields other") ->
          "; claims of single pods cannot change: set spec.storage back, or delete the StatefulSet"
              + " with --cascade=orphan, so that it is made anew over the pods that run";
      default -> "";
    };
  }
}
