package io.zonefleet.inference.engine;

import java.util.Optional;

/**
 * Everything between a generation's logits and its next token: penalties and biases, then the
 * constraint, then the draw. What a request did not ask for costs nothing.
 */
final class TokenChooser {
  private final Sampler sampler;
  private final Optional<LogitAdjustments> adjustments;
  private final Optional<TokenConstraint> constraint;
  private final Optional<LogprobsMeter> meter;

  TokenChooser(GenerationRequest request, Sampler.Scratch scratch) {
    Sampling sampling = request.sampling();
    this.sampler = new Sampler(sampling, scratch);
    this.adjustments =
        LogitAdjustments.needed(sampling)
            ? Optional.of(new LogitAdjustments(sampling, request.prompt()))
            : Optional.empty();
    this.constraint = request.constraint();
    this.meter =
        request.logprobs().isPresent()
            ? Optional.of(new LogprobsMeter(request.logprobs().getAsInt()))
            : Optional.empty();
  }

  /**
   * @param logits changed by this
   */
  int next(float[] logits) {
    if (meter.isPresent()) {
      meter.get().observe(logits);
    }
    if (adjustments.isPresent()) {
      adjustments.get().apply(logits);
    }
    if (constraint.isPresent()) {
      constraint.get().mask(logits);
    }
    int token = sampler.next(logits);
    if (adjustments.isPresent()) {
      adjustments.get().accept(token);
    }
    if (constraint.isPresent()) {
      constraint.get().accept(token);
    }
    return token;
  }

  /** How likely the token was that {@link #next} returned last; only for those who asked for it. */
  TokenLogprobs logprobs(int token) {
    return meter.orElseThrow().of(token);
  }
}
