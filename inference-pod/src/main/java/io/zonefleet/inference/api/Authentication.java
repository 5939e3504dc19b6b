package io.zonefleet.inference.api;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.zonefleet.inference.auth.ApiKeys;
import io.zonefleet.inference.auth.KeyFolder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Asks every request for an API key where a folder of keys is configured, and before its body is
 * read. Probes and metrics need none. The folder is read again and again: keys come and go without
 * a restart, and while there are none nobody is let in.
 */
@ApplicationScoped
class Authentication {
  /** Paths that kubelets, gateways and Prometheus ask, which have no key. */
  static final Set<String> OPEN = Set.of("/healthz", "/readyz", "/metrics");

  private static final Logger LOG = Logger.getLogger(Authentication.class);
  private static final Pattern BEARER =
      Pattern.compile("bearer +(\\S+) *", Pattern.CASE_INSENSITIVE);

  private final PodConfig.ApiKeys config;
  private final Metrics metrics;
  private final Optional<KeyFolder> folder;
  private volatile KeyFolder.Content content;

  @Inject
  Authentication(PodConfig config, Metrics metrics) {
    this.config = config.apiKeys();
    this.metrics = metrics;
    this.folder = this.config.path().map(path -> new KeyFolder(Path.of(path)));
  }

  /** How many keys let a client in; empty when none is asked for. */
  OptionalInt keys() {
    return folder.isEmpty() ? OptionalInt.empty() : OptionalInt.of(content.keys().count());
  }

  void routes(@Observes Router router) {
    if (folder.isEmpty()) {
      return;
    }
    reload(folder.get());
    metrics.keys(() -> content.keys().count());
    long millis = config.reload().toMillis();
    Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("api-keys").unstarted(task))
        .scheduleWithFixedDelay(() -> reload(folder.get()), millis, millis, TimeUnit.MILLISECONDS);
    router.route().order(Order.KEYS).handler(this::check);
  }

  private void reload(KeyFolder from) {
    KeyFolder.Content before = content;
    content = from.read();
    boolean told = before != null && before.problems().equals(content.problems());
    if (!told) {
      content.problems().forEach(each -> LOG.warnf("API keys in %s: %s", path(), each));
    }
    if (before == null || before.keys().count() != content.keys().count()) {
      LOG.infof("API keys in %s: %d clients are let in", path(), content.keys().count());
    }
  }

  private String path() {
    return config.path().orElse("");
  }

  private void check(RoutingContext routing) {
    if (OPEN.contains(routing.normalizedPath())) {
      routing.next();
      return;
    }
    ApiKeys keys = content.keys();
    Optional<String> given = given(routing);
    Optional<String> client = given.flatMap(keys::client);
    if (client.isPresent()) {
      Exchange.identify(routing, client.get());
      routing.next();
      return;
    }
    metrics.refused("invalid_api_key");
    routing.response().putHeader("www-authenticate", "Bearer");
    Exchange exchange = new Exchange(routing);
    exchange.refuse(
        ApiException.invalid(
            401,
            null,
            "invalid_api_key",
            keys.count() == 0
                ? "This server has no API keys yet, so it lets nobody in."
                : given.isEmpty()
                    ? "An API key is needed: send it as the header Authorization: Bearer KEY."
                    : "The API key is not one of this server's."));
  }

  private static Optional<String> given(RoutingContext routing) {
    String header = routing.request().getHeader("authorization");
    Matcher bearer = BEARER.matcher(header == null ? "" : header);
    return bearer.matches() ? Optional.of(bearer.group(1)) : Optional.empty();
  }
}
