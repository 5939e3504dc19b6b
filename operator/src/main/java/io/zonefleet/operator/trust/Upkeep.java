package io.zonefleet.operator.trust;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a replica does about the Secret that holds the authority. All replicas do the same, each
 * onto the version that it read, so that the first write wins and the others read it.
 *
 * <p>A replica remembers the authority that it used last, and puts it back when the Secret is
 * deleted or broken: a new one would be unknown to every gateway until its own Secret has changed.
 */
public final class Upkeep {
  /** How long a replica that knows no authority leaves a broken Secret to one that does. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Rotation rotation;
  private final Issuer issuer;

  public Upkeep(Rotation rotation, Issuer issuer) {
    this.rotation = rotation;
    this.issuer = issuer;
  }

  /** What the API server holds. */
  public sealed interface Found {
    record Absent() implements Found {}

    /**
     * @param version of the Secret
     */
    record Readable(String version, Authority authority) implements Found {}

    /**
     * @param version of the Secret
     * @param why a sentence without its content
     */
    record Unreadable(String version, String why) implements Found {}
  }

  /** What is to be done. */
  public sealed interface Step {
    /** Nothing is to be written. */
    record Use(Authority authority) implements Step {}

    /** The Secret is to be created; who finds it there reads it. */
    record Create(Authority authority) implements Step {}

    /** The Secret is to be replaced if it is still of that version; else it is read again. */
    record Replace(String version, Authority authority, String why) implements Step {}

    /** Somebody else may know better; look again soon. */
    record Wait(String why) implements Step {}
  }

  /**
   * @param known what this replica used last
   * @param firstLook when this replica looked first
   */
  public Step decide(Found found, Optional<Authority> known, Instant firstLook, Instant now) {
    return switch (found) {
      case Found.Absent absent ->
          new Step.Create(
              known
                  .map(authority -> rotation.step(authority, now))
                  .orElseGet(() -> Authority.first(issuer, now)));
      case Found.Readable readable -> {
        var next = rotation.step(readable.authority(), now);
        yield next.equals(readable.authority())
            ? new Step.Use(next)
            : new Step.Replace(readable.version(), next, "rotates");
      }
      case Found.Unreadable unreadable -> {
        if (known.isPresent()) {
          yield new Step.Replace(
              unreadable.version(), rotation.step(known.get(), now), unreadable.why());
        }
        yield now.isBefore(firstLook.plus(PATIENCE))
            ? new Step.Wait(unreadable.why())
            : new Step.Replace(
                unreadable.version(), Authority.first(issuer, now), unreadable.why());
      }
    };
  }
}
