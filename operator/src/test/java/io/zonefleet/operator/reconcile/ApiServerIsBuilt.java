package io.zonefleet.operator.reconcile;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests that need a kube-apiserver, and says why, where zonelab has not been built. */
public final class ApiServerIsBuilt implements ExecutionCondition {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    var binary =
        Path.of(
            System.getenv("KUBE_API_TEST_DIR"),
            "k8s",
            System.getenv("KUBE_API_TEST_API_SERVER_VERSION") + "-linux-amd64",
            "kube-apiserver");
    return Files.isExecutable(binary)
        ? ConditionEvaluationResult.enabled(binary + " is there")
        : ConditionEvaluationResult.disabled(binary + " is missing: run bin/zonelab build");
  }
}
