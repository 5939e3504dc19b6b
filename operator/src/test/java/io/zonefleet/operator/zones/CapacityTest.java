package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.operator.zones.Capacity.Loss;
import io.zonefleet.operator.zones.Capacity.Zone;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Given zones, their pods and what runs: which loss leaves too little room. */
class CapacityTest {
  private static final int PER_POD = 4;

  @Test
  void theStandbyThatTakesOverHasToHaveTheRoomAlone() {
    var zones = List.of(active("a", 1, 3), standby("b", 1), standby("c", 5));
    var capacity = Capacity.of(Policy.ActiveStandby, zones, PER_POD, 6);

    assertThat(capacity.losses()).containsExactly(new Loss("a", 4, List.of("b")));
    assertThat(capacity.tooMuch()).hasSize(1);
    assertThat(Capacity.of(Policy.ActiveStandby, zones, PER_POD, 4).tooMuch()).isEmpty();
  }

  @Test
  void eachZoneThatSharesIsReckonedWith() {
    var zones = List.of(active("a", 1, 3), active("b", 1, 2), active("c", 1, 1));
    var capacity = Capacity.of(Policy.ActiveActive, zones, PER_POD, 13);

    assertThat(capacity.losses())
        .containsExactly(
            new Loss("a", 12, List.of("b", "c")),
            new Loss("b", 16, List.of("a", "c")),
            new Loss("c", 20, List.of("a", "b")));
    assertThat(capacity.tooMuch()).extracting(Loss::zone).containsExactly("a");
    assertThat(capacity.inWords(capacity.tooMuch()))
        .isEqualTo(
            "13 requests ran at once in the last minute; without a there is room for 12 in b, c:"
                + " more would wait; raise replicas or spec.server.maxConcurrency");
  }

  /** b's pod gets three times what c's gets, and is full when c's has one. */
  @Test
  void unequalWeightsFillTheHeaviestZoneFirst() {
    var zones = List.of(active("a", 1, 1), active("b", 3, 1), active("c", 1, 1));

    assertThat(Capacity.of(Policy.ActiveActive, zones, PER_POD, 0).losses().getFirst())
        .isEqualTo(new Loss("a", 5, List.of("b", "c")));
  }

  @Test
  void aZoneThatOnlyStandsByTakesOverWhenNobodyElseShares() {
    var zones = List.of(active("a", 1, 1), new Zone("b", 0, 2, true));

    assertThat(Capacity.of(Policy.ActiveActive, zones, PER_POD, 0).losses())
        .contains(new Loss("a", 8, List.of("b")));
  }

  @Test
  void aLargeFleetIsToldInSteps() {
    var zones = List.of(active("a", 1, 50), active("b", 1, 50));

    assertThat(Capacity.of(Policy.ActiveActive, zones, PER_POD, 101).running()).isEqualTo(120);
    assertThat(Capacity.of(Policy.ActiveActive, zones, PER_POD, 119).running()).isEqualTo(120);
    assertThat(Capacity.of(Policy.ActiveActive, zones, PER_POD, 0).running()).isZero();
  }

  /** Whatever the weights: with what a loss leaves room for, no surviving pod is over its bound. */
  @Property
  void noPodIsOverfullWithWhatThereIsRoomFor(
      @ForAll("zones") List<Zone> zones, @ForAll @IntRange(min = 1, max = 64) int perPod) {
    for (var loss : Capacity.of(Policy.ActiveActive, zones, perPod, 0).losses()) {
      var heirs = zones.stream().filter(z -> loss.survivors().contains(z.name())).toList();
      double parts = heirs.stream().mapToDouble(z -> z.weight() * z.pods()).sum();
      for (var heir : heirs) {
        double inPod = parts == 0 ? 0 : loss.room() * heir.weight() / parts;
        assertThat(inPod).isLessThanOrEqualTo(perPod + 1e-9);
      }
      assertThat(loss.room())
          .isLessThanOrEqualTo(heirs.stream().mapToInt(z -> z.pods() * perPod).sum());
      assertThat(loss.survivors()).isNotEmpty().doesNotContain(loss.zone());
    }
  }

  @Property
  void moreThatRunsIsNeverSurvivedWhereLessIsNot(
      @ForAll("zones") List<Zone> zones,
      @ForAll Policy policy,
      @ForAll @IntRange(max = 500) int running,
      @ForAll @IntRange(max = 500) int more) {
    var less = Capacity.of(policy, zones, PER_POD, running).tooMuch();
    assertThat(Capacity.of(policy, zones, PER_POD, running + more).tooMuch()).containsAll(less);
  }

  @Provide
  Arbitrary<List<Zone>> zones() {
    var zone =
        Combinators.combine(
                Arbitraries.integers().between(0, 20),
                Arbitraries.integers().between(1, 30),
                Arbitraries.of(true, true, false))
            .as((weight, pods, serving) -> new Zone("", weight, pods, serving));
    return zone.list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(
            list ->
                IntStream.range(0, list.size())
                    .mapToObj(
                        i ->
                            new Zone(
                                "z" + i,
                                list.get(i).weight(),
                                list.get(i).pods(),
                                list.get(i).serving()))
                    .toList());
  }

  private static Zone active(String name, int weight, int pods) {
    return new Zone(name, weight, pods, true);
  }

  private static Zone standby(String name, int pods) {
    return new Zone(name, 1, pods, false);
  }
}
