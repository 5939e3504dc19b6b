package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;

/** How the gateways check each inference pod. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HealthCheck(
    @Default("/readyz")
        @Pattern("^/.*$")
        @JsonPropertyDescription("HTTP path that answers 200 when the pod can serve.")
        String path,
    @Default("250") @Min(50) @Max(60000) Integer intervalMillis,
    @Default("250") @Min(50) @Max(60000) Integer timeoutMillis,
    @Default("2")
        @Min(1)
        @Max(10)
        @JsonPropertyDescription("Failed checks in a row that take a pod out.")
        Integer failureThreshold,
    @Default("3")
        @Min(1)
        @Max(10)
        @JsonPropertyDescription("Passed checks in a row that bring a pod back.")
        Integer successThreshold) {}
