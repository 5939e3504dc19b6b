package io.zonefleet.operator.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Fleets as the API server stores them: with namespace, uid and the committed schema's defaults.
 */
public final class Fleets {
  public static final Path CRD = Path.of("..", "crds", "deepseekdeployments.zonefleet.io.yaml");

  public static final FleetSettings SETTINGS =
      new FleetSettings(
          "localhost/zonefleet/inference-pod:dev",
          "localhost/zonefleet/gateway:dev",
          "zonefleet-system",
          Map.of("envoy.yaml", "node: {}\n"));

  private static final ObjectMapper YAML = new YAMLMapper();

  private Fleets() {}

  /** Fleet {@code chat} in namespace {@code default} over zone-a and zone-b, as users write it. */
  public static String chat(String... moreLinesOfSpec) {
    return named("chat", "{name: zone-a}, {name: zone-b}", moreLinesOfSpec);
  }

  public static String named(String name, String zones, String... moreLinesOfSpec) {
    return """
        apiVersion: zonefleet.io/v1alpha1
        kind: DeepSeekDeployment
        metadata: {name: %s, namespace: default, uid: uid-of-%s}
        spec:
          model: {name: tiny, revision: r1}
          zones: [%s]
        """
            .formatted(name, name, zones)
        + String.join("", List.of(moreLinesOfSpec).stream().map(l -> "  " + l + "\n").toList());
  }

  public static DeepSeekDeployment parse(String yaml) {
    try {
      var schema =
          YAML.readTree(CRD.toFile()).at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
      var resource = YAML.readTree(yaml);
      addDefaults(resource.get("spec"), schema);
      return Serialization.unmarshal(resource.toString(), DeepSeekDeployment.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The objects of a fleet that is given as YAML. */
  public static List<HasMetadata> objects(String yaml) {
    return FleetObjects.of(parse(yaml), SETTINGS);
  }

  public static List<HasMetadata> objects(DeepSeekDeployment fleet) {
    return FleetObjects.of(fleet, SETTINGS);
  }

  /** The one object of a kind and name. */
  public static <T extends HasMetadata> T find(
      List<HasMetadata> objects, Class<T> kind, String name) {
    return objects.stream()
        .filter(kind::isInstance)
        .filter(object -> object.getMetadata().getName().equals(name))
        .map(kind::cast)
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException(kind.getSimpleName() + " " + name));
  }

  private static void addDefaults(JsonNode value, JsonNode schema) {
    if (value instanceof ObjectNode object) {
      schema
          .path("properties")
          .properties()
          .forEach(
              property -> {
                if (!object.has(property.getKey()) && property.getValue().has("default")) {
                  object.set(property.getKey(), property.getValue().get("default").deepCopy());
                }
                if (object.has(property.getKey())) {
                  addDefaults(object.get(property.getKey()), property.getValue());
                }
              });
    } else if (value.isArray()) {
      value.forEach(element -> addDefaults(element, schema.path("items")));
    }
  }
}
