package io.zonefleet.inference.api;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * One span for each request, sent to the OTLP collector that OpenTelemetry's variables name. Where
 * they name none, no class of OpenTelemetry is loaded.
 */
@ApplicationScoped
class Traces {
  private static final Logger LOG = Logger.getLogger(Traces.class);

  private final Config environment;
  private final PodConfig pod;
  private volatile Optional<Spans> spans = Optional.empty();

  @Inject
  Traces(Config environment, PodConfig pod) {
    this.environment = environment;
    this.pod = pod;
  }

  /** With the pod, since it takes longer than a request may wait on an event loop. */
  void start(@Observes StartupEvent event) {
    spans =
        Stream.of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
            .flatMap(name -> environment.getOptionalValue(name, String.class).stream())
            .findFirst()
            .flatMap(endpoint -> start(endpoint, pod));
  }

  /** A collector that is configured wrong must not keep the pod from serving. */
  private static Optional<Spans> start(String endpoint, PodConfig pod) {
    try {
      Spans spans = Spans.toCollector(pod);
      LOG.infof("Spans of requests are sent to %s", endpoint);
      return Optional.of(spans);
    } catch (RuntimeException e) {
      LOG.errorf("No spans are sent to %s: %s", endpoint, e.getMessage());
      return Optional.empty();
    }
  }

  /** Never blocks: spans that the collector does not take in time are dropped. */
  void write(ServedRequest served) {
    spans.ifPresent(each -> each.write(served));
  }

  void stop(@Observes ShutdownEvent event) {
    spans.ifPresent(Spans::close);
  }
}
