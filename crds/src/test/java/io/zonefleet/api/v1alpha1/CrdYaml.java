package io.zonefleet.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRuleBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Generates the CRD's YAML from the API types. */
final class CrdYaml {

  private CrdYaml() {}

  /** The YAML of the CRD as it is committed beside the types. */
  static String generate() {
    var yaml = new ByteArrayOutputStream();
    new CRDGenerator()
        .forCRDVersions("v1")
        .withMinQuotes(true)
        .withPostProcessor(new Completion())
        .customResourceClasses(DeepSeekDeployment.class)
        .withOutput(new SingleOutput(yaml))
        .generate();
    return yaml.toString(StandardCharsets.UTF_8);
  }

  /** What fits in the names and labels of the fleet's pods, the zone's name included. */
  private static final int FLEET_AND_ZONE_LIMIT = 51;

  /** Rules on the resource's name, which annotations of the spec cannot see. */
  private static final List<ValidationRule> NAME_RULES =
      List.of(
          new ValidationRuleBuilder()
              .withRule("self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')")
              .withMessage(
                  "metadata.name: allowed are lower-case letters, digits and inner dashes,"
                      + " beginning with a letter")
              .build(),
          new ValidationRuleBuilder()
              .withRule(
                  "self.spec.zones.all(z, size(self.metadata.name) + size(z.name) <= %d)"
                      .formatted(FLEET_AND_ZONE_LIMIT))
              .withMessage(
                  "metadata.name: at most %d characters together with the longest zone's name"
                      .formatted(FLEET_AND_ZONE_LIMIT))
              .build());

  /** Adds what the generator's annotations cannot say: list-map keys and the order of columns. */
  private static final class Completion implements CRDPostProcessor {
    @Override
    public HasMetadata process(HasMetadata generated, String specVersion) {
      var crd = (CustomResourceDefinition) generated;
      var order =
          Stream.of(DeepSeekDeployment.class.getAnnotationsByType(AdditionalPrinterColumn.class))
              .map(AdditionalPrinterColumn::name)
              .toList();
      for (var version : crd.getSpec().getVersions()) {
        version
            .getAdditionalPrinterColumns()
            .sort(
                Comparator.comparingInt(
                    (CustomResourceColumnDefinition column) -> order.indexOf(column.getName())));
        var root = version.getSchema().getOpenAPIV3Schema();
        root.setXKubernetesValidations(NAME_RULES);
        mapList(property(root, "spec", "zones"), "name");
        mapList(property(root, "spec", "traffic", "drains"), "zone");
        mapList(property(root, "status", "zones"), "name");
        mapList(property(root, "status", "conditions"), "type");
      }
      return crd;
    }
  }

  private static JSONSchemaProps property(JSONSchemaProps schema, String... path) {
    for (var name : path) {
      schema = schema.getProperties().get(name);
    }
    return schema;
  }

  private static void mapList(JSONSchemaProps list, String key) {
    list.setXKubernetesListType("map");
    list.setXKubernetesListMapKeys(List.of(key));
    var item = list.getItems().getSchema();
    if (!item.getRequired().contains(key)) {
      item.setRequired(Stream.concat(item.getRequired().stream(), Stream.of(key)).toList());
    }
  }

  private record SingleOutput(ByteArrayOutputStream yaml)
      implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
    @Override
    public ByteArrayOutputStream outputFor(String crdName) {
      return yaml;
    }

    @Override
    public void close() {}
  }
}
