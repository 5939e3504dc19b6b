package io.zonefleet.operator.reconcile;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests on a real API server of their own that knows a node in each of three zones. */
@ExtendWith(ApiServerIsBuilt.class)
abstract class OnThreeZones {
  static final List<String> ZONES = List.of("zone-a", "zone-b", "zone-c");
  static final Duration SOON = Duration.ofSeconds(15);

  static ApiServer api;

  @BeforeAll
  static void start() {
    api = new ApiServer();
    ZONES.forEach(zone -> TestFleet.node(api.client(), zone));
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      api.close();
    }
  }
}
