package io.zonefleet.inference.api;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * One line for each request, in the category {@code io.zonefleet.access}: {@code name=value} pairs
 * that are always the same in the same order, {@code -} for what there is not. No value can hold a
 * blank, a quote or the end of a line, so that nobody can write lines of his own into the log.
 */
@ApplicationScoped
class AccessLog {
  private static final Logger LOG = Logger.getLogger("io.zonefleet.access");

  private final boolean enabled;

  @Inject
  AccessLog(PodConfig config) {
    this.enabled = config.accessLog();
  }

  void write(ServedRequest served) {
    if (enabled) {
      LOG.info(line(served));
    }
  }

  static String line(ServedRequest served) {
    Optional<ServedRequest.Generated> generated = served.generated();
    return "id="
        + served.id()
        + " client="
        + served.client().orElse("-")
        + " method="
        + served.method()
        + " path="
        + served.path()
        + " status="
        + served.status()
        + " error="
        + served.error().orElse("-")
        + " prompt_tokens="
        + text(generated.map(ServedRequest.Generated::promptTokens))
        + " cached_tokens="
        + text(generated.map(ServedRequest.Generated::cachedTokens))
        + " completion_tokens="
        + text(generated.map(ServedRequest.Generated::completionTokens))
        + " queue_ms="
        + text(generated.map(each -> each.queued().toMillis()))
        + " ttft_ms="
        + text(generated.flatMap(ServedRequest.Generated::firstToken).map(Duration::toMillis))
        + " total_ms="
        + served.total().toMillis()
        + " finish="
        + generated.map(each -> String.join(",", each.finishes())).orElse("-");
  }

  private static String text(Optional<? extends Number> number) {
    return number.map(Object::toString).orElse("-");
  }
}
