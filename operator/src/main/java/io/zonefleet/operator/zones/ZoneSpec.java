package io.zonefleet.operator.zones;

/**
 * A zone as the user asked for it.
 *
 * @param replicas inference pods wanted, 0 or more
 * @param weight share of traffic in ActiveActive, 0 or more
 */
public record ZoneSpec(String name, int replicas, int weight) {}
