package io.zonefleet.inference.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpClosedException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.zonefleet.inference.text.TextException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Puts handlers that may compute (templates, tokenizing) on worker threads, and turns whatever they
 * throw into an answer. Nothing here blocks an event loop: HTTP/2 PINGs are answered there.
 */
final class Routes {
  private static final Logger LOG = Logger.getLogger(Routes.class);

  private Routes() {}

  private static final String OFFERED =
      "it has /v1/chat/completions, /v1/completions, /v1/models, /tokenize, /detokenize and"
          + " /predict";

  /** What no other route takes is refused in the same form as everything else. */
  static void last(Router router) {
    router
        .route()
        .order(Order.LAST)
        .handler(routing -> new Exchange(routing).refuse(unknown(routing)));
  }

  private static ApiException unknown(RoutingContext routing) {
    return ApiException.invalid(
        404,
        null,
        "not_found",
        "There is no "
            + routing.request().method()
            + " "
            + Fields.shortened(routing.normalizedPath())
            + " on this server; "
            + OFFERED
            + ".");
  }

  static void post(
      Router router,
      String path,
      PodConfig config,
      Consumer<Exchange> handler,
      BiConsumer<Exchange, ApiException> refuse) {
    router.post(path).handler(Routes::asJson);
    router
        .post(path)
        .handler(BodyHandler.create(false).setBodyLimit(config.maxBodyBytes()))
        .blockingHandler(guard(handler, refuse), false)
        .failureHandler(
            routing -> refuse.accept(new Exchange(routing), ofFailure(routing, config)));
    router
        .route(path)
        .handler(
            routing -> {
              routing.response().putHeader("allow", "POST");
              refuse.accept(
                  new Exchange(routing),
                  ApiException.invalid(
                      405, null, "method_not_allowed", path + " takes POST requests only."));
            });
  }

  /**
   * Every body is taken for JSON, whatever it is called: curl calls each a form, and a form would
   * be decoded as one while it comes in.
   */
  private static void asJson(RoutingContext routing) {
    routing.request().headers().set("content-type", "application/json");
    routing.next();
  }

  private static Handler<RoutingContext> guard(
      Consumer<Exchange> handler, BiConsumer<Exchange, ApiException> refuse) {
    return routing -> {
      Exchange exchange = new Exchange(routing);
      try {
        handler.accept(exchange);
      } catch (ApiException e) {
        refuse.accept(exchange, e);
      } catch (TextException | IllegalArgumentException e) {
        refuse.accept(exchange, ApiException.invalid("messages", e.getMessage()));
      } catch (RuntimeException e) {
        LOG.error("A request failed", e);
        refuse.accept(exchange, ApiException.internal("The request failed: " + e.getMessage()));
      }
    };
  }

  private static ApiException ofFailure(RoutingContext routing, PodConfig config) {
    if (routing.statusCode() == 413) {
      return ApiException.invalid(
          413,
          null,
          "request_too_large",
          "The request's body is larger than " + config.maxBodyBytes() + " bytes.");
    }
    // a client that leaves while it sends its body is no failure of ours
    if (routing.failure() != null && !(routing.failure() instanceof HttpClosedException)) {
      LOG.error("A request failed", routing.failure());
    }
    return ApiException.internal("The request failed.");
  }
}
