package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** When and how traffic returns to a zone that was lost. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Failback(
    @Default("Automatic") FailbackMode mode,
    @Default("30")
        @Min(0)
        @Max(86400)
        @JsonPropertyDescription("Seconds that a zone must be healthy before traffic returns.")
        Integer stableSeconds,
    @Default("30")
        @Min(0)
        @Max(86400)
        @JsonPropertyDescription("Seconds over which an ActiveActive zone's share grows back.")
        Integer rampSeconds,
    @Default("300")
        @Min(0)
        @Max(86400)
        @JsonPropertyDescription(
            "Longest wait in seconds: each loss in a row doubles stableSeconds up to this.")
        Integer maxStableSeconds) {}
