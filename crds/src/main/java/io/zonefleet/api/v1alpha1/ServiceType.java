package io.zonefleet.api.v1alpha1;

/** How the front Service is reached. */
public enum ServiceType {
  ClusterIP,
  LoadBalancer
}
