package io.zonefleet.operator.trust;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose gateway a certificate speaks for: a fleet, by its namespace and name. In the certificate it
 * stands as a URI among the subject's alternative names, in the form of a SPIFFE ID.
 */
public record GatewayIdentity(String namespace, String fleet) {
  private static final String PREFIX = "spiffe://zonefleet.io/ns/";

  /** Names of Kubernetes have no slash, so the parts cannot run into each other. */
  private static final Pattern URI =
      Pattern.compile(Pattern.quote(PREFIX) + "([^/]+)/fleet/([^/]+)");

  private static final int URI_NAME = 6;

  /** {@code spiffe://zonefleet.io/ns/NAMESPACE/fleet/NAME}. */
  public String uri() {
    return PREFIX + namespace + "/fleet/" + fleet;
  }

  /** Empty where the certificate is nobody's gateway, or names more than one. */
  public static Optional<GatewayIdentity> of(X509Certificate certificate) {
    var names = uris(certificate);
    if (names.size() != 1) {
      return Optional.empty();
    }
    var parts = URI.matcher(names.getFirst());
    return parts.matches()
        ? Optional.of(new GatewayIdentity(parts.group(1), parts.group(2)))
        : Optional.empty();
  }

  private static List<String> uris(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.getFirst().equals(URI_NAME))
              .map(name -> (String) name.getLast())
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }
}
