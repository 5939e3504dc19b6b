package io.zonefleet.operator.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What certificates say. */
class IssuerTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Issuer ISSUER = new Issuer(Lifetimes.DEFAULT);
  private static final GatewayIdentity CHAT = new GatewayIdentity("models", "chat");

  private final Authority authority = Authority.first(ISSUER, NOW);

  @Test
  void anAuthoritySignsLeavesOnlyAndIsGoodForAYear() throws Exception {
    var certificate = authority.current().certificate();
    assertThat(certificate.getBasicConstraints()).isZero();
    assertThat(certificate.getKeyUsage()[5]).as("keyCertSign").isTrue();
    assertThat(certificate.getNotBefore()).isEqualTo(NOW.minus(Duration.ofMinutes(5)));
    assertThat(certificate.getNotAfter()).isEqualTo(NOW.plus(Duration.ofDays(365)));
    certificate.verify(certificate.getPublicKey());
    assertThat(((ECPublicKey) certificate.getPublicKey()).getParams().getOrder().bitLength())
        .isEqualTo(256);
  }

  @Test
  void aGatewaysCertificateNamesItsFleetAndServesNoServer() throws Exception {
    var leaf = ISSUER.gateway(authority.current(), CHAT, NOW).certificate();
    assertThat(leaf.getSubjectAlternativeNames())
        .containsExactly(List.of(6, "spiffe://zonefleet.io/ns/models/fleet/chat"));
    assertThat(GatewayIdentity.of(leaf)).contains(CHAT);
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(leaf.getBasicConstraints()).as("no authority").isEqualTo(-1);
    assertThat(leaf.getNotAfter()).isEqualTo(NOW.plus(Duration.ofDays(30)));
    assertThat(authority.signed(leaf)).isTrue();
    assertThat(Authority.first(ISSUER, NOW).signed(leaf)).isFalse();
  }

  @Test
  void aServersCertificateNamesTheServiceAndNoFleet() throws Exception {
    var leaf = ISSUER.server(authority.current(), "zonefleet-xds.zonefleet.svc", NOW).certificate();
    assertThat(leaf.getSubjectAlternativeNames())
        .containsExactly(List.of(2, "zonefleet-xds.zonefleet.svc"));
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(GatewayIdentity.of(leaf)).isEmpty();
  }

  @Test
  void theLongestNamesThatKubernetesAllowsFit() {
    var longest = new GatewayIdentity("n".repeat(63), "f".repeat(253));
    var leaf = ISSUER.gateway(authority.current(), longest, NOW).certificate();
    assertThat(GatewayIdentity.of(leaf)).contains(longest);
  }

  @Test
  void aLeafEndsNoLaterThanWhoSignedIt() {
    var late = NOW.plus(Duration.ofDays(350));
    var leaf = ISSUER.gateway(authority.current(), CHAT, late).certificate();
    assertThat(leaf.getNotAfter()).isEqualTo(authority.current().certificate().getNotAfter());
  }

  @Test
  void aLeafIsRenewedAfterTwoThirdsOrUnderAnotherAuthority() {
    var leaf = new Leaf(ISSUER.gateway(authority.current(), CHAT, NOW), authority.trusted(NOW));
    assertThat(fresh(leaf, authority, 19)).isTrue();
    assertThat(fresh(leaf, authority, 20)).isFalse();
    assertThat(fresh(leaf, Authority.first(ISSUER, NOW), 1)).isFalse();
    var published =
        new Authority(Optional.empty(), authority.current(), Optional.of(ISSUER.authority(NOW)));
    assertThat(fresh(leaf, published, 1)).as("whom to trust has changed").isFalse();
    assertThat(leaf.keeps(published, Lifetimes.DEFAULT, NOW)).as("its own can stay").isTrue();
  }

  @Test
  void aLeafFromAClockThatRanFarAheadIsMadeAnew() {
    var future = NOW.plus(Duration.ofHours(1));
    var leaf = new Leaf(ISSUER.gateway(authority.current(), CHAT, future), authority.trusted(NOW));
    assertThat(fresh(leaf, authority, 0)).isFalse();
  }

  @Test
  void aLeafReadsBackAsItWasWritten() {
    var leaf = new Leaf(ISSUER.gateway(authority.current(), CHAT, NOW), authority.trusted(NOW));
    assertThat(Leaf.parse(leaf.pem())).isEqualTo(leaf);
    var pem = new TreeMap<>(leaf.pem());
    pem.remove("ca.crt");
    assertThatThrownBy(() -> Leaf.parse(pem)).hasMessage("ca.crt is missing");
    assertThatThrownBy(() -> Leaf.parse(Map.of("tls.crt", "", "tls.key", "", "ca.crt", "")))
        .hasMessage("no certificate in PEM");
  }

  private static boolean fresh(Leaf leaf, Authority authority, int day) {
    return leaf.isFresh(authority, Lifetimes.DEFAULT, NOW.plus(Duration.ofDays(day)));
  }
}
