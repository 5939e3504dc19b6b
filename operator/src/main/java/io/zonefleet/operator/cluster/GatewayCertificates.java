package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.GatewaySecret;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.fleet.Names;
import io.zonefleet.operator.traffic.FleetKey;
import io.zonefleet.operator.trust.Authority;
import io.zonefleet.operator.trust.GatewayIdentity;
import io.zonefleet.operator.trust.Issuer;
import io.zonefleet.operator.trust.Leaf;
import io.zonefleet.operator.trust.Lifetimes;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Sees to it that each fleet has a Secret with a certificate for its gateways. It is read by name
 * and never listed or watched, so that the operator may see no other Secret by accident.
 */
public final class GatewayCertificates {
  private static final Logger LOG = Logger.getLogger(GatewayCertificates.class);

  private final KubernetesClient client;
  private final Issuer issuer;
  private final Lifetimes lifetimes;
  private final Map<FleetKey, Object> fleets = new ConcurrentHashMap<>();

  public GatewayCertificates(KubernetesClient client, Issuer issuer, Lifetimes lifetimes) {
    this.client = client;
    this.issuer = issuer;
    this.lifetimes = lifetimes;
  }

  /**
   * Makes or renews the certificate of a fleet's gateways where that is due. One that is still good
   * stays when only whom to trust has changed.
   *
   * @param fleet with namespace, name and uid
   * @return why it cannot be done, in a sentence; empty when all is well
   * @throws KubernetesClientException when the API server cannot be asked
   */
  public Optional<String> keep(DeepSeekDeployment fleet, Authority authority, Instant now) {
    var key = ClusterView.key(fleet);
    synchronized (fleets.computeIfAbsent(key, k -> new Object())) {
      try {
        return keep(fleet, key, authority, now);
      } catch (KubernetesClientException e) {
        if (!Applier.REFUSALS.contains(e.getCode())) {
          throw e;
        }
        return Optional.of(Refusal.of(GatewaySecret.of(fleet, Map.of()), e));
      }
    }
  }

  private Optional<String> keep(
      DeepSeekDeployment fleet, FleetKey key, Authority authority, Instant now) {
    var live =
        client
            .secrets()
            .inNamespace(key.namespace())
            .withName(Names.gatewayIdentity(key.name()))
            .get();
    var objection =
        Optional.ofNullable(live).flatMap(found -> new Ownership(fleet).objection(found));
    var held = held(live, key);
    if (objection.isEmpty()
        && held.filter(leaf -> leaf.isFresh(authority, lifetimes, now)).isEmpty()) {
      write(
          fleet,
          Leaf.next(
              held,
              authority,
              lifetimes,
              now,
              () -> issuer.gateway(authority.current(), identity(key), now)));
    }
    return objection;
  }

  /** What the fleet's Secret holds, if that is a certificate of this fleet. */
  private static Optional<Leaf> held(Secret live, FleetKey key) {
    if (live == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Leaf.parse(GatewaySecret.texts(live)))
          .filter(
              leaf ->
                  GatewayIdentity.of(leaf.own().certificate()).equals(Optional.of(identity(key))));
    } catch (IllegalArgumentException e) {
      LOG.warnf("Secret %s is made anew: %s", live.getMetadata().getName(), e.getMessage());
      return Optional.empty();
    }
  }

  private void write(DeepSeekDeployment fleet, Leaf leaf) {
    client
        .resource(GatewaySecret.of(fleet, leaf.pem()))
        .fieldManager(Labels.ZONEFLEET)
        .forceConflicts()
        .serverSideApply();
    LOG.infof(
        "certificate of gateways of %s: %s", ClusterView.key(fleet).nodeCluster(), leaf.own());
  }

  private static GatewayIdentity identity(FleetKey key) {
    return new GatewayIdentity(key.namespace(), key.name());
  }
}
