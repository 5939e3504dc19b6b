package io.zonefleet.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.fleet.FrontDoor;
import io.zonefleet.operator.fleet.Labels;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A fleet that serves is to do without gateways, or to have them again. */
class FrontTurnTest {
  private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
  private static final DeepSeekDeployment WITH = Fleets.parse(Fleets.chat());
  private static final DeepSeekDeployment WITHOUT =
      Fleets.parse(Fleets.chat("traffic: {gateway: {mode: Disabled}}"));
  private static final Pod GATEWAY = pod(Labels.GATEWAY, true, true);

  @Test
  void aNewFleetIsAsAskedFromTheStart() {
    assertThat(turn(WITH, Optional.empty()))
        .isEqualTo(new FrontTurn(new FrontDoor(Labels.GATEWAY, true), Optional.empty()));
    assertThat(turn(WITHOUT, Optional.empty()))
        .isEqualTo(new FrontTurn(new FrontDoor(Labels.INFERENCE, true), Optional.empty()));
  }

  @Test
  void gatewaysStayUntilAPodThatServesIsReady() {
    assertThat(turn(WITHOUT, live(WITH), GATEWAY).door())
        .isEqualTo(new FrontDoor(Labels.GATEWAY, false));
    assertThat(turn(WITHOUT, live(WITH), GATEWAY, pod(Labels.INFERENCE, true, false)).door())
        .as("not ready")
        .isEqualTo(new FrontDoor(Labels.GATEWAY, false));
    assertThat(turn(WITHOUT, live(WITH), GATEWAY, pod(Labels.INFERENCE, false, true)).waits())
        .as("of a zone that does not serve")
        .contains("clients go to the fleet's gateways until one of its inference pods is ready");
    assertThat(turn(WITHOUT, live(WITH), GATEWAY, pod(Labels.INFERENCE, true, true)).door())
        .isEqualTo(new FrontDoor(Labels.INFERENCE, false));
  }

  @Test
  void podsStayOpenUntilAGatewayIsReady() {
    var pod = pod(Labels.INFERENCE, true, true);
    assertThat(turn(WITH, live(WITHOUT), pod, pod(Labels.GATEWAY, true, false)).door())
        .isEqualTo(new FrontDoor(Labels.INFERENCE, false));
    assertThat(turn(WITH, live(WITHOUT), pod, GATEWAY).door())
        .isEqualTo(new FrontDoor(Labels.GATEWAY, false));
  }

  @Test
  void whomClientsHaveLeftStaysUntilEveryNodeKnows() {
    var just =
        FrontTurn.of(WITHOUT, live(WITHOUT), Optional.of(NOW.minusSeconds(9)), List.of(), NOW);
    assertThat(just.door()).isEqualTo(new FrontDoor(Labels.INFERENCE, false));
    assertThat(just.waits()).isPresent();
    var later =
        FrontTurn.of(WITHOUT, live(WITHOUT), Optional.of(NOW.minusSeconds(10)), List.of(), NOW);
    assertThat(later)
        .isEqualTo(new FrontTurn(new FrontDoor(Labels.INFERENCE, true), Optional.empty()));
  }

  @Test
  void aFleetWithGatewaysKeepsThemWhateverPodsAreLabelled() {
    assertThat(turn(WITH, live(WITH), pod(Labels.INFERENCE, true, true)).door())
        .isEqualTo(new FrontDoor(Labels.GATEWAY, true));
  }

  private static FrontTurn turn(DeepSeekDeployment fleet, Optional<Service> live, Pod... pods) {
    return FrontTurn.of(fleet, live, Optional.empty(), List.of(pods), NOW);
  }

  private static Optional<Service> live(DeepSeekDeployment as) {
    return Optional.of(Fleets.find(Fleets.objects(as), Service.class, "chat"));
  }

  private static Pod pod(String component, boolean serving, boolean ready) {
    return new PodBuilder()
        .withNewMetadata()
        .addToLabels(Labels.COMPONENT, component)
        .addToLabels(Labels.SERVING, serving ? "true" : "false")
        .endMetadata()
        .withNewStatus()
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready ? "True" : "False")
        .endCondition()
        .endStatus()
        .build();
  }
}
