package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a container asks of its node where the user says nothing. Without a request for cpu the
 * kernel gives it a hundredth of what its neighbours get when a node is busy; without one for
 * memory it is the first to be evicted.
 */
final class Requests {

  private Requests() {}

  /** The user's, and of {@code requests} those that these neither ask for nor limit. */
  static ResourceRequirements completed(ResourceRequirements users, Map<String, String> requests) {
    var missing = new LinkedHashMap<String, Quantity>();
    requests.forEach((name, amount) -> missing.put(name, new Quantity(amount)));
    if (users == null) {
      return new ResourceRequirementsBuilder().withRequests(missing).build();
    }
    // what has a limit and no request is requested up to its limit, by the API server
    missing.keySet().removeAll(users.getRequests().keySet());
    missing.keySet().removeAll(users.getLimits().keySet());
    return new ResourceRequirementsBuilder(users).addToRequests(missing).build();
  }
}
