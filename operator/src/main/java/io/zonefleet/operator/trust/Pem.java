package io.zonefleet.operator.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** Certificates (X.509) and keys (PKCS#8, EC) as text, RFC 7468. */
public final class Pem {
  private static final byte[] PROBE = "zonefleet".getBytes(StandardCharsets.US_ASCII);

  private Pem() {}

  public static String of(X509Certificate certificate) {
    try {
      return write("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalArgumentException("a certificate without an encoding", e);
    }
  }

  /** One after the other. */
  public static String of(Collection<X509Certificate> certificates) {
    return certificates.stream().map(Pem::of).collect(Collectors.joining());
  }

  public static String of(PrivateKey key) {
    return write("PRIVATE KEY", key.getEncoded());
  }

  /**
   * All certificates of a text, in its order; at least one.
   *
   * @throws IllegalArgumentException when there is none, or one cannot be read
   */
  public static List<X509Certificate> certificates(String pem) {
    try {
      var found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
      if (found.isEmpty()) {
        throw new IllegalArgumentException("no certificate in PEM");
      }
      return found.stream().map(X509Certificate.class::cast).toList();
    } catch (CertificateException e) {
      throw new IllegalArgumentException("not a certificate in PEM: " + e.getMessage(), e);
    }
  }

  /**
   * A certificate with its key.
   *
   * @throws IllegalArgumentException when one cannot be read, or they do not belong together
   */
  public static KeyedCertificate keyed(String certificate, String key) {
    var keyed = new KeyedCertificate(certificates(certificate).getFirst(), key(key));
    if (!belongTogether(keyed)) {
      throw new IllegalArgumentException("the key is not that of the certificate");
    }
    return keyed;
  }

  private static PrivateKey key(String pem) {
    try (var reader = new PemReader(new StringReader(pem))) {
      var object = reader.readPemObject();
      if (object == null) {
        throw new IllegalArgumentException("no key in PEM");
      }
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(object.getContent()));
    } catch (IOException | GeneralSecurityException e) {
      // never the content: it may be a key
      throw new IllegalArgumentException("not an EC key in PKCS#8 and PEM", e);
    }
  }

  private static boolean belongTogether(KeyedCertificate keyed) {
    try {
      var signer = Signature.getInstance(Issuer.SIGNATURE);
      signer.initSign(keyed.key());
      signer.update(PROBE);
      var verifier = Signature.getInstance(Issuer.SIGNATURE);
      // of the key: a certificate for signing others only would refuse this
      verifier.initVerify(keyed.certificate().getPublicKey());
      verifier.update(PROBE);
      return verifier.verify(signer.sign());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String write(String type, byte[] content) {
    var text = new StringWriter();
    try (var writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, content));
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
  }
}
