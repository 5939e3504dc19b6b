package io.zonefleet.inference.ort;

/** The tensor element types that decoder graphs use, by their {@code ONNXTensorElementDataType}. */
public enum ElementType {
  FLOAT(1, 4),
  INT32(6, 4),
  INT64(7, 8),
  FLOAT16(10, 2),
  BFLOAT16(16, 2);

  private final int code;
  private final int bytes;

  ElementType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  int code() {
    return code;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  static ElementType of(int code) {
    for (ElementType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new OrtException(0, "tensor element type " + code + " is not supported");
  }
}
