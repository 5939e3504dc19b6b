package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;

/** A zone that a person takes out of traffic. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Drain(
    @Required @Size(min = 1, max = 32) String zone,
    @Size(max = 256) String reason,
    @JsonPropertyDescription("RFC 3339 time at which the drain ends; without it, when removed.")
        Instant until) {}
