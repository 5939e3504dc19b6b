package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** How many pods zones that serve may have while another zone is lost. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Surge(
    @Required
        @Min(1)
        @Max(1000)
        @JsonPropertyDescription(
            "Most inference pods in a zone while another one is lost, 1 to 1000; a zone never has"
                + " fewer than it asks for.")
        Integer maxReplicasPerZone) {}
