package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;

/** The operator's two ways to talk to the API server. */
public final class Clients {
  /** Longer waits would let a lease run out, or a decision wait behind one that hangs. */
  private static final Duration QUICK = Duration.ofMillis(1500);

  private static final int PING_SECONDS = 5;

  private Clients() {}

  /** For leases, decisions, labels and events: each is tried again anyway, so fail soon. */
  public static KubernetesClient quick(Config config) {
    var quick =
        new ConfigBuilder(config)
            .withConnectionTimeout((int) QUICK.toMillis())
            .withRequestTimeout((int) QUICK.toMillis())
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(quick).build();
  }

  /** For watches: a dead connection is found by PINGs, in seconds. */
  public static KubernetesClient watching(Config config) {
    var watching =
        new ConfigBuilder(config)
            .withWebsocketPingInterval(PING_SECONDS * 1000L)
            .withWatchReconnectInterval(500)
            .withWatchReconnectLimit(-1)
            .build();
    return new KubernetesClientBuilder().withConfig(watching).build();
  }
}
