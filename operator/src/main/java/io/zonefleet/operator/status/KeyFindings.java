package io.zonefleet.operator.status;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.PodAnswer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * API keys that the spec asks for and pods do not have. The operator does not read users' Secrets:
 * what it knows of them is how many keys its pods have found.
 */
public final class KeyFindings {
  private KeyFindings() {}

  /**
   * @param answers of the fleet's ready pods
   */
  public static List<Finding> of(DeepSeekDeployment fleet, List<PodAnswer> answers) {
    if (fleet.getSpec().auth() == null) {
      return List.of();
    }
    var secret = fleet.getSpec().auth().apiKeysSecret();
    var namespace = fleet.getMetadata().getNamespace();
    return answers.stream()
        .filter(a -> a.apiKeys().orElse(0) == 0)
        .collect(Collectors.groupingBy(a -> a.apiKeys().isPresent()))
        .entrySet()
        .stream()
        .map(
            group ->
                group.getKey()
                    ? missing(secret, namespace, group.getValue())
                    : notAsked(group.getValue()))
        .toList();
  }

  private static Finding missing(String secret, String namespace, List<PodAnswer> pods) {
    return Finding.ofFleet(
        Finding.Reason.ApiKeysMissing,
        ("Secret %s (spec.auth.apiKeysSecret) has no API key for %s, which refuse every request;"
                + " create it with kubectl create secret generic %s -n %s"
                + " --from-literal=CLIENT=KEY, each KEY of 16 to 512 printable characters; pods"
                + " find it within two minutes")
            .formatted(secret, names(pods), secret, namespace));
  }

  private static Finding notAsked(List<PodAnswer> pods) {
    return Finding.ofFleet(
        Finding.Reason.ApiKeysNotAsked,
        ("%s answer without asking for the keys of spec.auth.apiKeysSecret; serve with Zonefleet's"
                + " own inference-pod, or have spec.server.args make this server ask for keys and"
                + " remove spec.auth")
            .formatted(names(pods)));
  }

  private static String names(List<PodAnswer> pods) {
    var names = pods.stream().map(PodAnswer::pod).sorted().toList();
    return "pods "
        + String.join(", ", names.subList(0, Math.min(3, names.size())))
        + (names.size() > 3 ? " and " + (names.size() - 3) + " more" : "");
  }
}
