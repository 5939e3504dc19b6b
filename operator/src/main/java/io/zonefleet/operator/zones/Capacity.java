package io.zonefleet.operator.zones;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Room for what runs, once a zone has gone.
 *
 * @param running requests at once, 0 or more
 * @param losses each zone whose loss would move requests, in the order of the spec
 */
public record Capacity(int running, List<Loss> losses) {
  /** Told in parts of what the fleet can take, so that it does not change with each request. */
  private static final int PARTS = 20;

  /**
   * A zone as the reckoning needs it.
   *
   * @param weight share of one pod in ActiveActive, 0 or more
   * @param pods that are admitted and may serve, 0 or more
   */
  public record Zone(String name, int weight, int pods, boolean serving) {}

  /**
   * One zone's loss.
   *
   * @param room requests that run at once in the zones that take over, before one has to wait
   * @param survivors zones that take over; not empty
   */
  public record Loss(String zone, int room, List<String> survivors) {}

  /**
   * What each possible loss leaves.
   *
   * @param zones those that can serve, in the order of the spec
   * @param perPod requests that a pod runs at once, 1 or more
   * @param running requests at once, 0 or more
   */
  public static Capacity of(Policy policy, List<Zone> zones, int perPod, int running) {
    int whole = zones.stream().mapToInt(z -> z.pods() * perPod).sum();
    int step = Math.max(1, whole / PARTS);
    return new Capacity(
        Math.ceilDiv(running, step) * step,
        zones.stream()
            .filter(Zone::serving)
            .flatMap(lost -> loss(policy, zones, perPod, lost).stream())
            .toList());
  }

  private static Optional<Loss> loss(Policy policy, List<Zone> zones, int perPod, Zone lost) {
    var others = zones.stream().filter(z -> !z.equals(lost) && z.pods() > 0).toList();
    var heirs =
        policy == Policy.ActiveStandby
            ? others.stream().sorted(Comparator.comparing(z -> !z.serving())).limit(1).toList()
            : sharing(others);
    return heirs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Loss(
                lost.name(), room(policy, heirs, perPod), heirs.stream().map(Zone::name).toList()));
  }

  /** Those that share now; when there is none beside the lost one, the first that could. */
  private static List<Zone> sharing(List<Zone> others) {
    var sharing = others.stream().filter(z -> z.serving() && z.weight() > 0).toList();
    return sharing.isEmpty() ? others.stream().limit(1).toList() : sharing;
  }

  /**
   * With unequal weights the pods of the heaviest zone are full first, and the others never get
   * more beside them than their weight grants.
   */
  private static int room(Policy policy, List<Zone> heirs, int perPod) {
    long heaviest = heirs.stream().mapToLong(Zone::weight).max().orElse(0);
    if (policy == Policy.ActiveStandby || heaviest == 0) {
      return heirs.stream().mapToInt(z -> z.pods() * perPod).sum();
    }
    long parts = heirs.stream().mapToLong(z -> (long) z.weight() * z.pods()).sum();
    return (int) Math.min(Integer.MAX_VALUE, parts * perPod / heaviest);
  }

  /** Losses that leave less room than what runs needs. */
  public List<Loss> tooMuch() {
    return losses.stream().filter(loss -> loss.room() < running).toList();
  }

  /** The loss that leaves least room. */
  public Optional<Loss> worst() {
    return losses.stream().min(Comparator.comparingInt(Loss::room));
  }

  /** As a condition tells it of losses that are survived. */
  public String inWords() {
    return worst()
        .map(
            loss ->
                "%d requests at most ran at once in the last minute, and without %s there is room for %d"
                    .formatted(running, loss.zone(), loss.room()))
        .orElse("");
  }

  /** As a condition tells it of losses that are not. */
  public String inWords(List<Loss> tooMuch) {
    return "%d requests ran at once in the last minute; %s: more would wait; raise replicas or spec.server.maxConcurrency"
        .formatted(
            running,
            tooMuch.stream()
                .map(
                    loss ->
                        "without %s there is room for %d in %s"
                            .formatted(
                                loss.zone(), loss.room(), String.join(", ", loss.survivors())))
                .collect(Collectors.joining("; ")));
  }
}
