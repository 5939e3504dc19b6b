package io.zonefleet.operator.reconcile;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/** Starts a kube-apiserver before the operator, and points the operator to it. */
public final class ApiServerResource implements QuarkusTestResourceLifecycleManager {
  static ApiServer api;

  @Override
  public Map<String, String> start() {
    api = new ApiServer();
    api.namespace("zonefleet-system");
    var config = api.config();
    var settings = new HashMap<String, String>();
    client(settings, "api-server-url", config.getMasterUrl());
    client(settings, "ca-cert-data", config.getCaCertData());
    client(settings, "ca-cert-file", config.getCaCertFile());
    client(settings, "client-cert-data", config.getClientCertData());
    client(settings, "client-cert-file", config.getClientCertFile());
    client(settings, "client-key-data", config.getClientKeyData());
    client(settings, "client-key-file", config.getClientKeyFile());
    client(settings, "client-key-algo", config.getClientKeyAlgo());
    settings.put("quarkus.http.test-port", "0");
    settings.put("zonefleet.xds.port", "0");
    settings.put("zonefleet.gateway.monitor-port", Integer.toString(TestFleet.MONITOR_PORT));
    settings.put("zonefleet.pod.name", "operator-under-test");
    settings.put("zonefleet.pod.namespace", "zonefleet-system");
    return settings;
  }

  private static void client(Map<String, String> settings, String key, String value) {
    if (value != null) {
      settings.put("quarkus.kubernetes-client." + key, value);
    }
  }

  @Override
  public void stop() {
    api.close();
  }
}
