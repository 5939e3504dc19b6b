package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One availability zone of the fleet. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Zone(
    @Required
        @Size(min = 1, max = 32)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        @JsonPropertyDescription(
            "Value of the nodes' label topology.kubernetes.io/zone, 1 to 32 characters.")
        String name,
    @Min(0)
        @Max(1000)
        @JsonPropertyDescription("Inference pods in this zone; spec.replicasPerZone without it.")
        Integer replicas,
    @Default("1")
        @Min(0)
        @Max(1000)
        @JsonPropertyDescription("Share of traffic per ready pod in ActiveActive, 0 to 1000.")
        Integer weight) {}
