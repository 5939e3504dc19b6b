package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;

/** What the operator sees and has decided. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeepSeekDeploymentStatus(
    Long observedGeneration,
    @JsonPropertyDescription("Number of the last traffic decision; each decision adds one.")
        Long epoch,
    String phase,
    @JsonPropertyDescription("Where clients in the cluster send requests.") String url,
    @JsonPropertyDescription("Zones that can serve, of all zones, as 2/3.") String zonesReady,
    @JsonPropertyDescription("Zones that take requests, separated by commas.") String active,
    @JsonPropertyDescription("How long the last switch took, as 0.7s.") String lastSwitch,
    @JsonPropertyDescription("Each zone's role and pods in short.") String zoneStates,
    @StatusReplicas
        @JsonPropertyDescription(
            "Inference pods of one zone that serves, for autoscalers of replicasPerZone.")
        Integer replicas,
    @LabelSelector @JsonPropertyDescription("Selects the pods that replicas counts.")
        String selector,
    List<Condition> conditions,
    List<ZoneStatus> zones,
    @JsonPropertyDescription("The last 10 switches, newest first.") List<ZoneSwitch> switches) {}
