package io.zonefleet.inference.engine;

import java.time.Duration;

/**
 * What a generation took.
 *
 * @param cachedTokens tokens of the prompt that another request had computed already
 * @param completionTokens tokens generated, the end token included
 * @param queued time from submission to a slot
 * @param firstToken time from submission to the first token; zero when there was none
 * @param total time from submission to the end
 */
public record Usage(
    int promptTokens,
    int cachedTokens,
    int completionTokens,
    Duration queued,
    Duration firstToken,
    Duration total) {}
