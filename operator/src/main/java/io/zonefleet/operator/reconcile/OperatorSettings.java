package io.zonefleet.operator.reconcile;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** The operator's own configuration; each entry is also an environment variable. */
@ConfigMapping(prefix = "zonefleet")
public interface OperatorSettings {

  Xds xds();

  Inference inference();

  Gateway gateway();

  Lease lease();

  /** Who this replica is. */
  @WithName("pod.name")
  String podName();

  @WithName("pod.namespace")
  String podNamespace();

  /** How often each fleet is looked at. */
  @WithDefault("200ms")
  Duration interval();

  /** And how often while a zone of it is in doubt: the decision waits for several looks. */
  @WithDefault("100ms")
  Duration uneasyInterval();

  /** Envoy's discovery service. */
  interface Xds {
    /** Name under which gateways find all replicas. */
    String host();

    @WithDefault("18000")
    int port();

    Certificates certificates();
  }

  /** With which operators and gateways know each other; see docs/decisions/0030. */
  interface Certificates {
    /** Secret in the operator's namespace that holds the authority. */
    @WithDefault("zonefleet-xds-ca")
    String secret();

    /** Of the authority; renewed after two thirds. */
    @WithDefault("365d")
    Duration authority();

    /** Of a replica or a fleet's gateways; renewed after two thirds. */
    @WithDefault("30d")
    Duration leaf();

    /** For which a new authority is trusted before it signs. */
    @WithDefault("1d")
    Duration overlap();

    /** By which clocks may differ. */
    @WithDefault("5m")
    Duration skew();

    /** Between two looks at what is due. */
    @WithDefault("30s")
    Duration interval();
  }

  /** The inference pods. */
  interface Inference {
    /** Image of fleets that set no {@code spec.server.image}. */
    String image();
  }

  /** The gateways. */
  interface Gateway {
    /** Image of fleets that set no {@code spec.traffic.gateway.image}. */
    String image();

    /** Where gateways show, read-only, what they see. */
    @WithDefault("9902")
    int monitorPort();
  }

  /** Who leads; see docs/decisions/0003. */
  interface Lease {
    @WithDefault("zonefleet")
    String name();

    @WithDefault("3s")
    Duration duration();

    @WithDefault("2s")
    Duration renew();

    @WithDefault("500ms")
    Duration retry();
  }
}
