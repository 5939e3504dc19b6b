package io.zonefleet.operator.zones;

/** What the API server says of one zone's nodes. */
public record NodeReport(int ready, int total) {}
