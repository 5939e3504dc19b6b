package io.zonefleet.api.v1alpha1;

/** ONNX Runtime execution provider. */
public enum Provider {
  /** CUDA when it loads, else CPU. */
  Auto,
  CPU,
  CUDA
}
