package io.zonefleet.operator.zones;

/**
 * What one gateway says of one inference pod.
 *
 * @param healthy the gateway sends requests to it
 * @param failedActiveCheck its active checks fail
 * @param pending no active check has ended yet, so neither of the two is evidence
 */
public record EndpointHealth(
    String zone, boolean healthy, boolean failedActiveCheck, boolean pending) {}
