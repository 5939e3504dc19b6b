package io.zonefleet.inference.engine;

/** A prompt, or a prompt and what it asks for, is longer than the context. */
public final class ContextLengthException extends RuntimeException {
  public ContextLengthException(int context, int prompt, int completion) {
    super(
        "This model's maximum context length is "
            + context
            + " tokens, but "
            + (prompt + completion)
            + " were requested ("
            + prompt
            + " in the messages, "
            + completion
            + " in the completion).");
  }
}
