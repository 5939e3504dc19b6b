package io.zonefleet.inference.engine;

/** The real decoder, with a place to put faults. */
class ForwardingDecoder implements BatchDecoder {
  private final BatchDecoder decoder;

  ForwardingDecoder(BatchDecoder decoder) {
    this.decoder = decoder;
  }

  @Override
  public int slots() {
    return decoder.slots();
  }

  @Override
  public int slotTokens() {
    return decoder.slotTokens();
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
  public void move(int from, int to, int tokens) {
    decoder.move(from, to, tokens);
  }

  @Override
  public void close() {
    decoder.close();
  }
}
