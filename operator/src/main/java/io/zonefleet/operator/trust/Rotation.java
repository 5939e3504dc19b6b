package io.zonefleet.operator.trust;

import java.time.Instant;
import java.util.Optional;

/**
 * How one authority follows another. A new one is trusted for a while before it signs, and the old
 * one until it ends, so that at no moment a certificate in use is unknown to its reader:
 *
 * <pre>
 *   current A ── two thirds of its life ──► current A, next B ── overlap ──► current B, previous A
 *      ▲                                                                          │
 *      └───────────────────────── A has ended: current B ◄────────────────────────┘
 * </pre>
 *
 * Each step follows from the certificates and the time alone, so that any replica may take it.
 */
public final class Rotation {
  private final Lifetimes lifetimes;
  private final Issuer issuer;

  public Rotation(Lifetimes lifetimes, Issuer issuer) {
    this.lifetimes = lifetimes;
    this.issuer = issuer;
  }

  /** What the authority is to be now; the same where no step is due. */
  public Authority step(Authority authority, Instant now) {
    var previous = authority.previous().filter(p -> !KeyedCertificate.hasEnded(p, now));
    var next = authority.next().filter(n -> !KeyedCertificate.hasEnded(n.certificate(), now));
    var current = authority.current();
    if (KeyedCertificate.hasEnded(current.certificate(), now)) {
      // nobody was there to rotate it; all it signed has ended too
      return new Authority(
          Optional.empty(), next.orElseGet(() -> issuer.authority(now)), Optional.empty());
    }
    if (next.isPresent() && isKnown(next.get(), now)) {
      return new Authority(Optional.of(current.certificate()), next.get(), Optional.empty());
    }
    if (next.isEmpty() && !now.isBefore(lifetimes.due(current.certificate()))) {
      next = Optional.of(issuer.authority(now));
    }
    return new Authority(previous, current, next);
  }

  private boolean isKnown(KeyedCertificate next, Instant now) {
    return !now.isBefore(lifetimes.made(next.certificate()).plus(lifetimes.overlap()));
  }
}
