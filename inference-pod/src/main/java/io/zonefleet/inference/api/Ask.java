package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.Sampling;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a client wants generated.
 *
 * @param prompt text in which special tokens are spelled out
 * @param maxTokens empty for as many as the context has room for
 * @param strict whether more tokens than the context has room for are refused, or cut
 * @param ignoreEnd whether the model's end tokens are ignored, as load generators ask for
 */
record Ask(
    String prompt,
    OptionalInt maxTokens,
    boolean strict,
    Sampling sampling,
    List<String> stops,
    boolean ignoreEnd) {}
