package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Whether this replica may write. A replica that loses the lease goes on as a follower: it serves
 * xDS and looks on, and competes again. See docs/decisions/0003.
 */
public final class Leadership implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Leadership.class);

  /**
   * @param lease time after which another replica may take over
   * @param renew time without a renewal after which the leader gives up; below {@code lease}
   * @param retry pause between two tries of a candidate or renewals of a leader
   */
  public record Timing(Duration lease, Duration renew, Duration retry) {}

  /** Two renewals that did not come. */
  private static final Duration SILENCE = Duration.ofMillis(1000);

  private final KubernetesClient client;
  private final Timing timing;
  private final TimedLock lock;
  private final List<Runnable> onGain = new CopyOnWriteArrayList<>();
  private volatile boolean elected;
  private volatile boolean closed;
  private volatile CompletableFuture<?> election = CompletableFuture.completedFuture(null);

  /**
   * @param client with time-outs below {@code timing.renew}, without retries
   * @param identity name of this operator's pod
   * @param isDark whether the pod of this name lies in a zone that a quorum sees no more; a leader
   *     there that is silent too is not waited for
   */
  public Leadership(
      KubernetesClient client,
      String namespace,
      String name,
      String identity,
      Timing timing,
      Predicate<String> isDark) {
    this.client = client;
    this.timing = timing;
    this.lock = new TimedLock(namespace, name, identity, isDark);
  }

  /** The lease, and when it was last held for sure. */
  static final class TimedLock extends LeaseLock {
    private final String namespace;
    private final String name;
    private volatile long renewedNanos;
    private volatile boolean everRenewed;
    private volatile String holder = "";
    private String problem = "";
    private final Predicate<String> isDark;

    /**
     * A lock writes onto the version that it read last; whoever only looks must not do it through
     * the elector's, or the elector would take the lease from a replica that has just got it.
     */
    private final LeaseLock beside;

    TimedLock(String namespace, String name, String identity, Predicate<String> isDark) {
      super(namespace, name, identity);
      this.namespace = namespace;
      this.name = name;
      this.isDark = isDark;
      this.beside = new LeaseLock(namespace, name, identity);
    }

    /** The elector's own log of a failure is a stack trace at every try, and switched off. */
    @Override
    public synchronized LeaderElectionRecord get(KubernetesClient client) {
      try {
        var found = super.get(client);
        problem = "";
        holder = found == null ? "" : Objects.requireNonNullElse(found.getHolderIdentity(), "");
        if (found == null || !isGone(found)) {
          return found;
        }
        LOG.infof("the leader %s lies in a dark zone and is silent", holder);
        return expired(found);
      } catch (KubernetesClientException e) {
        if (!e.getMessage().equals(problem)) {
          LOG.warnf("the lease cannot be read: %s", e.getMessage());
          problem = e.getMessage();
        }
        throw e;
      }
    }

    /**
     * Two that write for a moment cannot contradict each other, for every decision is written onto
     * the version that was read; so a strong suspicion is enough to take over before the lease
     * ends.
     */
    private boolean isGone(LeaderElectionRecord held) {
      return isInTheDark(held.getHolderIdentity())
          && Duration.between(held.getRenewTime(), ZonedDateTime.now(ZoneOffset.UTC))
                  .compareTo(SILENCE)
              >= 0;
    }

    private boolean isInTheDark(String leader) {
      return leader != null
          && !leader.isEmpty()
          && !leader.equals(identity())
          && isDark.test(leader);
    }

    /** Asks the API server only where the leader, as it was known last, lies in the dark. */
    boolean holderIsGone(KubernetesClient client) {
      if (!isInTheDark(holder)) {
        return false;
      }
      try {
        var found = beside.get(client);
        return found != null && isGone(found);
      } catch (KubernetesClientException e) {
        return false;
      }
    }

    private static LeaderElectionRecord expired(LeaderElectionRecord held) {
      var longAgo = held.getRenewTime().minusHours(1);
      var past =
          new LeaderElectionRecord(
              held.getHolderIdentity(),
              held.getLeaseDuration(),
              held.getAcquireTime(),
              longAgo,
              held.getLeaderTransitions());
      return past;
    }

    @Override
    public synchronized void create(KubernetesClient client, LeaderElectionRecord record) {
      long before = System.nanoTime();
      super.create(client, record);
      renewed(before);
    }

    @Override
    public synchronized void update(KubernetesClient client, LeaderElectionRecord record) {
      if (record.getHolderIdentity() == null) {
        giveBack(client);
        return;
      }
      long before = System.nanoTime();
      super.update(client, record);
      renewed(before);
    }

    /**
     * The elector's own write is a merge patch in which a holder of null is left out, so that the
     * lease would still name this replica, freshly renewed.
     */
    private void giveBack(KubernetesClient client) {
      var lease = client.leases().inNamespace(namespace).withName(name).get();
      if (lease != null && identity().equals(lease.getSpec().getHolderIdentity())) {
        lease.getSpec().setHolderIdentity(null);
        client.resource(lease).update();
      }
    }

    private void renewed(long atNanos) {
      renewedNanos = atNanos;
      everRenewed = true;
    }

    boolean renewedWithin(Duration time) {
      return everRenewed && System.nanoTime() - renewedNanos < time.toNanos();
    }
  }

  /** Starts to compete, for as long as this is open. */
  public synchronized void start() {
    if (closed) {
      return;
    }
    var config =
        new LeaderElectionConfigBuilder()
            .withName("zonefleet")
            .withLock(lock)
            .withLeaseDuration(timing.lease())
            .withRenewDeadline(timing.renew())
            .withRetryPeriod(timing.retry())
            .withReleaseOnCancel(true)
            .withLeaderCallbacks(
                new LeaderCallbacks(
                    this::gained, this::lost, leader -> LOG.infof("the leader is %s", leader)))
            .build();
    election = client.leaderElector().withConfig(config).build().start();
    election.whenComplete((done, problem) -> competeAgain());
  }

  /**
   * Whether this replica leads. A leader that is cut off stops before another one may start, even
   * if its own renewal still hangs.
   */
  public boolean leads() {
    return elected && lock.renewedWithin(timing.renew());
  }

  /**
   * Whether another replica holds the lease, lies in a zone that a quorum sees no more, and is
   * silent, so that nobody leads until it is replaced.
   */
  public boolean leaderIsGone() {
    return lock.holderIsGone(client);
  }

  /** Runs on each gain of leadership, on the election's thread: return soon. */
  public void onGain(Runnable action) {
    onGain.add(action);
  }

  private void gained() {
    LOG.info("leads from now on");
    elected = true;
    onGain.forEach(Runnable::run);
  }

  private void lost() {
    if (elected) {
      LOG.info("leads no more; serves xDS and looks on");
    }
    elected = false;
  }

  private void competeAgain() {
    elected = false;
    if (!closed) {
      CompletableFuture.delayedExecutor(timing.retry().toMillis(), TimeUnit.MILLISECONDS)
          .execute(this::start);
    }
  }

  /** Gives the lease back, so that another replica leads at once. */
  @Override
  public synchronized void close() {
    closed = true;
    election.cancel(true);
  }
}
