package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.PodTemplate;
import io.zonefleet.api.v1alpha1.StorageMode;
import io.zonefleet.api.v1alpha1.Zone;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What makes a resource impossible to run, though the API server accepted it. */
public final class FleetProblems {
  private static final Pattern SERVICE_NAME = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");

  /** Stands in where only the objects' names count. */
  private static final FleetSettings NO_SETTINGS = new FleetSettings("", "", "", Map.of());

  private final DeepSeekDeployment fleet;
  private final List<String> found = new ArrayList<>();

  private FleetProblems(DeepSeekDeployment fleet) {
    this.fleet = fleet;
  }

  /**
   * Sentences for the user, each with the field, its value and what is allowed; empty when all is
   * well. With a problem no object may be made or changed.
   *
   * @param fleet as the API server stores it
   */
  public static List<String> of(DeepSeekDeployment fleet) {
    var problems = new FleetProblems(fleet);
    problems.name();
    problems.length();
    problems.sameNames();
    problems.claims();
    problems.subPath();
    var template = fleet.getSpec().template();
    if (template != null) {
      problems.pod("spec.template.pod", template.pod());
      problems.pod("spec.template.gatewayPod", template.gatewayPod());
      if (template.statefulSet() != null) {
        problems.labels("spec.template.statefulSet.labels", template.statefulSet().labels());
      }
      if (template.service() != null) {
        problems.labels("spec.template.service.labels", template.service().labels());
      }
    }
    return List.copyOf(problems.found);
  }

  private void name() {
    var name = fleet.getMetadata().getName();
    if (!SERVICE_NAME.matcher(name).matches()) {
      found.add(
          ("metadata.name: '%s' cannot name a Service; allowed are lower-case letters, "
                  + "digits and dashes, beginning with a letter")
              .formatted(name));
    }
  }

  private void length() {
    var name = fleet.getMetadata().getName();
    for (var zone : fleet.getSpec().zones()) {
      var length = name.length() + zone.name().length();
      if (length > Names.FLEET_AND_ZONE_LIMIT) {
        found.add(
            ("metadata.name: '%s' and zone '%s' have %d characters together; at most %d "
                    + "fit in the names of pods")
                .formatted(name, zone.name(), length, Names.FLEET_AND_ZONE_LIMIT));
      }
    }
  }

  private void sameNames() {
    var seen = new LinkedHashSet<String>();
    for (HasMetadata object : FleetObjects.of(fleet, NO_SETTINGS)) {
      var name = object.getKind() + " " + object.getMetadata().getName();
      if (!seen.add(name)) {
        found.add("spec.zones: two zones need a %s; rename one of them".formatted(name));
      }
    }
  }

  private void claims() {
    var storage = fleet.getSpec().storage();
    if (storage.claims() == null) {
      return;
    }
    var zones = fleet.getSpec().zones().stream().map(Zone::name).toList();
    for (var key : storage.claims().keySet()) {
      var shared = key.equals(Names.SHARED_CLAIM);
      var allowed =
          switch (storage.mode()) {
            case PerPod -> "none, for each pod gets a claim of its own";
            case Shared -> shared ? null : "'" + Names.SHARED_CLAIM + "'";
            case PerZone -> zones.contains(key) ? null : "the zones " + String.join(", ", zones);
          };
      if (allowed != null) {
        found.add(
            "spec.storage.claims: key '%s' has no meaning in mode %s; allowed: %s"
                .formatted(key, storage.mode(), allowed));
      }
    }
    if (storage.mode() != StorageMode.PerPod) {
      storage.claims().entrySet().stream()
          .filter(claim -> claim.getValue() == null || claim.getValue().isBlank())
          .forEach(
              claim ->
                  found.add(
                      ("spec.storage.claims: key '%s' names no claim; allowed: the name of a "
                              + "PersistentVolumeClaim")
                          .formatted(claim.getKey())));
    }
  }

  private void subPath() {
    var subPath = fleet.getSpec().storage().subPath();
    if (subPath != null && List.of(subPath.split("/")).contains("..")) {
      found.add(
          "spec.storage.subPath: '%s' leaves the volume; allowed is a folder on it, without '..'"
              .formatted(subPath));
    }
  }

  private void pod(String field, PodTemplate template) {
    if (template == null) {
      return;
    }
    labels(field + ".labels", template.labels());
    if (template.nodeSelector() != null && template.nodeSelector().containsKey(Labels.NODE_ZONE)) {
      found.add(
          "%s.nodeSelector: %s cannot be set here; spec.zones places the pods"
              .formatted(field, Labels.NODE_ZONE));
    }
  }

  private void labels(String field, Map<String, String> labels) {
    if (labels != null) {
      labels.keySet().stream()
          .filter(Labels::isReserved)
          .sorted()
          .forEach(
              key ->
                  found.add(
                      "%s: '%s' is Zonefleet's own; allowed are other labels"
                          .formatted(field, key)));
    }
  }
}
