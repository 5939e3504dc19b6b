package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** How requests are spread over the zones, and how they move when a zone fails. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.locality) || self.locality == 'None'"
            + " || has(self.policy) && self.policy == 'ActiveActive'",
    message =
        "spec.traffic.locality: PreferSameZone needs policy ActiveActive; in ActiveStandby one zone"
            + " serves alone")
public record Traffic(
    @Default("ActiveStandby") TrafficPolicy policy,
    @Default("{}") HealthCheck healthCheck,
    @Default("{}") Failback failback,
    @Default("60")
        @Min(0)
        @Max(86400)
        @JsonPropertyDescription(
            "Shortest time in seconds between two automatic evacuations. A zone that goes dark"
                + " sooner is Suspect until then, while gateways already answer from other zones.")
        Integer evacuationIntervalSeconds,
    @Size(max = 16) @JsonPropertyDescription("Zones that must take no traffic.") List<Drain> drains,
    @Default("{}") Gateway gateway,
    @Default("60")
        @Min(1)
        @Max(86400)
        @JsonPropertyDescription("Seconds of silence after which a gateway closes a stream.")
        Integer streamIdleSeconds,
    @Default("None")
        @JsonPropertyDescription(
            "PreferSameZone: in ActiveActive a gateway keeps its requests in its own zone while"
                + " pods there are healthy, and passes on by weight what they have no room for.")
        Locality locality,
    @JsonPropertyDescription(
            "While a zone is lost, the zones that serve get more pods; without it they do not.")
        Surge surge) {}
