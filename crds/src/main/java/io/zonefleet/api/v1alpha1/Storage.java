package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.Map;

/** Where the weights lie. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Storage(
    @Default("PerZone") StorageMode mode,
    @JsonPropertyDescription("StorageClass of the claims that Zonefleet makes.")
        String storageClassName,
    @Default("20Gi")
        @Pattern("^[0-9]+(\\.[0-9]+)?([KMGTP]i?)?$")
        @JsonPropertyDescription("Size of each claim that Zonefleet makes, as a quantity.")
        String size,
    @Size(max = 16)
        @JsonPropertyDescription(
            "Existing claims to use: by zone name, or under the key 'shared' for mode Shared.")
        Map<String, String> claims,
    @Pattern("^[^/].*$") @JsonPropertyDescription("Folder on the volume that holds the revisions.")
        String subPath) {}
