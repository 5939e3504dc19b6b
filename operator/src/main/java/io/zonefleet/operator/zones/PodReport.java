package io.zonefleet.operator.zones;

/** What the API server says of one inference pod; {@code address} is empty until it has one. */
public record PodReport(
    String name, String zone, String address, boolean ready, boolean terminating) {}
