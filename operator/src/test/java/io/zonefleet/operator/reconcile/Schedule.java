package io.zonefleet.operator.reconcile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What happens to one simulated fleet, and when. The text form is one line, printed for a schedule
 * that breaks a promise, and read back from {@code simulation/found.txt}.
 *
 * @param seed of everything that is not an event: jitter, skew, who takes a turn first
 * @param wire whether each status travels as JSON
 * @param drainsStay whether drains hold to the end
 */
record Schedule(
    int zones,
    int pods,
    int replicas,
    boolean activeActive,
    boolean manual,
    int stableSeconds,
    int rampSeconds,
    int maxStableSeconds,
    boolean drainsStay,
    boolean wire,
    int evacuationSeconds,
    long seed,
    List<Event> events) {

  /** What may happen; most have an opposite. Zone, pod, replica and time are numbers beside it. */
  enum Kind {
    Cut,
    Heal,
    Kill,
    Revive,
    Partition,
    Join,
    /** The zone's gateways answer no operator in time, though they work. */
    Late,
    Prompt,
    /** The zone's gateways miss all their checks. */
    Starve,
    Feed,
    PodGone,
    PodBack,
    /** The API server says so, whatever gateways see. */
    Unready,
    Ready,
    NodesGone,
    NodesBack,
    GatewayGone,
    GatewayBack,
    /** A replica does not hear of a zone's gateways. */
    Blind,
    See,
    ApiDown,
    ApiUp,
    /** One replica does not reach the API server. */
    ApiCut,
    ApiBack,
    /** One replica's watch is late. */
    Lag,
    /** At its next step of a kind; see {@link SimReplica.Step}. */
    Crash,
    Start,
    Lead,
    /** Believes that it leads, beside the leader. */
    LeadToo,
    /** The next write is committed, and its answer lost. */
    LostAnswer,
    Refuse,
    /** All others take a turn between this replica's look and its write. */
    Overtake,
    Sleep,
    Drain,
    DrainFor,
    Undrain,
    Manual,
    Automatic,
    RemoveZone,
    AddZone,
    Recreate,
    /** Is being deleted, and answers still. */
    PodLeaves,
    /** A new one in its place, which loads its model. */
    PodNew,
    PodLoaded,
    /** Its process ends; its pod stays, and is ready until the kubelet has looked. */
    GatewayDies,
    GatewayRuns,
    GatewayUnready,
    GatewayReady
  }

  /**
   * @param afterMillis after the event before
   */
  record Event(int afterMillis, Kind kind, int a, int b) {
    @Override
    public String toString() {
      return afterMillis + " " + kind + " " + a + " " + b;
    }
  }

  private static final Kind[] KINDS = Kind.values();

  /** What moves traffic comes more often than what only gets in its way. */
  private static final Kind[] HARMS = {
    Kind.Cut, Kind.Cut, Kind.Kill, Kind.Kill, Kind.PodGone, Kind.Partition, Kind.Drain, Kind.Heal
  };

  private static final int[] GAPS = {0, 0, 100, 250, 600, 1000, 2500, 4000, 4000, 9000, 40_000};
  private static final int[] STABLE = {0, 1, 1, 5, 5, 30};
  private static final int[] LONGEST = {5, 5, 20, 60};
  private static final int[] EVACUATIONS = {0, 1, 5, 30, 60};

  static Schedule random(long seed) {
    var random = new SplittableRandom(seed);
    var events = new ArrayList<Event>();
    int count = 2 + random.nextInt(random.nextInt(1, 22));
    for (int i = 0; i < count; i++) {
      events.add(
          new Event(
              pick(GAPS, random),
              random.nextInt(3) == 0
                  ? HARMS[random.nextInt(HARMS.length)]
                  : KINDS[random.nextInt(KINDS.length)],
              random.nextInt(4),
              random.nextInt(8)));
    }
    return new Schedule(
        pick(new int[] {1, 2, 3, 3, 3, 4}, random),
        pick(new int[] {1, 1, 2}, random),
        pick(new int[] {1, 2, 2, 3}, random),
        random.nextInt(3) == 0,
        random.nextInt(4) == 0,
        pick(STABLE, random),
        pick(new int[] {0, 0, 10}, random),
        pick(LONGEST, random),
        random.nextBoolean(),
        seed % 16 == 0,
        pick(EVACUATIONS, random),
        seed,
        List.copyOf(events));
  }

  private static int pick(int[] values, SplittableRandom random) {
    return values[random.nextInt(values.length)];
  }

  /** Without one event, as long as what is left still breaks the promise: easier to read. */
  Schedule without(int index) {
    var fewer = new ArrayList<>(events);
    var gone = fewer.remove(index);
    if (index < fewer.size()) {
      var next = fewer.get(index);
      int after = next.afterMillis() + gone.afterMillis();
      fewer.set(index, new Event(after, next.kind(), next.a(), next.b()));
    }
    return new Schedule(
        zones,
        pods,
        replicas,
        activeActive,
        manual,
        stableSeconds,
        rampSeconds,
        maxStableSeconds,
        drainsStay,
        wire,
        evacuationSeconds,
        seed,
        List.copyOf(fewer));
  }

  @Override
  public String toString() {
    return "%d zones %d pods %d replicas %s %s %d %d %d %s %s %d %d | %s"
        .formatted(
            zones,
            pods,
            replicas,
            activeActive ? "ActiveActive" : "ActiveStandby",
            manual ? "Manual" : "Automatic",
            stableSeconds,
            rampSeconds,
            maxStableSeconds,
            drainsStay ? "drains" : "undrained",
            wire ? "wire" : "direct",
            evacuationSeconds,
            seed,
            events.stream().map(Event::toString).collect(Collectors.joining(" | ")));
  }

  static Schedule parse(String line) {
    var parts = line.split(" \\| ");
    var head = parts[0].strip().split(" ");
    return new Schedule(
        Integer.parseInt(head[0]),
        Integer.parseInt(head[2]),
        Integer.parseInt(head[4]),
        head[6].equals("ActiveActive"),
        head[7].equals("Manual"),
        Integer.parseInt(head[8]),
        Integer.parseInt(head[9]),
        Integer.parseInt(head[10]),
        head[11].equals("drains"),
        head[12].equals("wire"),
        Integer.parseInt(head[13]),
        Long.parseLong(head[14]),
        Arrays.stream(parts).skip(1).map(Schedule::event).toList());
  }

  private static Event event(String words) {
    var parts = words.strip().split(" ");
    return new Event(
        Integer.parseInt(parts[0]),
        Kind.valueOf(parts[1]),
        Integer.parseInt(parts[2]),
        Integer.parseInt(parts[3]));
  }
}
