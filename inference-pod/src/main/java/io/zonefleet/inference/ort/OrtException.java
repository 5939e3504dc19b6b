package io.zonefleet.inference.ort;

/** What ONNX Runtime said when a call failed. */
public final class OrtException extends RuntimeException {
  private final int code;

  OrtException(int code, String message) {
    super(message);
    this.code = code;
  }

  /** The {@code OrtErrorCode}; 0 when the failure is ours (no library, freed handle's owner …). */
  public int code() {
    return code;
  }
}
