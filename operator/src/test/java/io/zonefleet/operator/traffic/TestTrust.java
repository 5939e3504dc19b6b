package io.zonefleet.operator.traffic;

import io.zonefleet.operator.trust.Authority;
import io.zonefleet.operator.trust.GatewayIdentity;
import io.zonefleet.operator.trust.Issuer;
import io.zonefleet.operator.trust.Leaf;
import io.zonefleet.operator.trust.Lifetimes;
import io.zonefleet.operator.trust.Rotation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** An authority and whom it certifies, for tests. */
public final class TestTrust {
  /** By which gateways know the operator, wherever it listens. */
  public static final String XDS_NAME = "zonefleet-xds.zonefleet-system.svc";

  private final Issuer issuer = new Issuer(Lifetimes.DEFAULT);
  private final Rotation rotation = new Rotation(Lifetimes.DEFAULT, issuer);
  private Authority authority;

  public TestTrust() {
    this(Duration.ZERO);
  }

  /**
   * @param age of the authority
   */
  TestTrust(Duration age) {
    authority = Authority.first(issuer, Instant.now().minus(age));
  }

  Authority authority() {
    return authority;
  }

  /** What rotation makes of the authority after so much more time. */
  Authority stepAfter(Duration time) {
    authority = rotation.step(authority, Instant.now().plus(time));
    return authority;
  }

  /** Ends the trust in what signed before. */
  void forgetPrevious() {
    authority = new Authority(Optional.empty(), authority.current(), authority.next());
  }

  public Leaf server() {
    return server(XDS_NAME);
  }

  Leaf server(String name) {
    return new Leaf(
        issuer.server(authority.current(), name, Instant.now()), authority.trusted(Instant.now()));
  }

  public Leaf gateway(FleetKey fleet) {
    return gateway(fleet, Duration.ZERO);
  }

  /**
   * @param age of the certificate
   */
  Leaf gateway(FleetKey fleet, Duration age) {
    var who = new GatewayIdentity(fleet.namespace(), fleet.name());
    return new Leaf(
        issuer.gateway(authority.current(), who, Instant.now().minus(age)),
        authority.trusted(Instant.now()));
  }

  public XdsCredentials credentials() {
    return XdsCredentials.of(server());
  }
}
