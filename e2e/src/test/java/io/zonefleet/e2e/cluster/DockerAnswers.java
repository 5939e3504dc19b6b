package io.zonefleet.e2e.cluster;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests that need a Docker daemon, and says so, where none answers. */
public final class DockerAnswers implements ExecutionCondition {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Clusters.dockerAnswers()
        ? ConditionEvaluationResult.enabled("a Docker daemon answers")
        : ConditionEvaluationResult.disabled("no Docker daemon answers, which k3s needs");
  }
}
