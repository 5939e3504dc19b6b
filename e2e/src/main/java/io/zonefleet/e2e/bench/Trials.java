package io.zonefleet.e2e.bench;

import io.zonefleet.e2e.bench.Figures.Moment;
import io.zonefleet.e2e.fleet.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs one fault once, under load on all data planes. */
final class Trials {

  /** What is usual is learnt from so long a time of load. */
  private static final Duration USUAL = Duration.ofSeconds(4);

  /** What starts a pod or the load takes from the processor, and what a cold pod is short of. */
  private static final Duration WARM = Duration.ofSeconds(120);

  /** Streams that warm a pod up, while it has all the processor that there is. */
  private static final int WARM_UP = 60;

  /** Pods that have run for less may be cold, and get more time from the operator (decision 43). */
  private static final Duration COLD = Duration.ofSeconds(60);

  private final Scene scene;
  private final Options options;
  private Fault last;

  Trials(Scene scene, Options options) {
    this.scene = scene;
    this.options = options;
  }

  /**
   * Breaks, watches and mends.
   *
   * @throws AssertionError if the scene does not come to rest before or after it
   */
  Map<DataPlane, Row.Trial> run(Fault fault) {
    scene.settle();
    var load = scene.load();
    if (scene.hasUnpaced()) {
      load.awaitStreams(WARM_UP, WARM);
      scene.holdToPace();
      load.forget();
    }
    // what a fleet does while it and everything else starts is no answer to the fault
    load.awaitSteady(USUAL, WARM);
    if (fault != last) {
      Await.until("no pod is cold", COLD.multipliedBy(2), this::noneIsCold);
      last = fault;
    }
    scene.settle();
    var injector = new Injector(scene);
    Injector.Injection injection;
    Instant end;
    try (var statuses = new StatusTrace(scene.client(), scene.name())) {
      try {
        injector.prepare(fault);
        load.awaitSteady(USUAL, WARM);
        injection = injector.inject(fault);
        injector.hold(fault, injection, options);
        end = Instant.now();
      } finally {
        injector.mend(fault);
      }
      scene.settle();
      var samples = load.between(injection.since().minus(USUAL), end);
      return judged(fault, injection, samples, statuses.seen());
    }
  }

  private boolean noneIsCold() {
    var latest = Instant.now().minus(COLD);
    return scene.pods().stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .map(container -> container.getState().getRunning())
        .allMatch(
            running -> running != null && Instant.parse(running.getStartedAt()).isBefore(latest));
  }

  private Map<DataPlane, Row.Trial> judged(
      Fault fault,
      Injector.Injection injection,
      List<Sample> samples,
      List<StatusTrace.Seen> seen) {
    var moment =
        new Moment(
            injection.since(),
            injection.at(),
            fault.traffic() == Fault.Traffic.LEAVES ? injection.broken() : Set.of(),
            fault.traffic() == Fault.Traffic.STEADY);
    var trials = new EnumMap<DataPlane, Row.Trial>(DataPlane.class);
    for (var plane : DataPlane.values()) {
      trials.put(
          plane,
          new Row.Trial(
              injection.at().toString(),
              Figures.of(samples.stream().filter(s -> s.plane() == plane).toList(), moment),
              plane == DataPlane.zonefleet
                  ? Telling.of(seen, injection.at(), injection.broken(), fault.losses())
                  : null));
    }
    keep(fault, injection.at(), samples, seen, trials.get(DataPlane.zonefleet));
    return trials;
  }

  private void keep(
      Fault fault, Instant at, List<Sample> samples, List<StatusTrace.Seen> seen, Row.Trial ours) {
    var evidence = Evidence.of(scene, fault, at);
    evidence.keep(at, samples, seen);
    var figures = ours.figures();
    if (figures.failedUnstarted() + figures.failedInFlight() + ours.telling().spurious() > 0) {
      evidence.keepLogs(scene);
      System.err.println("    why: " + evidence);
    }
  }
}
