package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Environment of the inference container. Our own server reads it; another image may refer to it in
 * its arguments, as {@code $(ZONEFLEET_MODEL_DIR)/$(ZONEFLEET_MODEL_REVISION)}.
 */
final class InferenceEnvironment {

  private InferenceEnvironment() {}

  /** The variables in a fixed order, each name once; {@code spec.server.env} wins. */
  static List<EnvVar> of(DeepSeekDeployment fleet, String zone) {
    var model = fleet.getSpec().model();
    var server = fleet.getSpec().server();
    var variables = new LinkedHashMap<String, EnvVar>();
    put(variables, "ZONEFLEET_MODEL_DIR", Weights.FOLDER);
    put(variables, "ZONEFLEET_MODEL_NAME", model.name());
    put(variables, "ZONEFLEET_MODEL_REVISION", model.revision());
    if (model.digest() != null) {
      put(variables, "ZONEFLEET_MODEL_DIGEST", model.digest());
    }
    put(variables, "ZONEFLEET_ZONE", zone);
    variables.put("ZONEFLEET_POD", podName("ZONEFLEET_POD"));
    put(variables, "ZONEFLEET_PROVIDER", server.provider().name());
    put(variables, "ZONEFLEET_MAX_CONCURRENCY", server.maxConcurrency().toString());
    if (server.contextTokens() != null) {
      put(variables, "ZONEFLEET_CONTEXT_TOKENS", server.contextTokens().toString());
    }
    if (Keys.asked(fleet)) {
      put(variables, "ZONEFLEET_API_KEYS_PATH", Keys.FOLDER);
    }
    put(variables, "ZONEFLEET_TERMINATION_LOG", InferencePod.TERMINATION_LOG);
    put(variables, "ZONEFLEET_DRAIN_TIMEOUT", server.drainSeconds() + "s");
    // servers in Python keep caches at home and ask who they are; the root is read-only
    put(variables, "HOME", "/tmp");
    put(variables, "USER", Labels.ZONEFLEET);
    if (server.env() != null) {
      server.env().forEach(variable -> variables.put(variable.getName(), variable));
    }
    return List.copyOf(variables.values());
  }

  /** A variable that holds the pod's own name. */
  static EnvVar podName(String variable) {
    return new EnvVarBuilder()
        .withName(variable)
        .withNewValueFrom()
        .withNewFieldRef()
        .withFieldPath("metadata.name")
        .endFieldRef()
        .endValueFrom()
        .build();
  }

  private static void put(Map<String, EnvVar> variables, String name, String value) {
    variables.put(name, new EnvVarBuilder().withName(name).withValue(value).build());
  }
}
