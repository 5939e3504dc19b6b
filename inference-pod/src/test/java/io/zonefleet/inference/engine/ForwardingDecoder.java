package io.zonefleet.inference.engine;

/** The real decoder, with a place to put faults. */
class ForwardingDecoder implements BatchDecoder {
  private final BatchDecoder decoder;

  ForwardingDecoder(BatchDecoder decoder) {
    this.decoder = decoder;
  }

  @Override
  public CacheSize size() {
    return decoder.size();
  }

  @Override
  public int vocabularySize() {
    return decoder.vocabularySize();
  }

  @Override
  public int chunkTokens() {
    return decoder.chunkTokens();
  }

  @Override
  public void append(int slot, int[] tokens, int from, int to, float[] logits) {
    decoder.append(slot, tokens, from, to, logits);
  }

  @Override
  public void step(int n, int[] tokens, int[] lengths, float[][] logits) {
    decoder.step(n, tokens, lengths, logits);
  }

  @Override
  public boolean movable() {
    return decoder.movable();
  }

  @Override
  public void copy(int from, int to, int tokens) {
    decoder.copy(from, to, tokens);
  }

  @Override
  public void swap(int a, int b, int tokens) {
    decoder.swap(a, b, tokens);
  }

  @Override
  public void close() {
    decoder.close();
  }
}
