package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.zonefleet.operator.fleet.GatewaySecret;
import io.zonefleet.operator.trust.Authority;
import io.zonefleet.operator.trust.GatewayIdentity;
import io.zonefleet.operator.trust.Leaf;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole operator on a real API server. */
@ExtendWith(ApiServerIsBuilt.class)
@QuarkusTest
@QuarkusTestResource(ApiServerResource.class)
class OperatorTest {
  private static final List<String> ZONES = List.of("zone-a", "zone-b", "zone-c");
  private static final Duration SOON = Duration.ofSeconds(20);

  @TestHTTPResource("/q/health/ready")
  URI ready;

  @TestHTTPResource("/q/metrics")
  URI metrics;

  @BeforeEach
  void nodes() {
    ZONES.forEach(zone -> TestFleet.node(ApiServerResource.api.client(), zone));
  }

  @Test
  void aResourceBecomesObjectsAndAStatus() throws Exception {
    try (var fleet = new TestFleet(ApiServerResource.api, "made", ZONES).applied("")) {
      Eventually.holds(
          "a StatefulSet and a gateway for each zone",
          SOON,
          () ->
              objects(fleet, StatefulSet.class).size() == 3
                  && objects(fleet, Deployment.class).size() == 3);
      Eventually.holds(
          "status of this generation",
          SOON,
          () ->
              fleet.status() != null
                  && Long.valueOf(1).equals(fleet.status().observedGeneration()));
      assertThat(fleet.status().url()).isEqualTo("http://made.ns-made.svc");
      assertThat(fleet.status().phase()).isEqualTo("Pending");
      assertThat(fleet.condition("Ready").getStatus()).isEqualTo("False");
      assertThat(fleet.condition("Ready").getMessage()).contains("0 of 1 pods");

      fleet.withPods();
      Eventually.holds(
          () -> "the fleet is ready, not " + fleet.status(), SOON, () -> fleet.is("Ready", "True"));
      assertThat(fleet.status().phase()).isEqualTo("Ready");
      Eventually.holds(
          "the plan with its pods is kept for gateways that start alone",
          SOON,
          () ->
              objects(fleet, ConfigMap.class).stream()
                  .filter(map -> map.getMetadata().getName().equals("made-gateway-plan"))
                  .anyMatch(map -> map.getBinaryData().containsKey("last-eds.pb")));
      assertThat(fleet.status().zonesReady()).isEqualTo("3/3");
      assertThat(get(ready).statusCode()).isEqualTo(200);
      assertThat(get(metrics).body())
          .contains("zonefleet_epoch{fleet=\"made\",namespace=\"ns-made\"} 1.0")
          .contains(
              "zonefleet_zone_role{fleet=\"made\",namespace=\"ns-made\",role=\"Active\",zone=\"zone-a\"} 1.0");
    }
  }

  @Test
  void gatewaysGetACertificateOfTheAuthorityThatTheOperatorMade() throws Exception {
    try (var fleet = new TestFleet(ApiServerResource.api, "known", ZONES).applied("")) {
      Eventually.holds(
          "gateways and their Secret",
          SOON,
          () ->
              objects(fleet, Deployment.class).size() == 3
                  && objects(fleet, Secret.class).size() == 1);
      var leaf = Leaf.parse(GatewaySecret.texts(objects(fleet, Secret.class).getFirst()));
      var authority =
          Authority.parse(
              GatewaySecret.texts(
                  ApiServerResource.api
                      .client()
                      .secrets()
                      .inNamespace("zonefleet-system")
                      .withName("zonefleet-xds-ca")
                      .get()));
      assertThat(authority.signed(leaf.own().certificate())).isTrue();
      assertThat(GatewayIdentity.of(leaf.own().certificate()))
          .contains(new GatewayIdentity("ns-known", "known"));
      assertThat(get(metrics).body())
          .contains("zonefleet_certificate_end_timestamp_seconds{of=\"authority\"}")
          .contains("zonefleet_certificate_end_timestamp_seconds{of=\"server\"}");
    }
  }

  @Test
  void aSecondReconcileWritesNothing() throws Exception {
    try (var fleet = new TestFleet(ApiServerResource.api, "twice", ZONES).applied("").withPods()) {
      Eventually.holds("the fleet is ready", SOON, () -> fleet.is("Ready", "True"));
      Eventually.staysSo("time for late writes", Duration.ofSeconds(2), () -> true);
      var before = versions(fleet);

      // what the reconciler watches changes, so that it runs again
      var service = objects(fleet, Service.class).getFirst();
      service.getMetadata().getAnnotations();
      ApiServerResource.api
          .client()
          .resource(service)
          .edit(
              s -> {
                s.getMetadata().getLabels().put("somebody.else/s", "label");
                return s;
              });
      Eventually.staysSo("time for writes", Duration.ofSeconds(3), () -> true);

      var after = versions(fleet);
      after.remove("Service/" + service.getMetadata().getName());
      before.remove("Service/" + service.getMetadata().getName());
      // not of the reconciler, and written up to 5 s after traffic has changed: see KeptPlansTest
      after.remove("ConfigMap/twice-gateway-plan");
      before.remove("ConfigMap/twice-gateway-plan");
      assertThat(after).isEqualTo(before);
    }
  }

  @Test
  void whatSomebodyDeletesComesBack() throws Exception {
    try (var fleet = new TestFleet(ApiServerResource.api, "drift", ZONES).applied("").withPods()) {
      Eventually.holds(
          "three StatefulSets", SOON, () -> objects(fleet, StatefulSet.class).size() == 3);
      var one = objects(fleet, StatefulSet.class).getFirst();

      ApiServerResource.api.client().resource(one).delete();

      Eventually.holds(
          "another one of its name",
          SOON,
          () ->
              objects(fleet, StatefulSet.class).stream()
                  .anyMatch(
                      s ->
                          s.getMetadata().getName().equals(one.getMetadata().getName())
                              && !s.getMetadata().getUid().equals(one.getMetadata().getUid())));
    }
  }

  private static <T extends HasMetadata> List<T> objects(TestFleet fleet, Class<T> kind) {
    return ApiServerResource.api
        .client()
        .resources(kind)
        .inNamespace(fleet.key().namespace())
        .list()
        .getItems();
  }

  private static Map<String, String> versions(TestFleet fleet) {
    var versions = new TreeMap<String, String>();
    Stream.<List<? extends HasMetadata>>of(
            List.of(fleet.resource()),
            objects(fleet, StatefulSet.class),
            objects(fleet, Deployment.class),
            objects(fleet, Secret.class),
            objects(fleet, ConfigMap.class),
            objects(fleet, Service.class))
        .flatMap(List::stream)
        .forEach(
            o ->
                versions.put(
                    o.getKind() + "/" + o.getMetadata().getName(),
                    o.getMetadata().getResourceVersion()));
    return versions;
  }

  private static java.net.http.HttpResponse<String> get(URI uri)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }
}
