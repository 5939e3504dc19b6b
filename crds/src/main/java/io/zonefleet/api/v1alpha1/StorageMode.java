package io.zonefleet.api.v1alpha1;

/** How many claims hold the weights. */
public enum StorageMode {
  /** One ReadWriteMany claim for all zones. */
  Shared,
  /** One claim in each zone, shared by the zone's pods. */
  PerZone,
  /** One ReadWriteOnce claim for each pod. */
  PerPod
}
