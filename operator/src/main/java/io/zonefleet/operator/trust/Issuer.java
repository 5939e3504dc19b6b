package io.zonefleet.operator.trust;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates: X.509 v3 after RFC 5280, keys on P-256, each with a key of its own. */
public final class Issuer {
  static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 127;

  private final Lifetimes lifetimes;
  private final SecureRandom random = new SecureRandom();

  public Issuer(Lifetimes lifetimes) {
    this.lifetimes = lifetimes;
  }

  /** A new authority's own certificate; it may sign leaves and no other authority. */
  KeyedCertificate authority(Instant now) {
    var serial = serial();
    var keys = keys();
    // of a name of its own, so that who verifies never takes one authority for another
    var name = new X500Principal("O=Zonefleet,CN=zonefleet-xds-ca-" + serial.toString(16));
    var unsigned =
        new JcaX509v3CertificateBuilder(
            name,
            serial,
            Date.from(now.minus(lifetimes.skew())),
            Date.from(now.plus(lifetimes.authority())),
            name,
            keys.getPublic());
    try {
      unsigned
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      return new KeyedCertificate(sign(unsigned, keys.getPrivate()), keys.getPrivate());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot make an authority", e);
    }
  }

  /**
   * A certificate for the operator's discovery servers.
   *
   * @param host DNS name by which gateways know them
   */
  public KeyedCertificate server(KeyedCertificate authority, String host, Instant now) {
    return leaf(
        authority, new GeneralName(GeneralName.dNSName, host), KeyPurposeId.id_kp_serverAuth, now);
  }

  /** A certificate for the gateways of a fleet. */
  public KeyedCertificate gateway(KeyedCertificate authority, GatewayIdentity who, Instant now) {
    return leaf(
        authority,
        new GeneralName(GeneralName.uniformResourceIdentifier, who.uri()),
        KeyPurposeId.id_kp_clientAuth,
        now);
  }

  private KeyedCertificate leaf(
      KeyedCertificate authority, GeneralName who, KeyPurposeId purpose, Instant now) {
    var keys = keys();
    var issuer = authority.certificate();
    var end = now.plus(lifetimes.leaf());
    var issuerEnd = KeyedCertificate.end(issuer);
    var unsigned =
        new JcaX509v3CertificateBuilder(
            issuer.getSubjectX500Principal(),
            serial(),
            Date.from(now.minus(lifetimes.skew())),
            Date.from(end.isBefore(issuerEnd) ? end : issuerEnd),
            // the name is in the extension; a subject's has a limit of 64 characters
            new X500Principal("O=Zonefleet"),
            keys.getPublic());
    try {
      var extensions = new JcaX509ExtensionUtils();
      unsigned
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
          .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(who))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              extensions.createSubjectKeyIdentifier(keys.getPublic()))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              extensions.createAuthorityKeyIdentifier(issuer));
      return new KeyedCertificate(sign(unsigned, authority.key()), keys.getPrivate());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot make a certificate", e);
    }
  }

  private static X509Certificate sign(X509v3CertificateBuilder unsigned, PrivateKey key)
      throws GeneralSecurityException {
    try {
      var signer = new JcaContentSignerBuilder(SIGNATURE).build(key);
      return new JcaX509CertificateConverter().getCertificate(unsigned.build(signer));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private BigInteger serial() {
    return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
  }

  private KeyPair keys() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has P-256", e);
    }
  }
}
