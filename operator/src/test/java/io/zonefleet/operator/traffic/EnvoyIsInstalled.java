package io.zonefleet.operator.traffic;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips what needs a real Envoy, with the reason, where bin/setup has not installed one. */
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EnvoyIsInstalled.Condition.class)
public @interface EnvoyIsInstalled {

  /** Looks for the binary. */
  class Condition implements ExecutionCondition {
    /** The binary that {@code bin/setup} installs. */
    static Path binary() {
      var cache =
          Optional.ofNullable(System.getenv("ZONEFLEET_CACHE"))
              .orElse(System.getProperty("user.home") + "/.cache/zonefleet");
      return Path.of(cache, "bin", "envoy");
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return Files.isExecutable(binary())
          ? ConditionEvaluationResult.enabled("Envoy is installed")
          : ConditionEvaluationResult.disabled("no Envoy at " + binary() + ": run bin/setup");
    }
  }
}
