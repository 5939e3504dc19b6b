package io.zonefleet.inference.api;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** The pod's settings; each is also read from the environment, as {@code ZONEFLEET_MODEL_DIR}. */
@ConfigMapping(prefix = "zonefleet")
public interface PodConfig {
  Model model();

  /** The zone named in the headers of every answer. */
  @WithDefault("unknown")
  String zone();

  /** The pod named in the headers of every answer. */
  @WithDefault("unknown")
  String pod();

  /** {@code Auto}, {@code CPU} or {@code CUDA}. */
  @WithDefault("Auto")
  String provider();

  /** Requests that generate at the same time, 1 to 256. */
  @WithDefault("8")
  int maxConcurrency();

  /** Requests that may wait for a slot; more are answered with 429. */
  @WithDefault("128")
  int queueCapacity();

  /** A request that waits longer for a slot is answered with 503, for another pod to take it. */
  @WithDefault("60s")
  Duration queueTimeout();

  /** Tokens per request, prompt included; the model's own context, at most 4096, by default. */
  OptionalInt contextTokens();

  /** The most tokens that {@code /predict} generates. */
  @WithDefault("512")
  int predictTokens();

  /** The largest request body, in bytes. */
  @WithDefault("4194304")
  long maxBodyBytes();

  /**
   * A stream that is silent for so long gets a comment. The first one takes the gateway's right to
   * replay the request elsewhere, so it must not come early.
   */
  @WithDefault("10s")
  Duration keepAlive();

  /** A run that takes longer makes the pod unready. */
  @WithDefault("15s")
  Duration stallTimeout();

  /** A run that takes longer fails the liveness probe, so that the pod is started anew. */
  @WithDefault("60s")
  Duration hangTimeout();

  /** Whether there is a line in the log for each request; probes and scrapes have none. */
  @WithDefault("true")
  boolean accessLog();

  /** Where the sentence goes that says why the pod ended. */
  @WithDefault("/dev/termination-log")
  String terminationLog();

  ApiKeys apiKeys();

  Ort ort();

  Drain drain();

  PrefixCache prefixCache();

  /** Which model is served. */
  interface Model {
    /** The volume: a folder with one folder per revision. */
    @WithDefault("/models")
    String dir();

    /** The name that clients send. */
    @WithDefault("deepseek")
    String name();

    @WithDefault("r1")
    String revision();

    /** {@code sha256:…}; a folder with another digest is refused. */
    Optional<String> digest();
  }

  /** Who may send requests. */
  interface ApiKeys {
    /**
     * A folder with a file for each client, named as the client and holding its key. Without it
     * nobody is asked for a key; where it is empty or missing, nobody is let in.
     */
    Optional<String> path();

    /** How often the folder is read again. */
    @WithDefault("2s")
    Duration reload();
  }

  /** ONNX Runtime. */
  interface Ort {
    /** Path of {@code libonnxruntime.so}; by default the one in the Maven artifact. */
    Optional<String> library();

    /** Threads per operator; by default one per available processor. */
    OptionalInt threads();
  }

  /** Prompts that begin as others did. */
  interface PrefixCache {
    /** Whether equal beginnings are computed once. */
    @WithDefault("true")
    boolean enabled();

    /**
     * Slots that only keep prompts of requests that have ended, 0 to 256; each takes as much memory
     * as one of {@code max-concurrency}. By default one for four of these.
     */
    OptionalInt spareSlots();
  }

  /** What happens at SIGTERM. */
  interface Drain {
    /** New requests are still taken for so long, until gateways have seen that the pod leaves. */
    @WithDefault("2s")
    Duration grace();

    /** After so long the pod ends, whatever still runs. */
    @WithDefault("25s")
    Duration timeout();
  }
}
