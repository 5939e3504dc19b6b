package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.zones.GatewayReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * The latest report of each gateway of one fleet. All are asked at once, and nobody waits for a
 * dark zone: who has not answered within {@link #PATIENCE} is represented by its report before, as
 * long as that is fresh. For one caller at a time.
 */
public final class GatewayReports {
  static final Duration TIMEOUT = Duration.ofMillis(500);
  static final Duration FRESH = Duration.ofMillis(750);
  static final Duration PATIENCE = Duration.ofMillis(100);

  private final GatewayAdmin admin;
  private final Map<String, Slot> slots = new HashMap<>();

  public GatewayReports(GatewayAdmin admin) {
    this.admin = admin;
  }

  /** A report, and when it came: a caller that is late must not take it for news. */
  private record Answer(GatewayReport report, long nanos) {}

  /** One gateway's question under way and its last answer. */
  private static final class Slot {
    private CompletableFuture<Answer> asked = CompletableFuture.completedFuture(null);
    private Answer answer;

    /** Moves an answer that has come; true when a new question may be asked. */
    boolean collect() {
      if (!asked.isDone()) {
        return false;
      }
      var came = asked.join();
      if (came != null) {
        answer = came;
        asked = CompletableFuture.completedFuture(null);
      }
      return true;
    }

    boolean isFresh() {
      return answer != null && System.nanoTime() - answer.nanos() < FRESH.toNanos();
    }
  }

  /** Asks all gateways that can be asked. Takes {@link #PATIENCE} at most. */
  public List<GatewayReport> read(List<Pod> gateways) {
    slots
        .keySet()
        .retainAll(
            gateways.stream().map(g -> g.getMetadata().getUid()).collect(Collectors.toSet()));
    var asked = gateways.stream().map(this::ask).toArray(CompletableFuture[]::new);
    waitFor(CompletableFuture.allOf(asked));
    return gateways.stream().map(this::latest).toList();
  }

  private CompletableFuture<Answer> ask(Pod gateway) {
    var slot = slots.computeIfAbsent(gateway.getMetadata().getUid(), uid -> new Slot());
    var ip = gateway.getStatus() == null ? null : gateway.getStatus().getPodIP();
    if (slot.collect() && ip != null && !ip.isEmpty()) {
      slot.asked =
          admin
              .read(name(gateway), zone(gateway), ip, TIMEOUT)
              .thenApply(report -> new Answer(report, System.nanoTime()));
    }
    return slot.asked;
  }

  private GatewayReport latest(Pod gateway) {
    var slot = slots.get(gateway.getMetadata().getUid());
    slot.collect();
    return slot.isFresh()
        ? slot.answer.report()
        : GatewayReport.unreachable(name(gateway), zone(gateway));
  }

  private static void waitFor(CompletableFuture<Void> answers) {
    try {
      answers.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // some gateway is slow or dark; its slot says so
    } catch (ExecutionException e) {
      throw new IllegalStateException("a gateway's report must not fail", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
  }

  private static String zone(Pod pod) {
    return ClusterView.label(pod, Labels.ZONE);
  }
}
