package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.kubernetes.api.model.ResourceRequirements;

/** The Envoy gateways, one small fleet in each zone. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Gateway(
    @Default("Enabled")
        @JsonPropertyDescription(
            "Disabled: no gateways; the front Service selects the inference pods of serving zones."
                + " Requests under way in a pod that goes are lost then, and weights do not count.")
        GatewayMode mode,
    @Default("1") @Min(1) @Max(32) Integer replicasPerZone,
    @JsonPropertyDescription("Envoy image; the operator's default without it.") String image,
    @JsonPropertyDescription(
            "As of a container. Where neither a request nor a limit is set, cpu 100m and memory"
                + " 64Mi are requested; without any, memory is limited to 512Mi.")
        ResourceRequirements resources,
    @Default("ClusterIP") ServiceType serviceType) {}
