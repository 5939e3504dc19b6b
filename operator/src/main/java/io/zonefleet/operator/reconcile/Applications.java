package io.zonefleet.operator.reconcile;

import io.zonefleet.operator.status.Finding;
import io.zonefleet.operator.traffic.FleetKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What became of each fleet's objects when they were applied last. The reconciler notes it here and
 * the fleet's loop writes it, so that the status has one writer.
 */
final class Applications {
  /**
   * @param uid of the resource
   * @param generation of the resource
   * @param problems that keep objects from being applied; empty when all are
   * @param replicas that zones were given
   */
  record Application(
      String uid, long generation, List<Finding> problems, Map<String, Integer> replicas) {}

  private final Map<FleetKey, Application> last = new ConcurrentHashMap<>();

  void note(FleetKey fleet, Application application) {
    last.put(fleet, application);
  }

  /** Empty until this replica has applied this very resource. */
  Optional<Application> last(FleetKey fleet, String uid) {
    return Optional.ofNullable(last.get(fleet)).filter(a -> a.uid().equals(uid));
  }

  void forget(FleetKey fleet) {
    last.remove(fleet);
  }
}
