package io.zonefleet.operator.trust;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** A certificate and its private key, both on EC P-256. */
public record KeyedCertificate(X509Certificate certificate, PrivateKey key) {

  /** Keys stay out of logs. */
  @Override
  public String toString() {
    return certificate.getSubjectX500Principal() + " until " + end(certificate);
  }

  static Instant end(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant();
  }

  static boolean hasEnded(X509Certificate certificate, Instant now) {
    return !now.isBefore(end(certificate));
  }
}
