package io.zonefleet.operator.fleet;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What a ready pod says of itself.
 *
 * @param revision that it has loaded; empty when it does not say
 * @param digest of the weights that it has loaded; empty when it does not say
 * @param apiKeys how many keys let clients in; empty when it does not ask for keys
 */
public record PodAnswer(
    String pod, String zone, String revision, String digest, OptionalInt apiKeys) {

  /**
   * Digests by zone. Pods of another revision than {@code revision}, in a rollout, are left out.
   */
  public static Map<String, String> digests(List<PodAnswer> answers, String revision) {
    return answers.stream()
        .filter(a -> a.revision().equals(revision) && !a.digest().isEmpty())
        .collect(Collectors.toMap(PodAnswer::zone, PodAnswer::digest, (first, other) -> first));
  }
}
