package io.zonefleet.operator.status;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Something that keeps a fleet from being what its resource asks for.
 *
 * @param zone that it concerns; empty when it concerns the fleet
 * @param message what is wrong, with the name and the value, and what to do
 */
public record Finding(Reason reason, Optional<String> zone, String message) {
  /** Gravest first: the first one gives the conditions their reason. */
  public static final Comparator<Finding> BY_GRAVITY =
      Comparator.comparing(Finding::reason).thenComparing(f -> f.zone().orElse(""));

  /** Reasons as conditions spell them, gravest first. */
  public enum Reason {
    /** The spec passed the CRD, and still cannot be carried out. */
    SpecInvalid(true),
    /** The API server refused an object. */
    ObjectsRefused(true),
    UnknownZone(true),
    ClaimMissing(true),
    ClaimLost(true),
    ClaimNotBound(true),
    ImageNotPulled(true),
    ContainerNotCreated(true),
    ModelMissing(true),
    DigestMismatch(true),
    ModelNotLoaded(true),
    OutOfMemory(true),
    PodFailed(true),
    /** Nobody is let in. */
    ApiKeysMissing(true),
    /** Everybody is let in, though the spec asks for keys. */
    ApiKeysNotAsked(true),
    Unschedulable(true),
    ZoneNodesNotReady(true),
    GatewayFailed(true),
    GatewayUnconfigured(true),
    /** Nothing is wrong; it takes its time. */
    ZoneWaits(false),
    FrontTurning(false),
    PodsStarting(false),
    GatewaysStarting(false);

    private final boolean fault;

    Reason(boolean fault) {
      this.fault = fault;
    }

    /** Whether a person has to do something, or the cluster has to mend. */
    public boolean isFault() {
      return fault;
    }
  }

  public static Finding ofFleet(Reason reason, String message) {
    return new Finding(reason, Optional.empty(), message);
  }

  public static Finding ofZone(Reason reason, String zone, String message) {
    return new Finding(reason, Optional.of(zone), message);
  }

  /** The message with its zone in front. */
  String inWords() {
    return zone.map(z -> z + ": " + message).orElse(message);
  }

  /** At most three in words: who mends those will see the next ones. */
  static String inWords(List<Finding> findings) {
    var words = findings.stream().map(Finding::inWords).distinct().toList();
    var shown = String.join("; ", words.subList(0, Math.min(3, words.size())));
    return words.size() > 3 ? shown + "; and " + (words.size() - 3) + " more" : shown;
  }
}
