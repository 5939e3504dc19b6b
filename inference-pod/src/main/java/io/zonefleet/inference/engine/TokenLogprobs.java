package io.zonefleet.inference.engine;

/**
 * How likely the model itself found a token that was chosen, before temperature, penalties, biases
 * and constraints.
 *
 * @param token the one that was chosen
 * @param logprob the natural logarithm of its probability
 * @param likeliest as many of the likeliest tokens as were asked for, likeliest first
 * @param logprobs theirs
 */
public record TokenLogprobs(int token, float logprob, int[] likeliest, float[] logprobs) {}
