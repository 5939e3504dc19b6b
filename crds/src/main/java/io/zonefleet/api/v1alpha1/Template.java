package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;

/** Changes to the generated objects, as Strimzi's {@code template} has them. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Template(
    PodTemplate pod, PodTemplate gatewayPod, ObjectTemplate statefulSet, ObjectTemplate service) {}
