package io.zonefleet.operator.reconcile;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.zonefleet.operator.traffic.XdsCredentials;
import io.zonefleet.operator.trust.Authority;
import io.zonefleet.operator.trust.Issuer;
import io.zonefleet.operator.trust.KeyedCertificate;
import io.zonefleet.operator.trust.Leaf;
import io.zonefleet.operator.trust.Lifetimes;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The certificate of this replica's discovery server. It is made anew at each start and kept
 * nowhere, for the authority is at hand.
 */
final class ServerCertificate {
  private static final Logger LOG = Logger.getLogger(ServerCertificate.class);

  private final String host;
  private final Issuer issuer;
  private final Lifetimes lifetimes;
  private final XdsCredentials credentials;
  private volatile Authority authority;
  private volatile Leaf leaf;

  /**
   * @param host DNS name by which gateways know the operator
   */
  ServerCertificate(
      String host,
      Issuer issuer,
      Lifetimes lifetimes,
      XdsCredentials credentials,
      MeterRegistry metrics) {
    this.host = host;
    this.issuer = issuer;
    this.lifetimes = lifetimes;
    this.credentials = credentials;
    ends(metrics, "authority", () -> authority.current());
    ends(metrics, "server", () -> leaf.own());
  }

  private void ends(MeterRegistry metrics, String of, Supplier<KeyedCertificate> certificate) {
    Gauge.builder(
            "zonefleet.certificate.end.timestamp.seconds",
            () -> leaf == null ? Double.NaN : seconds(certificate.get().certificate()))
        .description("When a certificate of this replica ends, in seconds since 1970")
        .tag("of", of)
        .register(metrics);
  }

  private static double seconds(X509Certificate certificate) {
    return certificate.getNotAfter().getTime() / 1000.0;
  }

  /** What it shows now; empty at first. Thread-safe. */
  Optional<X509Certificate> shows() {
    return Optional.ofNullable(leaf).map(shown -> shown.own().certificate());
  }

  /** Follows the authority, and renews what is due. */
  void keep(Authority current, Instant now) {
    authority = current;
    if (leaf != null && leaf.isFresh(current, lifetimes, now)) {
      return;
    }
    var next =
        Leaf.next(
            Optional.ofNullable(leaf),
            current,
            lifetimes,
            now,
            () -> issuer.server(current.current(), host, now));
    credentials.use(next);
    leaf = next;
    LOG.infof("certificate of the xDS server: %s, %d trusted", next.own(), next.trusted().size());
  }
}
