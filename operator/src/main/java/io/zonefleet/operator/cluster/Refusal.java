package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
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
    var quoted =
        "%s \"%s\" is invalid: ".formatted(object.getKind(), object.getMetadata().getName());
    var reason = text.lines().findFirst().orElse("").replace(quoted, "");
    var advice =
        object instanceof PersistentVolumeClaim
            ? "; set spec.storage back to what the claim has, or name another claim in"
                + " spec.storage.claims"
            : "";
    return what + ": " + reason + advice;
  }
}
