package io.zonefleet.e2e.bench;

import io.zonefleet.api.v1alpha1.TrafficPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What the command line asks for.
 *
 * @param trials of each row
 * @param zones numbers of zones, each 2 or 3
 * @param resume whether trials of this commit and load that were done before count
 * @param load of faults that have a moment
 * @param steady how long {@code flap} and {@code noise-…} last
 * @param stopAfter after which no trial is begun
 * @param lab name of the zonelab
 * @param keep whether the lab is left running
 */
record Options(
    int trials,
    List<Fault> only,
    List<TrafficPolicy> policies,
    List<Integer> zones,
    boolean resume,
    Row.Load load,
    Duration steady,
    Duration stopAfter,
    String lab,
    boolean keep) {

  private static final Set<String> FLAGS = Set.of("--resume", "--keep");
  private static final Set<String> VALUED =
      Set.of(
          "--trials",
          "--only",
          "--policy",
          "--zones",
          "--rate",
          "--streams",
          "--pace",
          "--minutes",
          "--window",
          "--stop-after",
          "--name");

  /**
   * @throws IllegalArgumentException if an option is none, or its value is not allowed
   */
  static Options parse(String... arguments) {
    var given = given(arguments);
    return new Options(
        number(given, "--trials", 1, 1, 1000),
        words(given.getOrDefault("--only", Fault.ids().replace(" ", "")), Fault::of),
        policies(given.getOrDefault("--policy", TrafficPolicy.ActiveStandby.name())),
        words(given.getOrDefault("--zones", "3"), Options::zones),
        given.containsKey("--resume"),
        new Row.Load(
            number(given, "--rate", 10, 1, 1000),
            number(given, "--streams", 2, 1, 100),
            number(given, "--pace", 40, 0, 100),
            number(given, "--window", 10, 5, 300)),
        Duration.ofMinutes(number(given, "--minutes", 2, 1, 120)),
        Duration.ofSeconds(number(given, "--stop-after", 86_400, 1, 86_400)),
        given.getOrDefault("--name", "bench"),
        given.containsKey("--keep"));
  }

  /** What the fault is run with, and for how long. */
  Row.Load load(Fault fault) {
    return fault.traffic() == Fault.Traffic.STEADY ? load.lasting(steady) : load;
  }

  private static Map<String, String> given(String... arguments) {
    var given = new HashMap<String, String>();
    for (int i = 0; i < arguments.length; i++) {
      var option = arguments[i];
      if (FLAGS.contains(option)) {
        given.put(option, "");
      } else if (!VALUED.contains(option)) {
        throw new IllegalArgumentException(
            "no option '" + option + "'; see bin/bench failover --help");
      } else if (++i == arguments.length) {
        throw new IllegalArgumentException(option + " needs a value");
      } else {
        given.put(option, arguments[i]);
      }
    }
    return given;
  }

  private static int number(
      Map<String, String> given, String option, int absent, int min, int max) {
    var value = given.getOrDefault(option, Integer.toString(absent));
    if (value.matches("\\d{1,9}")
        && Integer.parseInt(value) >= min
        && Integer.parseInt(value) <= max) {
      return Integer.parseInt(value);
    }
    throw new IllegalArgumentException(
        "%s is '%s', allowed are %d to %d".formatted(option, value, min, max));
  }

  private static <T> List<T> words(String value, Function<String, T> of) {
    return Arrays.stream(value.split(",")).map(of).distinct().toList();
  }

  private static List<TrafficPolicy> policies(String value) {
    return switch (value) {
      case "both" -> List.of(TrafficPolicy.values());
      case "ActiveStandby", "ActiveActive" -> List.of(TrafficPolicy.valueOf(value));
      default ->
          throw new IllegalArgumentException(
              "--policy is '%s', allowed are ActiveStandby, ActiveActive and both"
                  .formatted(value));
    };
  }

  private static int zones(String value) {
    if (!Set.of("2", "3").contains(value)) {
      throw new IllegalArgumentException("--zones is '%s', allowed are 2 and 3".formatted(value));
    }
    return Integer.parseInt(value);
  }
}
