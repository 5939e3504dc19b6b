package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;

/** What the user wants: a model, the zones that serve it, and how traffic moves between them. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.traffic) || self.traffic.policy != 'ActiveActive'"
            + " || self.zones.exists(z, z.weight > 0)",
    message =
        "spec.zones: the weights sum to zero; ActiveActive needs a zone with weight 1 or more")
@ValidationRule(
    value =
        "!has(self.traffic) || !has(self.traffic.drains)"
            + " || self.traffic.drains.all(d, self.zones.exists(z, z.name == d.zone))",
    message = "spec.traffic.drains: each zone must be one of spec.zones")
@ValidationRule(
    value =
        "!has(self.storage) || self.storage.mode != 'Shared' || !has(self.storage.claims)"
            + " || self.storage.claims.size() <= 1",
    message = "spec.storage.claims: mode Shared takes one claim at most")
public record DeepSeekDeploymentSpec(
    @Required Model model,
    @Required
        @Size(min = 1, max = 16)
        @JsonPropertyDescription(
            "Zones that serve, 1 to 16; for ActiveStandby, in the order in which they take over.")
        List<Zone> zones,
    @Default("1")
        @Min(0)
        @Max(1000)
        @SpecReplicas
        @JsonPropertyDescription("Inference pods in each zone that sets no replicas of its own.")
        Integer replicasPerZone,
    @Default("{}") Traffic traffic,
    @Default("{}") Storage storage,
    @Default("{}") Server server,
    @JsonPropertyDescription("Who may send requests; anybody who reaches the gateways without it.")
        Auth auth,
    @JsonPropertyDescription("Changes to the generated objects, merged over what Zonefleet makes.")
        Template template) {}
