package io.zonefleet.inference.api;

/** What the pod can do at the moment. */
public sealed interface ModelState {
  /** Not yet; {@code reason} says what is waited for. */
  record Loading(String reason) implements ModelState {}

  record Serving(LoadedModel model) implements ModelState {}

  /** SIGTERM came: what was accepted is finished. */
  record Draining(LoadedModel model, boolean accepting) implements ModelState {}

  /** The process is about to end. */
  record Failed(String reason) implements ModelState {}
}
