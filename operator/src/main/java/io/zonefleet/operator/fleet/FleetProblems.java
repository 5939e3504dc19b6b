package io.zonefleet.operator.fleet;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.List;

/** What makes a resource impossible to run, though the API server accepted it. */
public final class FleetProblems {

  private FleetProblems() {}

  /**
   * Sentences for the user, each with the field, its value and what is allowed; empty when all is
   * well. With a problem no object may be made or changed.
   */
  public static List<String> of(DeepSeekDeployment fleet) {
    return List.of();
  }
}
