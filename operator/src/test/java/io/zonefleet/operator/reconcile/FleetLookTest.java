package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Given what a kubelet says of a pod, then one that is new is told from one that fails. */
class FleetLookTest {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no kubelet has seen it  | true  | {phase: Pending, conditions: [{type: PodScheduled, status: "False"}]}
          its image is pulled     | true  | {phase: Pending, conditions: [%I, {type: Ready, status: "False", lastTransitionTime: "2026-11-26T02:00:05Z"}], containerStatuses: [{restartCount: 0, state: {waiting: {reason: ContainerCreating}}}]}
          it loads its model      | true  | {phase: Running, conditions: [%I, {type: Ready, status: "False", lastTransitionTime: "2026-11-26T02:00:05Z"}], containerStatuses: [{restartCount: 0, state: {running: {}}}]}
          it is ready             | false | {phase: Running, conditions: [%I, {type: Ready, status: "True", lastTransitionTime: "2026-11-26T02:00:09Z"}], containerStatuses: [{restartCount: 0, state: {running: {}}}]}
          it was ready, and froze | false | {phase: Running, conditions: [%I, {type: Ready, status: "False", lastTransitionTime: "2026-11-26T02:10:00Z"}], containerStatuses: [{restartCount: 0, state: {running: {}}}]}
          its model is corrupt    | false | {phase: Running, conditions: [%I, {type: Ready, status: "False", lastTransitionTime: "2026-11-26T02:00:05Z"}], containerStatuses: [{restartCount: 0, state: {terminated: {exitCode: 1}}}]}
          it was restarted        | false | {phase: Running, conditions: [%I, {type: Ready, status: "False", lastTransitionTime: "2026-11-26T02:00:05Z"}], containerStatuses: [{restartCount: 1, state: {running: {}}}]}
          it was evicted          | false | {phase: Failed}
          """)
  void aNewPodStartsUp(String what, boolean startsUp, String status) {
    var initialized =
        "{type: Initialized, status: \"True\", lastTransitionTime: \"2026-11-26T02:00:05Z\"}";
    var pod = pod(status.replace("%I", initialized));

    assertThat(FleetLook.report(pod).startsUp()).as(what).isEqualTo(startsUp);
  }

  @Test
  void aPodIsAsOldAsTheYoungestOfItsContainersThatRun() {
    var pod =
        pod(
            """
            {phase: Running, containerStatuses: [
              {restartCount: 0, state: {running: {startedAt: "2026-11-26T02:00:05Z"}}},
              {restartCount: 0, state: {running: {startedAt: "2026-11-26T02:07:00Z"}}},
              {restartCount: 0, state: {waiting: {reason: CrashLoopBackOff}}}]}
            """);
    assertThat(FleetLook.report(pod).runsSince()).contains(Instant.parse("2026-11-26T02:07:00Z"));
    assertThat(FleetLook.report(pod("{phase: Pending}")).runsSince()).isEmpty();
  }

  private static Pod pod(String status) {
    return Serialization.unmarshal(
        "metadata: {name: p, labels: {zonefleet.io/zone: a}}\nstatus: " + status, Pod.class);
  }
}
