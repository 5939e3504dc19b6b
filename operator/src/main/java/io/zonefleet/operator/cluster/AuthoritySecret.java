package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.zonefleet.operator.fleet.GatewaySecret;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.trust.Authority;
import io.zonefleet.operator.trust.Upkeep.Found;
import java.net.HttpURLConnection;
import java.util.Map;
import org.jboss.logging.Logger;

/** The Secret in the operator's namespace that holds the authority of all fleets' certificates. */
public final class AuthoritySecret implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(AuthoritySecret.class);

  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private final SharedIndexInformer<Secret> watch;

  /**
   * @param client with short time-outs and without retries
   * @param watching for the watch
   */
  public AuthoritySecret(
      KubernetesClient client, KubernetesClient watching, String namespace, String name) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    watch = watching.secrets().inNamespace(namespace).withName(name).runnableInformer(0);
    watch.exceptionHandler(
        (started, problem) -> {
          LOG.warnf("watch of Secret %s: %s", name, problem);
          return true;
        });
  }

  /**
   * Starts to watch, and retries for ever.
   *
   * @param changed runs after each change of the Secret, on the watch's thread: return soon
   */
  public void start(Runnable changed) {
    watch.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(Secret secret) {
            changed.run();
          }

          @Override
          public void onUpdate(Secret before, Secret secret) {
            changed.run();
          }

          @Override
          public void onDelete(Secret secret, boolean unknown) {
            changed.run();
          }
        });
    watch.start();
  }

  /**
   * The Secret as the API server has it now, past all caches.
   *
   * @throws KubernetesClientException when the API server does not answer
   */
  public Found read() {
    var secret = client.secrets().inNamespace(namespace).withName(name).get();
    if (secret == null) {
      return new Found.Absent();
    }
    var version = secret.getMetadata().getResourceVersion();
    try {
      return new Found.Readable(version, Authority.parse(GatewaySecret.texts(secret)));
    } catch (IllegalArgumentException e) {
      return new Found.Unreadable(version, e.getMessage());
    }
  }

  /**
   * Creates the Secret.
   *
   * @return false when it is there already
   * @throws KubernetesClientException when the API server does not answer, or refuses
   */
  public boolean create(Authority authority) {
    return !conflicts(() -> client.resource(secret(authority, null)).create());
  }

  /**
   * Replaces the Secret.
   *
   * @return false when it is not of that version any more
   * @throws KubernetesClientException when the API server does not answer, or refuses
   */
  public boolean replace(String version, Authority authority) {
    return !conflicts(() -> client.resource(secret(authority, version)).update());
  }

  private static boolean conflicts(Runnable write) {
    try {
      write.run();
      return false;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return true;
      }
      throw e;
    }
  }

  private Secret secret(Authority authority, String version) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(namespace)
        .withResourceVersion(version)
        .withLabels(Map.of(Labels.NAME, Labels.ZONEFLEET, Labels.MANAGED_BY, Labels.ZONEFLEET))
        .endMetadata()
        .withType("Opaque")
        .withData(GatewaySecret.encoded(authority.pem()))
        .build();
  }

  @Override
  public void close() {
    watch.stop();
  }
}
