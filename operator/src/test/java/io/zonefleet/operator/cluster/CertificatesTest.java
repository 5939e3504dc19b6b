package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.fleet.GatewaySecret;
import io.zonefleet.operator.reconcile.ApiServer;
import io.zonefleet.operator.reconcile.ApiServerIsBuilt;
import io.zonefleet.operator.reconcile.SharedApiServer;
import io.zonefleet.operator.trust.Authority;
import io.zonefleet.operator.trust.GatewayIdentity;
import io.zonefleet.operator.trust.Issuer;
import io.zonefleet.operator.trust.Leaf;
import io.zonefleet.operator.trust.Lifetimes;
import io.zonefleet.operator.trust.Rotation;
import io.zonefleet.operator.trust.Upkeep.Found;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Secrets of certificates on a real API server. */
@ExtendWith({ApiServerIsBuilt.class, SharedApiServer.class})
class CertificatesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Issuer ISSUER = new Issuer(Lifetimes.DEFAULT);
  private static final Rotation ROTATION = new Rotation(Lifetimes.DEFAULT, ISSUER);

  private final Authority authority = Authority.first(ISSUER, NOW);
  private FleetNamespace cluster;
  private GatewayCertificates certificates;

  @BeforeEach
  void makeNamespace(ApiServer server) {
    cluster = new FleetNamespace(server);
    certificates = new GatewayCertificates(cluster.client, ISSUER, Lifetimes.DEFAULT);
  }

  @Test
  void theAuthorityIsCreatedOnceAndReplacedOnlyOntoWhatWasRead() {
    try (var one = authoritySecret();
        var other = authoritySecret()) {
      assertThat(one.read()).isEqualTo(new Found.Absent());
      assertThat(one.create(authority)).isTrue();
      assertThat(other.create(Authority.first(ISSUER, NOW))).as("it is there already").isFalse();

      var read = (Found.Readable) other.read();
      assertThat(read.authority()).isEqualTo(authority);

      var later = ROTATION.step(authority, NOW.plus(Duration.ofDays(250)));
      assertThat(one.replace(read.version(), later)).isTrue();
      assertThat(other.replace(read.version(), authority)).as("not of that version").isFalse();
      assertThat(((Found.Readable) other.read()).authority()).isEqualTo(later);
    }
  }

  @Test
  void eachChangeOfTheAuthorityIsTold() throws Exception {
    try (var one = authoritySecret()) {
      var told = new Semaphore(0);
      one.start(told::release);
      one.create(authority);
      assertThat(told.tryAcquire(10, TimeUnit.SECONDS)).as("created").isTrue();
      cluster.client.secrets().inNamespace(cluster.namespace).withName("ca").delete();
      assertThat(told.tryAcquire(10, TimeUnit.SECONDS)).as("deleted").isTrue();
    }
  }

  @Test
  void aBrokenAuthorityIsToldApartFromNone() {
    try (var one = authoritySecret()) {
      one.create(authority);
      edit("ca", secret -> new SecretBuilder(secret).removeFromData("current.key").build());
      assertThat(one.read())
          .isInstanceOfSatisfying(
              Found.Unreadable.class,
              broken -> assertThat(broken.why()).isEqualTo("current: current.key is missing"));
      edit("ca", secret -> new SecretBuilder(secret).withData(Map.of()).build());
      assertThat(one.read()).isInstanceOf(Found.Unreadable.class);
    }
  }

  private AuthoritySecret authoritySecret() {
    return new AuthoritySecret(cluster.client, cluster.client, cluster.namespace, "ca");
  }

  @Test
  void aFleetsGatewaysGetACertificateThatGoesWithTheFleet() {
    var fleet = cluster.create(Fleets.chat());
    assertThat(keep(fleet, NOW)).isEmpty();

    var secret = secret().orElseThrow();
    assertThat(secret.getType()).isEqualTo("kubernetes.io/tls");
    assertThat(secret.getMetadata().getOwnerReferences().getFirst().getUid())
        .isEqualTo(fleet.getMetadata().getUid());
    var leaf = leaf();
    assertThat(GatewayIdentity.of(leaf.own().certificate()))
        .contains(new GatewayIdentity(cluster.namespace, "chat"));
    assertThat(leaf.trusted()).containsExactly(authority.current().certificate());
  }

  @Test
  void aSecondLookWritesNothingUntilItIsDue() {
    var fleet = cluster.create(Fleets.chat());
    keep(fleet, NOW);
    var first = secret().orElseThrow();

    keep(fleet, NOW.plus(Duration.ofDays(19)));
    assertThat(secret()).contains(first);

    keep(fleet, NOW.plus(Duration.ofDays(21)));
    assertThat(leaf().own().certificate().getNotAfter()).isEqualTo(NOW.plus(Duration.ofDays(51)));
  }

  @Test
  void whomToTrustChangesWithoutANewCertificate() {
    var fleet = cluster.create(Fleets.chat());
    var late = NOW.plus(Duration.ofDays(240));
    keep(fleet, late);
    var own = leaf().own();

    var due = NOW.plus(Duration.ofDays(244));
    var published = ROTATION.step(authority, due);
    assertThat(certificates.keep(fleet, published, due)).isEmpty();

    assertThat(leaf().own()).isEqualTo(own);
    assertThat(leaf().trusted()).hasSize(2);
  }

  @Test
  void aSecretThatIsDeletedOrBrokenHeals() {
    var fleet = cluster.create(Fleets.chat());
    keep(fleet, NOW);

    cluster.client.resource(secret().orElseThrow()).delete();
    keep(fleet, NOW);
    assertThat(leaf().own()).isNotNull();

    edit(
        "chat-gateway-identity",
        secret -> new SecretBuilder(secret).addToData("tls.key", "AAAA").build());
    keep(fleet, NOW);
    assertThat(leaf().own()).isNotNull();

    var stolen =
        new Leaf(
            ISSUER.gateway(authority.current(), new GatewayIdentity("other", "fleet"), NOW),
            authority.trusted(NOW));
    edit(
        "chat-gateway-identity",
        secret -> new SecretBuilder(secret).withData(GatewaySecret.encoded(stolen.pem())).build());
    keep(fleet, NOW);
    assertThat(GatewayIdentity.of(leaf().own().certificate()))
        .contains(new GatewayIdentity(cluster.namespace, "chat"));
  }

  @Test
  void aStrangersSecretOfThatNameIsLeftAloneAndNamed() {
    var fleet = cluster.create(Fleets.chat());
    var stranger =
        cluster
            .client
            .resource(
                new SecretBuilder()
                    .withNewMetadata()
                    .withName("chat-gateway-identity")
                    .withNamespace(cluster.namespace)
                    .endMetadata()
                    .addToStringData("mine", "1")
                    .build())
            .create();

    assertThat(keep(fleet, NOW))
        .contains(
            "Secret chat-gateway-identity exists and was not made by Zonefleet; rename or delete"
                + " it, or rename the fleet or its zone");
    assertThat(secret().map(s -> s.getMetadata().getResourceVersion()))
        .contains(stranger.getMetadata().getResourceVersion());
  }

  private Optional<String> keep(DeepSeekDeployment fleet, Instant now) {
    return certificates.keep(fleet, authority, now);
  }

  private Leaf leaf() {
    return Leaf.parse(GatewaySecret.texts(secret().orElseThrow()));
  }

  private Optional<Secret> secret() {
    KubernetesClient client = cluster.client;
    return Optional.ofNullable(
        client.secrets().inNamespace(cluster.namespace).withName("chat-gateway-identity").get());
  }

  private void edit(String name, UnaryOperator<Secret> change) {
    cluster.client.secrets().inNamespace(cluster.namespace).withName(name).edit(change);
  }
}
