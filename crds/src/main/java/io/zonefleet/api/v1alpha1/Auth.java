package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Who may send requests. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Auth(
    @Required
        @Size(min = 1, max = 253)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
        @JsonPropertyDescription(
            "Secret in the resource's namespace: each key is a client's name, each value the"
                + " client's API key, of 16 to 512 printable ASCII characters. While it is missing"
                + " or empty, every request is refused.")
        String apiKeysSecret) {}
