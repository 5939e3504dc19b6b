package io.zonefleet.e2e.bench;

import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.Clusters;
import io.zonefleet.e2e.cluster.Command;
import io.zonefleet.e2e.cluster.Zonelab;
import io.zonefleet.e2e.fleet.Installation;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code bin/bench failover}: what clients see when something breaks, beside two baselines. */
public final class Failover {

  private final Instant started = Instant.now();
  private final Options options;
  private final Zonelab lab;
  private final Installation installation;
  private final Path folder = Command.repository().resolve("docs/benchmarks");
  private final List<String> incomplete = new ArrayList<>();
  private Results results;

  private Failover(Options options, Zonelab lab, Installation installation, String commit) {
    this.options = options;
    this.lab = lab;
    this.installation = installation;
    this.results = Results.read(folder.resolve("failover.json"), Machine.words(), commit);
  }

  /**
   * Called by {@code bin/bench failover}, with the system properties {@code zonefleet.images},
   * archives separated by colons, and {@code zonefleet.commit}.
   */
  public static void main(String[] args) {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    var lab = Zonelab.up(options.lab(), Clusters.ZONES, options.keep());
    // Ctrl-C and SIGTERM too: what runs in the lab's networks would outlive this process
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      ProcessHandle.current().children().forEach(ProcessHandle::destroy);
                      lab.close();
                    }));
    lab.zones().forEach(lab::heal);
    lab.load(
        Arrays.stream(System.getProperty("zonefleet.images").split(File.pathSeparator))
            .map(Path::of)
            .toList());
    try (var installation = Installation.on(lab)) {
      installation.bringWeights();
      var bench = new Failover(options, lab, installation, System.getProperty("zonefleet.commit"));
      bench.run();
      System.exit(bench.incomplete.isEmpty() ? 0 : 1);
    }
  }

  private void run() {
    for (var policy : options.policies()) {
      for (var zones : options.zones()) {
        options.only().stream()
            .filter(fault -> fault.minZones() <= zones && missing(fault, policy, zones) > 0)
            .collect(Collectors.groupingBy(Fault::shape, LinkedHashMap::new, Collectors.toList()))
            .forEach(
                (shape, faults) -> {
                  if (inTime()) {
                    play(policy, lab.zones().subList(0, zones), shape, faults);
                  }
                });
      }
    }
    incomplete.forEach(what -> System.err.println("NOT COMPLETED: " + what));
  }

  private void play(
      TrafficPolicy policy, List<String> zones, Scene.Shape shape, List<Fault> faults) {
    try (var scene = new Scene(lab, installation, policy, zones, shape, options.load())) {
      var trials = new Trials(scene, options);
      for (var fault : faults) {
        var done = done(fault, policy, zones.size());
        for (int left = missing(fault, policy, zones.size()); left > 0 && inTime(); left--) {
          var title = "%s, %s, %d zones".formatted(fault.id(), policy, zones.size());
          System.err.printf("==> %s (after %d s)%n", title, elapsed().toSeconds());
          try {
            record(fault, policy, zones.size(), done, trials.run(fault));
          } catch (AssertionError | IllegalStateException e) {
            incomplete.add(title + ": " + e.getMessage());
            System.err.println("    not completed: " + e.getMessage());
          }
        }
      }
    }
  }

  private int missing(Fault fault, TrafficPolicy policy, int zones) {
    return options.trials()
        - done(fault, policy, zones).values().stream().mapToInt(List::size).min().orElse(0);
  }

  /** Trials that count; the run adds to them. */
  private Map<DataPlane, List<Row.Trial>> done(Fault fault, TrafficPolicy policy, int zones) {
    var done = new EnumMap<DataPlane, List<Row.Trial>>(DataPlane.class);
    for (var plane : DataPlane.values()) {
      var key = new Row.Key(fault.id(), policy, zones, plane);
      done.put(
          plane,
          new ArrayList<>(options.resume() ? results.done(key, options.load(fault)) : List.of()));
    }
    return done;
  }

  private void record(
      Fault fault,
      TrafficPolicy policy,
      int zones,
      Map<DataPlane, List<Row.Trial>> done,
      Map<DataPlane, Row.Trial> trials) {
    trials.forEach(
        (plane, trial) -> {
          done.get(plane).add(trial);
          results =
              results.with(
                  new Row.Key(fault.id(), policy, zones, plane),
                  options.load(fault),
                  done.get(plane));
          System.err.printf("    %-9s %s %s%n", plane, trial.figures(), trial.telling());
        });
    // after each trial, so that a run that ends early has not run in vain
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("failover.json"), results.json());
      Files.writeString(folder.resolve("failover.md"), Page.of(results));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean inTime() {
    return elapsed().compareTo(options.stopAfter()) < 0;
  }

  private Duration elapsed() {
    return Duration.between(started, Instant.now());
  }
}
