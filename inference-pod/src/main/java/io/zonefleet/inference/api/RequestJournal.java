package io.zonefleet.inference.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Gives each request its id, which the answer repeats, and has what becomes of it written down: one
 * line in the log and, where a collector is configured, one span. Probes and scrapes are left out,
 * for they come many times a second.
 */
@ApplicationScoped
class RequestJournal {
  private static final String HEADER = "x-request-id";
  private static final int LONGEST_PATH = 128;

  /** Ids go into logs and headers as they are, so they may not hold what ends a field there. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:/+@-]{1,128}");

  private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._:/+@~-]");

  private final AccessLog log;
  private final Traces traces;

  @Inject
  RequestJournal(AccessLog log, Traces traces) {
    this.log = log;
    this.traces = traces;
  }

  void routes(@Observes Router router) {
    router.route().order(Order.RECORD).handler(this::begin);
  }

  private void begin(RoutingContext routing) {
    if (!Authentication.OPEN.contains(routing.normalizedPath())) {
      HttpServerRequest request = routing.request();
      HttpServerResponse response = routing.response();
      String id = id(request.getHeader(HEADER));
      RequestRecord record =
          new RequestRecord(
              id,
              safe(request.method().name()),
              safe(routing.normalizedPath()),
              Optional.ofNullable(request.getHeader("traceparent")),
              this::complete);
      response.putHeader(HEADER, id);
      Exchange.record(routing, record);
      routing.addEndHandler(
          ignored ->
              record.answered(
                  response.headWritten() ? response.getStatusCode() : ServedRequest.CLIENT_GONE));
    }
    routing.next();
  }

  private void complete(ServedRequest served) {
    log.write(served);
    traces.write(served);
  }

  /** What cannot be an id is replaced, not repaired: two requests must not get the same one. */
  static String id(String given) {
    return given != null && ID.matcher(given).matches() ? given : UUID.randomUUID().toString();
  }

  static String safe(String text) {
    String cut = text.length() > LONGEST_PATH ? text.substring(0, LONGEST_PATH) : text;
    return UNSAFE.matcher(cut).replaceAll("?");
  }
}
