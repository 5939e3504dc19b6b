package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/** Labels and annotations that are added to a generated object. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ObjectTemplate(Map<String, String> labels, Map<String, String> annotations) {}
