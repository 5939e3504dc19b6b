package io.zonefleet.inference.api;

/** Takes the answers to one request, of which there may be several. */
interface AnswerSinks {
  /**
   * @param index of the answer, from 0
   */
  AnswerSink choice(int index);
}
