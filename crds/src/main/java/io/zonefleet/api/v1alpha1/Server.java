package io.zonefleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;

/** The inference server: ours, or any OpenAI-compatible image in its place. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Server(
    @JsonPropertyDescription("Image; the operator's default inference-pod without it.")
        String image,
    @JsonPropertyDescription("Always, IfNotPresent or Never.")
        @Pattern("^(Always|IfNotPresent|Never)$")
        String imagePullPolicy,
    @Default("Auto") Provider provider,
    @JsonPropertyDescription(
            "As of a container. Where neither a request nor a limit is set, cpu 250m and memory"
                + " 512Mi are requested.")
        ResourceRequirements resources,
    @Default("4")
        @Min(1)
        @Max(4096)
        @JsonPropertyDescription("Generations that run at once in a pod.")
        Integer maxConcurrency,
    @Min(16)
        @Max(1048576)
        @JsonPropertyDescription("Tokens of prompt and answer; the model's own limit without it.")
        Integer contextTokens,
    List<String> command,
    List<String> args,
    List<EnvVar> env,
    @Default("8080") @Min(1) @Max(65535) Integer port,
    @Default("/healthz") @Pattern("^/.*$") String livenessPath,
    @Default("true")
        @JsonPropertyDescription(
            "Whether the server speaks HTTP/2 without TLS; a request in flight survives its pod"
                + " only over HTTP/2.")
        Boolean http2,
    @Default("30")
        @Min(1)
        @Max(3600)
        @JsonPropertyDescription("Seconds that running requests get to finish on shutdown.")
        Integer drainSeconds) {}
