package io.zonefleet.operator.trust;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A certificate in use and whom its holder trusts, as they are kept in a Secret of type {@code
 * kubernetes.io/tls}.
 *
 * @param trusted whose signature its holder accepts, at least one
 */
public record Leaf(KeyedCertificate own, List<X509Certificate> trusted) {
  public static final String CERTIFICATE = "tls.crt";
  public static final String KEY = "tls.key";
  public static final String TRUSTED = "ca.crt";

  public Leaf {
    trusted = List.copyOf(trusted);
  }

  public Map<String, String> pem() {
    return Map.of(
        CERTIFICATE, Pem.of(own.certificate()), KEY, Pem.of(own.key()), TRUSTED, Pem.of(trusted));
  }

  /**
   * Reads what {@link #pem} writes.
   *
   * @throws IllegalArgumentException when something is missing or cannot be read
   */
  public static Leaf parse(Map<String, String> pem) {
    for (var key : List.of(CERTIFICATE, KEY, TRUSTED)) {
      if (!pem.containsKey(key)) {
        throw new IllegalArgumentException(key + " is missing");
      }
    }
    return new Leaf(
        Pem.keyed(pem.get(CERTIFICATE), pem.get(KEY)), Pem.certificates(pem.get(TRUSTED)));
  }

  /**
   * What follows on the one that is held: its certificate while that can stay, or else a new one,
   * and whom the authority trusts now.
   */
  public static Leaf next(
      Optional<Leaf> held,
      Authority authority,
      Lifetimes lifetimes,
      Instant now,
      Supplier<KeyedCertificate> made) {
    var own =
        held.filter(leaf -> leaf.keeps(authority, lifetimes, now)).map(Leaf::own).orElseGet(made);
    return new Leaf(own, authority.trusted(now));
  }

  /** Whether it can stay as it is: signed by the current authority, not due, all trust in place. */
  public boolean isFresh(Authority authority, Lifetimes lifetimes, Instant now) {
    return keeps(authority, lifetimes, now) && trusted.equals(authority.trusted(now));
  }

  /** Whether its certificate can stay, whoever is trusted. */
  public boolean keeps(Authority authority, Lifetimes lifetimes, Instant now) {
    return authority.signed(own.certificate())
        && now.isBefore(lifetimes.due(own.certificate()))
        // made by a clock that ran ahead of all tolerance
        && !own.certificate().getNotBefore().toInstant().isAfter(now);
  }
}
