package io.zonefleet.operator.reconcile;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Starts a kube-apiserver before the operator, and points the operator to it. */
public final class ApiServerResource implements QuarkusTestResourceLifecycleManager {
  static ApiServer api;

  @Override
  public Map<String, String> start() {
    api = new ApiServer();
    api.namespace("zonefleet-system");
    var config = api.config();
    return Map.of(
        "quarkus.kubernetes-client.api-server-url", config.getMasterUrl(),
        "quarkus.kubernetes-client.ca-cert-data", config.getCaCertData(),
        "quarkus.kubernetes-client.client-cert-data", config.getClientCertData(),
        "quarkus.kubernetes-client.client-key-data", config.getClientKeyData(),
        "quarkus.http.test-port", "0",
        "zonefleet.xds.port", "0",
        "zonefleet.gateway.monitor-port", Integer.toString(TestFleet.MONITOR_PORT),
        "zonefleet.pod.name", "operator-under-test",
        "zonefleet.pod.namespace", "zonefleet-system");
  }

  @Override
  public void stop() {
    api.close();
  }
}
