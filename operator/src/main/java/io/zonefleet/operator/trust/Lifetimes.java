package io.zonefleet.operator.trust;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * How long certificates are good. Each is renewed after two thirds of its time.
 *
 * @param authority of the authority's own certificate
 * @param leaf of certificates of operators and gateways
 * @param overlap for which a new authority is trusted before it signs; longer than a node is likely
 *     to take to hand a changed Secret to its pods
 * @param skew by which clocks may differ: certificates are good from so long before they are made
 */
public record Lifetimes(Duration authority, Duration leaf, Duration overlap, Duration skew) {
  public static final Lifetimes DEFAULT =
      new Lifetimes(
          Duration.ofDays(365), Duration.ofDays(30), Duration.ofDays(1), Duration.ofMinutes(5));

  private static final int RENEWED_AFTER_THIRDS = 2;

  /**
   * @throws IllegalArgumentException unless {@code leaf} and {@code overlap} fit into the last
   *     third of {@code authority}, so that no leaf has to end early
   */
  public Lifetimes {
    positive("authority", authority);
    positive("leaf", leaf);
    positive("overlap", overlap);
    if (skew.isNegative()) {
      throw new IllegalArgumentException("skew " + skew + " must not be below 0");
    }
    var last = authority.dividedBy(3);
    if (leaf.plus(overlap).compareTo(last) > 0) {
      throw new IllegalArgumentException(
          "leaf %s and overlap %s together must be at most a third of authority %s, %s"
              .formatted(leaf, overlap, authority, last));
    }
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " " + value + " must be above 0");
    }
  }

  /** When a certificate was made, by the clock of who made it. */
  Instant made(X509Certificate certificate) {
    return certificate.getNotBefore().toInstant().plus(skew);
  }

  /** When a certificate is to be renewed. */
  public Instant due(X509Certificate certificate) {
    var made = made(certificate);
    var life = Duration.between(made, KeyedCertificate.end(certificate));
    return made.plus(life.multipliedBy(RENEWED_AFTER_THIRDS).dividedBy(3));
  }
}
