package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** The model to serve. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Model(
    @Required
        @Size(min = 1, max = 128)
        @JsonPropertyDescription("The name that clients send, 1 to 128 characters.")
        String name,
    @Required
        @Size(min = 1, max = 63)
        @Pattern("^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")
        @JsonPropertyDescription("Immutable folder on the weights volume; a change is a rollout.")
        String revision,
    @Pattern("^sha256:[0-9a-f]{64}$")
        @JsonPropertyDescription(
            "SHA-256 over the revision's files; without it the first load's digest is enforced.")
        String digest) {}
