package io.zonefleet.operator.trust;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Who signs the certificates of operators and gateways, and who else is trusted while one signer
 * follows another.
 *
 * @param previous signed before; what it signed is still good
 * @param current signs
 * @param next will sign; it is trusted already, so that nobody meets it unprepared
 */
public record Authority(
    Optional<X509Certificate> previous, KeyedCertificate current, Optional<KeyedCertificate> next) {
  private static final String CERTIFICATE = ".crt";
  private static final String KEY = ".key";

  /** A first authority. */
  public static Authority first(Issuer issuer, Instant now) {
    return new Authority(Optional.empty(), issuer.authority(now), Optional.empty());
  }

  /** Everybody whose signature counts, those that have ended left out; at least {@code current}. */
  public List<X509Certificate> trusted(Instant now) {
    return Stream.of(
            Stream.of(current.certificate()),
            next.map(KeyedCertificate::certificate).stream(),
            previous.filter(p -> !KeyedCertificate.hasEnded(p, now)).stream())
        .flatMap(s -> s)
        .toList();
  }

  /** Whether {@code current} has signed a certificate. */
  public boolean signed(X509Certificate leaf) {
    try {
      leaf.verify(current.certificate().getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /**
   * As it is kept in a Secret: {@code current.crt}, {@code current.key}, and as far as they are
   * there {@code next.crt}, {@code next.key}, {@code previous.crt}; all PEM.
   */
  public Map<String, String> pem() {
    var texts = new TreeMap<String, String>();
    put(texts, "current", current);
    next.ifPresent(n -> put(texts, "next", n));
    previous.ifPresent(p -> texts.put("previous" + CERTIFICATE, Pem.of(p)));
    return texts;
  }

  private static void put(Map<String, String> texts, String name, KeyedCertificate keyed) {
    texts.put(name + CERTIFICATE, Pem.of(keyed.certificate()));
    texts.put(name + KEY, Pem.of(keyed.key()));
  }

  /**
   * Reads what {@link #pem} writes.
   *
   * @throws IllegalArgumentException naming the entry that cannot be read, and why
   */
  public static Authority parse(Map<String, String> pem) {
    return new Authority(
        pem.containsKey("previous" + CERTIFICATE)
            ? Optional.of(named("previous", () -> certificate(pem, "previous")))
            : Optional.empty(),
        named("current", () -> keyed(pem, "current")),
        pem.containsKey("next" + CERTIFICATE)
            ? Optional.of(named("next", () -> keyed(pem, "next")))
            : Optional.empty());
  }

  private static KeyedCertificate keyed(Map<String, String> pem, String name) {
    return Pem.keyed(entry(pem, name + CERTIFICATE), entry(pem, name + KEY));
  }

  private static X509Certificate certificate(Map<String, String> pem, String name) {
    return Pem.certificates(entry(pem, name + CERTIFICATE)).getFirst();
  }

  private static String entry(Map<String, String> pem, String key) {
    if (!pem.containsKey(key)) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return pem.get(key);
  }

  private static <T> T named(String name, Supplier<T> part) {
    try {
      return part.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }
}
