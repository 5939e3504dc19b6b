package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.operator.fleet.Fleets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a live object already is what is desired, and when something must be sent. */
class ImprintTest {
  private final List<HasMetadata> objects = Fleets.objects(Fleets.chat());
  private final HasMetadata desired =
      Imprint.mark(Fleets.find(objects, Deployment.class, "chat-gateway-zone-a"));
  private final Deployment live = (Deployment) Serialization.clone(desired);

  @Test
  void whatWasAppliedHolds() {
    assertThat(Imprint.holds(live, desired)).isTrue();
  }

  @Test
  void markingLeavesTheDesiredObjectAsItIs() {
    var service = Fleets.find(objects, Service.class, "chat");

    assertThat(Imprint.mark(service)).isEqualTo(Imprint.mark(service));
    assertThat(service.getMetadata().getAnnotations()).isEmpty();
  }

  @Test
  void defaultsAndAdditionsOfOthersDoNotCount() {
    var grown =
        new DeploymentBuilder(live)
            .editMetadata()
            .withResourceVersion("7")
            .addToAnnotations("deployment.kubernetes.io/revision", "1")
            .endMetadata()
            .editSpec()
            .withProgressDeadlineSeconds(600)
            .editTemplate()
            .editSpec()
            .addNewContainer()
            .withName("sidecar")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .withNewStatus()
            .withReadyReplicas(1)
            .endStatus()
            .build();

    assertThat(Imprint.holds(grown, desired)).isTrue();
  }

  @Test
  void aChangedValueCounts() {
    assertThat(
            Imprint.holds(
                new DeploymentBuilder(live).editSpec().withReplicas(9).endSpec().build(), desired))
        .isFalse();
  }

  @Test
  void aChangedValueDeepInAListCounts() {
    var changed =
        new DeploymentBuilder(live)
            .editSpec()
            .editTemplate()
            .editSpec()
            .editFirstContainer()
            .editReadinessProbe()
            .editHttpGet()
            .withPort(new IntOrString(1))
            .endHttpGet()
            .endReadinessProbe()
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();

    assertThat(Imprint.holds(changed, desired)).isFalse();
  }

  @Test
  void anArgumentTheOthersWouldReadDifferentlyCounts() {
    var changed =
        new DeploymentBuilder(live)
            .editSpec()
            .editTemplate()
            .editSpec()
            .editFirstContainer()
            .addToArgs("--log-level", "trace")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();

    assertThat(Imprint.holds(changed, desired)).as("a list of words is one value").isFalse();
  }

  /** The live object still has all that is asked for, and one field too many that was ours. */
  @Test
  void aFieldThatIsNoLongerDesiredCounts() {
    var fleet = Fleets.chat("template: {gatewayPod: {labels: {team: ml}}}");
    var before =
        Imprint.mark(Fleets.find(Fleets.objects(fleet), Deployment.class, "chat-gateway-zone-a"));

    assertThat(Imprint.holds(before, desired)).isFalse();
  }
}
