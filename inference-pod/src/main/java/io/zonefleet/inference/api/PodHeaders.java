package io.zonefleet.inference.api;

import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** Names zone, pod and revision in every answer, errors included. */
@ApplicationScoped
class PodHeaders {
  private final PodConfig config;

  @Inject
  PodHeaders(PodConfig config) {
    this.config = config;
  }

  void routes(@Observes Router router) {
    router
        .route()
        .order(Order.HEADERS)
        .handler(
            routing -> {
              routing
                  .response()
                  .putHeader("x-zonefleet-zone", config.zone())
                  .putHeader("x-zonefleet-pod", config.pod())
                  .putHeader("x-zonefleet-revision", config.model().revision());
              routing.next();
            });
    Routes.last(router);
  }
}
