package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;

/** State of one zone of the fleet. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ZoneStatus(
    String name,
    @JsonPropertyDescription("Active, Standby, Suspect, Lost, Returning or Drained.") String role,
    @JsonPropertyDescription("Pods that a gateway has seen healthy.") Integer ready,
    Integer desired,
    Integer weight,
    String revision,
    @JsonPropertyDescription("Digest of the weights, once a pod has loaded them.") String digest,
    Instant since,
    String reason,
    @JsonPropertyDescription("Losses in a row, which lengthen the hold-down.") Integer flaps) {}
