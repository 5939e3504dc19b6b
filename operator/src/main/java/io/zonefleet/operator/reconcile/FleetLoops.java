package io.zonefleet.operator.reconcile;

import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.traffic.FleetKey;
import io.zonefleet.operator.traffic.TrafficPlan;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** A {@link FleetLoop} for each fleet that there is, each on a virtual thread of its own. */
final class FleetLoops implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(FleetLoops.class);

  private static final Duration LAST_TURN = Duration.ofSeconds(2);

  private final Shell shell;
  private final Map<FleetKey, Running> running = new ConcurrentHashMap<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  FleetLoops(Shell shell) {
    this.shell = shell;
  }

  /** A loop and whether it is to go on. */
  private final class Running implements Runnable {
    private final FleetKey key;
    private final FleetLoop loop;
    private volatile boolean ended;
    private String lastProblem = "";

    Running(FleetKey key) {
      this.key = key;
      this.loop = new FleetLoop(key, shell);
    }

    @Override
    public void run() {
      while (!ended && !closed) {
        long begun = System.nanoTime();
        turn();
        var interval = loop.isUneasy() ? shell.uneasyInterval() : shell.interval();
        pause(interval.minusNanos(System.nanoTime() - begun));
      }
      if (ended) {
        loop.forget();
        LOG.infof("%s is gone", key.nodeCluster());
        // only now, so that a fleet of the same name is not forgotten by the one before it
        running.remove(key);
      }
    }

    /** One fleet's trouble is told once, and is nobody else's. */
    void turn() {
      try {
        loop.turn();
        lastProblem = "";
      } catch (RuntimeException e) {
        if (!lastProblem.equals(e.toString())) {
          LOG.errorf(e, "%s: this look failed", key.nodeCluster());
          lastProblem = e.toString();
        }
      }
    }
  }

  /**
   * Takes the first look at every fleet that exists, so that each has its traffic plan when this
   * returns; then goes on in the background, and follows which fleets there are.
   */
  void start() throws InterruptedException {
    var first =
        present().stream()
            .map(key -> running.computeIfAbsent(key, Running::new))
            .map(loop -> Thread.startVirtualThread(loop::turn))
            .toList();
    for (var turn : first) {
      turn.join();
    }
    running.values().forEach(this::goOn);
    goOn(this::follow);
  }

  private void goOn(Runnable loop) {
    threads.add(
        Thread.startVirtualThread(
            () -> {
              loop.run();
              threads.remove(Thread.currentThread());
            }));
  }

  private void follow() {
    while (!closed) {
      var present = present();
      present.stream()
          .filter(key -> !running.containsKey(key))
          .forEach(
              key -> {
                var loop = new Running(key);
                running.put(key, loop);
                goOn(loop);
              });
      running.forEach((key, loop) -> loop.ended |= !present.contains(key));
      pause(shell.interval());
    }
  }

  /** The traffic plan that this replica has given out for a fleet. */
  Optional<TrafficPlan> published(FleetKey fleet) {
    return Optional.ofNullable(running.get(fleet)).flatMap(r -> r.loop.published());
  }

  private Set<FleetKey> present() {
    return shell.view().fleets().stream().map(ClusterView::key).collect(Collectors.toSet());
  }

  private static void pause(Duration time) {
    if (time.isPositive()) {
      LockSupport.parkNanos(time.toNanos());
    }
  }

  /** Ends all loops, each after its present turn; waits for them no longer than 2 s. */
  @Override
  public void close() {
    closed = true;
    var deadline = System.nanoTime() + LAST_TURN.toNanos();
    try {
      for (var thread : threads) {
        thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
