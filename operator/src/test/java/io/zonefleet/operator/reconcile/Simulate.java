package io.zonefleet.operator.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Runs many schedules, each from its own seed. {@code bin/bench simulate} calls this. Arguments:
 * how many, the first seed.
 */
final class Simulate {
  private static final int BATCH = 500;

  /** What came of many schedules. */
  record Result(long schedules, long events, long looks, long switches, long millis) {
    @Override
    public String toString() {
      return "%,d schedules, no promise broken: %,d events, %,d looks, %,d switches in %.1f s"
          .formatted(schedules, events, looks, switches, millis / 1000.0);
    }
  }

  private final LongAdder done = new LongAdder();
  private final LongAdder events = new LongAdder();
  private final LongAdder looks = new LongAdder();
  private final LongAdder switches = new LongAdder();
  private final AtomicBoolean broken = new AtomicBoolean();

  private Simulate() {}

  public static void main(String[] args) throws InterruptedException {
    long count = Long.parseLong(args[0]);
    long first = Long.parseLong(args[1]);
    try {
      System.out.println(many(first, count));
    } catch (AssertionError e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Runs schedules {@code first} to {@code first + count - 1} on all processors.
   *
   * @throws AssertionError with the shortest schedule found that breaks a promise, as one line
   */
  static Result many(long first, long count) throws InterruptedException {
    return new Simulate().run(first, count);
  }

  private Result run(long first, long count) throws InterruptedException {
    long begun = System.nanoTime();
    try (var pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      var batches = new ArrayList<Future<Void>>();
      for (long from = first; from < first + count; from += BATCH) {
        long seed = from;
        long to = Math.min(from + BATCH, first + count);
        Callable<Void> batch = () -> batch(seed, to);
        batches.add(pool.submit(batch));
      }
      for (var batch : batches) {
        batch.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof AssertionError error
          ? error
          : new AssertionError("a schedule could not be run", e.getCause());
    }
    return new Result(
        done.sum(),
        events.sum(),
        looks.sum(),
        switches.sum(),
        (System.nanoTime() - begun) / 1_000_000);
  }

  private Void batch(long from, long to) {
    for (long seed = from; seed < to && !broken.get(); seed++) {
      var schedule = Schedule.random(seed);
      try {
        var run = new Simulation(schedule).run();
        looks.add(run.looks());
        switches.add(run.promises().switches());
      } catch (RuntimeException e) {
        broken.set(true);
        throw new AssertionError(report(seed, schedule), e);
      }
      events.add(schedule.events().size());
      done.increment();
    }
    return null;
  }

  private static String report(long seed, Schedule schedule) {
    var shortest = shorten(schedule);
    return """
        seed %d breaks a promise: %s
        %s
        the shortest that does so: %s
        %s"""
        .formatted(
            seed,
            problem(schedule).orElse("not when run again"),
            schedule,
            problem(shortest).orElse(""),
            shortest);
  }

  /** Leaves out one event after the other, for as long as some promise is broken. */
  static Schedule shorten(Schedule schedule) {
    for (int i = schedule.events().size() - 1; i >= 0; i--) {
      var shorter = schedule.without(i);
      if (problem(shorter).isPresent()) {
        return shorten(shorter);
      }
    }
    return schedule;
  }

  /** What a schedule breaks, in words. */
  static Optional<String> problem(Schedule schedule) {
    try {
      new Simulation(schedule).run();
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  /** Schedules that once broke a promise, one in each line that is no comment. */
  static List<Schedule> found(List<String> lines) {
    return lines.stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(Schedule::parse)
        .toList();
  }
}
