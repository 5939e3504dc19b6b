package io.zonefleet.operator.reconcile;

import java.util.List;
import java.util.Optional;

/** Which replicas believe that they lead: one, but for what a schedule does to them. */
final class SimElection {
  /** The lease runs out after it; see docs/decisions/0003. */
  private static final int LEASE_MILLIS = 5000;

  private static final int RENEW_MILLIS = 3500;
  private static final int SILENCE_MILLIS = 1000;

  private final List<SimReplica> replicas;
  private long leaderlessSince;

  SimElection(List<SimReplica> replicas) {
    this.replicas = replicas;
  }

  /** A leader that does not reach the API server gives up, and later another one leads. */
  void hold(long now) {
    for (var r : replicas) {
      if (r.reachesApi()) {
        r.reachedApiAt = now;
      } else if (now - r.reachedApiAt > RENEW_MILLIS) {
        r.elected = false;
      }
    }
    if (replicas.stream().anyMatch(r -> r.elected)) {
      leaderlessSince = now;
    } else if (now - leaderlessSince >= (now == 0 ? 0 : LEASE_MILLIS - RENEW_MILLIS)) {
      replicas.stream().filter(r -> r.reachesApi()).findFirst().ifPresent(r -> r.elected = true);
    }
  }

  /**
   * The lease is given to a replica, if it reaches the API server.
   *
   * @param alone whether the one that held it knows
   */
  void give(SimReplica replica, boolean alone) {
    if (replica.reachesApi()) {
      if (alone) {
        replicas.forEach(r -> r.elected = false);
      }
      replica.elected = true;
    }
  }

  void oneAtMost() {
    replicas.stream().filter(r -> r.elected).skip(1).forEach(r -> r.elected = false);
  }

  /** The replica that holds the lease, if it is not that one and has missed two renewals. */
  Optional<SimReplica> silentLeader(SimReplica asking, long now) {
    return replicas.stream()
        .filter(r -> r.elected && r != asking && now - r.reachedApiAt > SILENCE_MILLIS)
        .findFirst();
  }
}
