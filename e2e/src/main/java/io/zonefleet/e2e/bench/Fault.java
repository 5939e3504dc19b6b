package io.zonefleet.e2e.bench;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What the bench breaks. {@code zone-a} is the first zone, which serves under ActiveStandby. */
enum Fault {
  BLACK_HOLE("zone-a is cut off the network", Traffic.LEAVES, 1),
  KILLED("every inference server of zone-a gets SIGKILL", Traffic.LEAVES, 1),
  FROZEN("every inference server of zone-a gets SIGSTOP", Traffic.LEAVES, 1),
  UNREADY(
      "every inference server of zone-a gets SIGTERM: /readyz says 503, what runs is finished, then"
          + " it is started anew",
      Traffic.LEAVES,
      1),
  SLOW("every inference server of zone-a has a tenth of its CPU time", Traffic.STAYS, 0),
  HALF("one of zone-a's two inference servers gets SIGSTOP", Traffic.STAYS, 0),
  LOSS("30 % of zone-a's packets are lost, each way", Traffic.STAYS, 1),
  ONE_WAY("what the clients' zone sends to zone-a is lost", Traffic.LEAVES, 0),
  API_SERVER(
      "the API server hangs for 60 s, and zone-a is cut after 5 s of them", Traffic.LEAVES, 1),
  OPERATOR_ZERO("zone-a is cut while no operator runs", Traffic.LEAVES, 0),
  LEADER("zone-a, where the operator's leader runs, is cut", Traffic.LEAVES, 1),
  GATEWAY("the gateway of the clients' zone gets SIGKILL", Traffic.STAYS, 0),
  TWO_ZONES("zone-a and zone-b are cut", Traffic.LEAVES, 1),
  ALL_ZONES("all zones are cut for 10 s", Traffic.STAYS, 0),
  /** Each cut is a loss, so none is spurious: what it takes is told by the number of switches. */
  FLAP("zone-a is cut for 5 s of every 10 s", Traffic.STEADY, Integer.MAX_VALUE),
  DRAIN("kubectl drain of zone-a's node", Traffic.LEAVES, 1),
  ROLLOUT("zone-a is cut while another zone's pod is replaced by a rollout", Traffic.LEAVES, 1),
  OPERATOR_SEES(
      "zone-a and the leader in it are parted from all other zones, the API server sees all",
      Traffic.LEAVES,
      0),
  GATEWAYS_SEE("the leader's zone is parted from zone-a, the clients' is not", Traffic.STAYS, 0),
  NOISE_LOSS("10 % of every zone's packets are lost", Traffic.STEADY, 0),
  NOISE_BUSY("both cores are kept busy", Traffic.STEADY, 0),
  NOISE_PREFILL(
      "zone-a's inference servers always read prompts of 1000 tokens, four at once",
      Traffic.STEADY,
      0);

  /** What the fault asks of traffic. */
  enum Traffic {
    /** Answers of the broken zone are late ones. */
    LEAVES,
    /** The zone may go on answering. */
    STAYS,
    /** The fault has no one moment: all of its time counts alike. */
    STEADY
  }

  private final String words;
  private final Traffic traffic;
  private final int losses;

  Fault(String words, Traffic traffic, int losses) {
    this.words = words;
    this.traffic = traffic;
    this.losses = losses;
  }

  /** As options and results spell it. */
  String id() {
    return name().toLowerCase().replace('_', '-');
  }

  /**
   * @throws IllegalArgumentException if there is none of that name
   */
  static Fault of(String id) {
    return Arrays.stream(values())
        .filter(fault -> fault.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--only: '%s' is no fault; there are: %s".formatted(id, ids())));
  }

  static String ids() {
    return Arrays.stream(values()).map(Fault::id).collect(Collectors.joining(", "));
  }

  String words() {
    return words;
  }

  Traffic traffic() {
    return traffic;
  }

  /** How often each broken zone may be declared lost; more are spurious. */
  int losses() {
    return losses;
  }

  /** The fleet that it takes. */
  Scene.Shape shape() {
    return new Scene.Shape(this == HALF ? 2 : 1, traffic == Traffic.STEADY);
  }

  /** How many zones it takes to break something and leave something. */
  int minZones() {
    return switch (this) {
      case TWO_ZONES, ROLLOUT, OPERATOR_SEES, GATEWAYS_SEE -> 3;
      default -> 2;
    };
  }
}
