package io.zonefleet.operator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the schema cannot refuse is refused with the field, the value and what is allowed. */
class FleetProblemsTest {

  @Test
  void aPlainFleetHasNone() {
    assertThat(FleetProblems.of(Fleets.parse(Fleets.chat()))).isEmpty();
  }

  @Test
  void aZoneNamedAsTheGatewaysHasNone() {
    var zones = "{name: gateway}, {name: gateway-a}, {name: weights}, {name: inference}";
    assertThat(FleetProblems.of(Fleets.parse(Fleets.named("chat", zones)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1chat                                | metadata.name: '1chat' cannot name a Service; allowed are lower-case letters, digits and dashes, beginning with a letter
          chat.eu                              | metadata.name: 'chat.eu' cannot name a Service; allowed are lower-case letters, digits and dashes, beginning with a letter
          a-fleet-whose-name-says-all-about-its-purpose | metadata.name: 'a-fleet-whose-name-says-all-about-its-purpose' and zone 'zone-1' have 51
          """)
  void namesThatNoObjectCanHave(String name, String problem) {
    var problems = FleetProblems.of(Fleets.parse(Fleets.named(name, "{name: zone-1}")));
    if (problem.endsWith(" 51")) {
      assertThat(problems).as("51 characters just fit").isEmpty();
    } else {
      assertThat(problems).containsExactly(problem);
    }
  }

  @Test
  void aNameThatIsTooLongTogetherWithItsZone() {
    var fleet = Fleets.named("a-fleet-whose-name-says-all-about-its-purpose", "{name: zone-01}");
    assertThat(FleetProblems.of(Fleets.parse(fleet)))
        .containsExactly(
            "metadata.name: 'a-fleet-whose-name-says-all-about-its-purpose' and zone 'zone-01' have"
                + " 52 characters together; at most 51 fit in the names of pods");
  }

  @Test
  void twoZonesWhoseServicesWouldBeOne() {
    var fleet = Fleets.named("chat", "{name: b}, {name: b-http}");
    assertThat(FleetProblems.of(Fleets.parse(fleet)))
        .containsExactly("spec.zones: two zones need a Service chat-b-http; rename one of them");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          storage: {claims: {zone-z: mine}}                       | spec.storage.claims: key 'zone-z' has no meaning in mode PerZone; allowed: the zones zone-a, zone-b
          storage: {mode: Shared, claims: {zone-a: mine}}         | spec.storage.claims: key 'zone-a' has no meaning in mode Shared; allowed: 'shared'
          storage: {mode: PerPod, claims: {zone-a: mine}}         | spec.storage.claims: key 'zone-a' has no meaning in mode PerPod; allowed: none, for each pod gets a claim of its own
          storage: {claims: {zone-a: ''}}                         | spec.storage.claims: key 'zone-a' names no claim; allowed: the name of a PersistentVolumeClaim
          storage: {subPath: models/../../etc}                    | spec.storage.subPath: 'models/../../etc' leaves the volume; allowed is a folder on it, without '..'
          template: {pod: {labels: {zonefleet.io/zone: zone-z}}}  | spec.template.pod.labels: 'zonefleet.io/zone' is Zonefleet's own; allowed are other labels
          template: {gatewayPod: {labels: {zonefleet.io/serving: 'false'}}} | spec.template.gatewayPod.labels: 'zonefleet.io/serving' is Zonefleet's own; allowed are other labels
          template: {service: {labels: {app.kubernetes.io/instance: x}}} | spec.template.service.labels: 'app.kubernetes.io/instance' is Zonefleet's own; allowed are other labels
          template: {pod: {nodeSelector: {topology.kubernetes.io/zone: z}}} | spec.template.pod.nodeSelector: topology.kubernetes.io/zone cannot be set here; spec.zones places the pods
          """,
      quoteCharacter = '"')
  void fieldsThatContradictTheRest(String spec, String problem) {
    assertThat(FleetProblems.of(Fleets.parse(Fleets.chat(spec)))).containsExactly(problem);
  }
}
