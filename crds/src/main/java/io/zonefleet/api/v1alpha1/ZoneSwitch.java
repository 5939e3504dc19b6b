package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;

/** One move of traffic between zones, with its measured times. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ZoneSwitch(
    Long epoch,
    String from,
    String to,
    String cause,
    Instant detectedAt,
    Instant shiftedAt,
    Instant recoveredAt,
    @JsonPropertyDescription("Milliseconds from the first failed check to the shift.") Long millis,
    @JsonPropertyDescription("Requests that gateways answered with an error meanwhile.")
        Long failedRequests) {}
