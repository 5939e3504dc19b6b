package io.zonefleet.operator.zones;

/** Whether gateways prefer their own zone; the constants are spelled as the API spells them. */
public enum Locality {
  None,
  PreferSameZone
}
