package io.zonefleet.operator.traffic;

import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.zonefleet.operator.trust.Leaf;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * Who the discovery server says it is, and whom it believes. A change counts for the next
 * connection; those that are open stay. Thread-safe.
 */
public final class XdsCredentials {
  private final AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509TrustManager trusted;

  public XdsCredentials() {
    try {
      trusted =
          AdvancedTlsX509TrustManager.newBuilder()
              // of clients only the chain counts here; OwnFleetOnly looks at their names
              .setVerification(
                  AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
              .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime verifies certificates", e);
    }
  }

  /** As {@link #XdsCredentials()}, then {@link #use}. */
  public static XdsCredentials of(Leaf leaf) {
    var credentials = new XdsCredentials();
    credentials.use(leaf);
    return credentials;
  }

  /**
   * From now on.
   *
   * @throws IllegalArgumentException when the runtime refuses the certificate
   */
  public void use(Leaf leaf) {
    try {
      // trust first: whoever meets the new certificate may show one of the new authority too
      trusted.updateTrustCredentials(leaf.trusted().toArray(X509Certificate[]::new));
      own.updateIdentityCredentials(
          new X509Certificate[] {leaf.own().certificate()}, leaf.own().key());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot use " + leaf.own() + ": " + e.getMessage(), e);
    }
  }

  X509ExtendedKeyManager keys() {
    return own;
  }

  X509TrustManager trust() {
    return trusted;
  }
}
