package io.zonefleet.e2e.bench;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The results as a page of the documentation. */
final class Page {

  private static final String TEXT =
      """
      # Failover: what clients see when something breaks

      Made by `bin/bench failover`, together with [failover.json](failover.json), which has every trial; do not edit. Machine: %s.

      A real Kubernetes (`bin/zonelab`: one node per zone, real kubelets, kube-proxies and control plane) is broken under an open load.
      Three data planes lead to the **same pods in the same trials**, each under the same load from a client in the last zone:

      - **zonefleet**: the fleet's front Service and its gateways.
      - **service**: a plain Service over the same pods with their readiness probes, as kube-proxy serves it. A Service cannot express
        ActiveStandby: it spreads requests over all zones under either policy. The lab notices a silent node after 16 s; Kubernetes' own
        default is 40-50 s.
      - **haproxy**: HAProxy beside the client with its classic settings, `inter 5s fall 2` on `/readyz`, redispatch, the pods' names from
        DNS; the other zones' pods as `backup` for ActiveStandby, round robin for ActiveActive.

      %s

      What faults do to the decisions alone, in virtual time, is seen a million times in [simulation.md](simulation.md).

      ## Results

      %s

      | fault | policy, zones | data plane | trials | requests | failed, sent after | failed, in flight | broken streams | added p99 | added max | shift p50 | shift p99 | status p99 | spurious | switches | commit |
      |---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|
      %s

      Times are milliseconds. What the columns say:

      - **failed, sent after** / **in flight**: requests that had no answer byte and got none: sent after the fault, or before it. A client
        waits for 10 s, and may be answered once the fault is mended. **broken streams** had had a byte and ended without their last event,
        which no data plane promises to prevent.
      - **added p99**: 99th percentile of the short requests sent in the 5 s after the fault (all of the time for `flap` and `noise-…`), less
        the median before it; a failed request counts with the time that it took to fail. **added max**: the slowest one until the
        fault's end.
      - **shift**: from the fault until requests are answered by survivors at the first try: the end of the last request that failed, was
        tried again, took over 1 s more than usual or was answered by the broken zone, as long as no 2 s pass between two of these.
        A failed request counts with the moment when it was sent.
      - **status**: until somebody who watches the `DeepSeekDeployment` sees the broken zones as Lost; empty where the operator was away
        or rightly never said so.
      - **spurious**: zones declared Lost that the fault does not explain, from before the fault until all was well again.
        **switches**: how often traffic left a zone or came back in that time, by the fleet's journal.
      - Percentiles are over the trials, by nearest rank: with few trials p99 is the worst one. Added p99 is the trials' own p99 in the
        same way.

      ## Where the time goes

      The medians over the trials: from the fault to the first failed check that the operator counts (detect), to its decision
      (decide: it must hold for 0.5 s where the zone's gateways are silent too or its pods refuse, 1 s where they answer, 3 s where
      observers contradict each other or the pods were started in the last minute, 5 s where doubts came and went before), and until a
      watcher saw it (tell).
      Traffic does not wait for these: gateways move it themselves.

      | fault | policy, zones | suspect p99 | detect p50 | decide p50 | tell p50 | status p99 |
      |---|---|--:|--:|--:|--:|--:|
      %s

      ## Faults

      | fault | what is done |
      |---|---|
      %s

      ## How to reproduce

      ```sh
      bin/bench failover                                   # the whole matrix, one trial each
      bin/bench failover --only black-hole,killed --trials 20 --policy both --zones 2,3
      bin/bench failover --trials 100 --resume             # adds what is missing of this commit
      bin/bench failover --only noise-loss,noise-busy,noise-prefill --minutes 30
      ```
      """;

  private Page() {}

  static String of(Results results) {
    return TEXT.formatted(
        results.machine(),
        load(results),
        failures(results),
        results.rows().stream().map(Page::line).collect(Collectors.joining("\n")),
        results.rows().stream()
            .filter(row -> row.suspectP99Millis() != null)
            .map(Page::timeLine)
            .collect(Collectors.joining("\n")),
        Arrays.stream(Fault.values())
            .map(fault -> "| %s | %s |".formatted(fault.id(), fault.words()))
            .collect(Collectors.joining("\n")));
  }

  private static String load(Results results) {
    return results.rows().stream()
        .filter(row -> Fault.of(row.fault()).traffic() != Fault.Traffic.STEADY)
        .map(Row::load)
        .distinct()
        .map(
            load ->
                "%d short requests/s (8 tokens) and %d long streams (900 tokens) for each data plane, each pod held to %s; a fault is mended after %d s"
                    .formatted(
                        load.rate(),
                        load.streams(),
                        load.pacePercent() == 0
                            ? "no bound"
                            : load.pacePercent()
                                + " % of a core, one that a trial starts anew only once it has warmed up, so that the tiny model writes at the pace of a large one",
                        load.windowSeconds()))
        .collect(Collectors.joining("; or ", "Load: ", "."));
  }

  private static String failures(Results results) {
    return Arrays.stream(DataPlane.values())
        .map(
            plane -> {
              var rows = results.rows().stream().filter(row -> row.dataPlane() == plane).toList();
              return "**%s** failed %,d of %,d requests"
                  .formatted(
                      plane,
                      rows.stream()
                          .mapToLong(row -> row.failedUnstarted() + row.failedInFlight())
                          .sum(),
                      rows.stream().mapToLong(Row::requests).sum());
            })
        .collect(Collectors.joining(", ", "Over all rows: ", "."));
  }

  private static String line(Row row) {
    return cells(
        fault(row),
        row.policy() + ", " + row.zones(),
        row.dataPlane(),
        row.trials(),
        row.requests(),
        row.failedUnstarted(),
        row.failedInFlight(),
        row.brokenStreams(),
        row.addedP99Millis(),
        row.addedMaxMillis(),
        row.shiftP50Millis(),
        row.shiftP99Millis(),
        row.statusP99Millis(),
        row.spurious(),
        row.switches(),
        row.commit());
  }

  /** With the minutes of what has no moment. */
  private static String fault(Row row) {
    return Fault.of(row.fault()).traffic() == Fault.Traffic.STEADY
        ? "%s, %d min".formatted(row.fault(), row.load().windowSeconds() / 60)
        : row.fault();
  }

  private static String timeLine(Row row) {
    return cells(
        fault(row),
        row.policy() + ", " + row.zones(),
        row.suspectP99Millis(),
        row.detectP50Millis(),
        row.decideP50Millis(),
        row.tellP50Millis(),
        row.statusP99Millis());
  }

  private static String cells(Object... values) {
    return Arrays.stream(values)
        .map(value -> value == null ? "" : value.toString())
        .collect(Collectors.joining(" | ", "| ", " |"));
  }
}
