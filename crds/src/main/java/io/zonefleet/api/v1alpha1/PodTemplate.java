package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;

/** Additions to the generated pods; a list is added to, a single value replaces. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PodTemplate(
    Map<String, String> labels,
    Map<String, String> annotations,
    Map<String, String> nodeSelector,
    List<Toleration> tolerations,
    List<LocalObjectReference> imagePullSecrets,
    String priorityClassName,
    String runtimeClassName,
    String schedulerName,
    PodSecurityContext securityContext) {}
