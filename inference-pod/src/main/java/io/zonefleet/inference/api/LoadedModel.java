package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.BatchDecoder;
import io.zonefleet.inference.engine.BatchingEngine;
import io.zonefleet.inference.engine.CacheSize;
import io.zonefleet.inference.engine.Engine;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.GenerationRequest;
import io.zonefleet.inference.engine.Sampling;
import io.zonefleet.inference.engine.TokenListener;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.model.CacheTensor;
import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.model.GraphOperators;
import io.zonefleet.inference.model.LastTokenGraph;
import io.zonefleet.inference.model.ModelConfig;
import io.zonefleet.inference.model.ModelDigest;
import io.zonefleet.inference.model.ModelFolder;
import io.zonefleet.inference.model.ModelLoadException;
import io.zonefleet.inference.ort.Device;
import io.zonefleet.inference.ort.OrtEnvironment;
import io.zonefleet.inference.ort.OrtException;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.Provider;
import io.zonefleet.inference.text.ChatTemplate;
import io.zonefleet.inference.text.Message;
import io.zonefleet.inference.text.TextException;
import io.zonefleet.inference.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/** Everything that answers requests for one model revision. */
public record LoadedModel(
    String name,
    String revision,
    String digest,
    ModelConfig config,
    Device device,
    Tokenizer tokenizer,
    ChatTemplate template,
    Constraints constraints,
    Engine engine,
    Outbox outbox,
    OrtSession session,
    OrtEnvironment environment)
    implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LoadedModel.class);
  private static final int DEFAULT_CONTEXT = 4096;

  /**
   * Loads the folder, checks its digest, and generates once, so that the first request finds a warm
   * server.
   *
   * @throws ModelLoadException whose message is one sentence for the termination log
   */
  static LoadedModel load(PodConfig config) {
    ModelFolder folder = ModelFolder.open(Path.of(config.model().dir()), config.model().revision());
    // the two longest steps side by side
    CompletableFuture<String> digest =
        CompletableFuture.supplyAsync(() -> ModelDigest.of(folder.path()));
    CompletableFuture<Tokenizer> tokenizer =
        CompletableFuture.supplyAsync(() -> Tokenizer.open(folder.tokenizer()));
    try {
      verify(config, folder, digest.join());
      return start(config, folder, digest.join(), tokenizer.join());
    } catch (java.util.concurrent.CompletionException e) {
      throw sentence(folder, e.getCause());
    } catch (OrtException | TextException | IllegalArgumentException e) {
      throw sentence(folder, e);
    }
  }

  private static ModelLoadException sentence(ModelFolder folder, Throwable cause) {
    if (cause instanceof ModelLoadException already) {
      return already;
    }
    return new ModelLoadException(
        "The model in " + folder.path() + " cannot be served: " + cause.getMessage(), cause);
  }

  private static void verify(PodConfig config, ModelFolder folder, String digest) {
    config
        .model()
        .digest()
        .filter(wanted -> !wanted.isBlank() && !wanted.equals(digest))
        .ifPresent(
            wanted -> {
              throw new ModelLoadException(
                  "The model folder "
                      + folder.path()
                      + " has digest "
                      + digest
                      + ", but "
                      + wanted
                      + " is required: copy the revision again, since its files were changed or are"
                      + " incomplete, or correct spec.model.digest.");
            });
  }

  private static LoadedModel start(
      PodConfig config, ModelFolder folder, String digest, Tokenizer tokenizer) {
    int slots = config.maxConcurrency();
    if (slots < 1 || slots > 256) {
      throw new IllegalArgumentException(
          "zonefleet.max-concurrency is " + slots + "; allowed is 1 to 256");
    }
    int threads = config.ort().threads().orElse(Runtime.getRuntime().availableProcessors());
    Provider provider = Provider.parse(config.provider());
    OrtEnvironment environment = OrtEnvironment.open(config.ort().library().orElse(""));
    Provider.Placed placed = place(provider, environment, folder, threads);
    OrtSession session = placed.session();
    GraphLayout layout =
        GraphLayout.of(session.inputs(), session.outputs(), GraphOperators.of(folder.graph()));
    if (placed.device() == Device.CUDA && layout.kind() == GraphLayout.Kind.IN_PLACE) {
      noteHostAttention(session, layout);
    }
    CacheSize size = new CacheSize(slots, spareSlots(config, slots), contextTokens(config, folder));
    BatchDecoder decoder = BatchDecoder.open(environment, session, layout, size);
    Outbox outbox = new Outbox();
    LoadedModel model =
        new LoadedModel(
            config.model().name(),
            folder.revision(),
            digest,
            folder.config(),
            placed.device(),
            tokenizer,
            ChatTemplate.of(folder.tokenizerConfig()),
            Constraints.of(tokenizer),
            new BatchingEngine(
                decoder, config.queueCapacity(), config.prefixCache().enabled(), outbox::flush),
            outbox,
            session,
            environment);
    model.warmUp();
    return model;
  }

  private static void noteHostAttention(OrtSession session, GraphLayout layout) {
    CacheTensor first = layout.cache().getFirst();
    if (session.inputDevice(first.past()) == Device.CPU) {
      LOG.warnf(
          "Attention of this graph runs on the CPU: CUDA has no GroupQueryAttention for a cache of"
              + " %s; export the model with FLOAT16 for a GPU",
          first.type());
    }
  }

  private static Provider.Placed place(
      Provider provider, OrtEnvironment environment, ModelFolder folder, int threads) {
    try {
      return provider.load(
          environment, folder.graph(), LastTokenGraph.of(folder.graph()), threads, LOG::info);
    } catch (OrtException e) {
      if (e.code() == 0) {
        throw e;
      }
      throw new ModelLoadException(
          "The graph "
              + folder.graph()
              + " cannot be loaded; it is corrupt or incomplete, or needs another ONNX Runtime:"
              + " copy the revision again. ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private static int spareSlots(PodConfig config, int slots) {
    if (!config.prefixCache().enabled()) {
      return 0;
    }
    int spare = config.prefixCache().spareSlots().orElse((slots + 3) / 4);
    if (spare < 0 || spare > 256) {
      throw new IllegalArgumentException(
          "zonefleet.prefix-cache.spare-slots is " + spare + "; allowed is 0 to 256");
    }
    return spare;
  }

  private static int contextTokens(PodConfig config, ModelFolder folder) {
    int most = folder.config().contextLength();
    int tokens = config.contextTokens().orElse(Math.min(DEFAULT_CONTEXT, most));
    if (tokens < 16 || tokens > most) {
      throw new IllegalArgumentException(
          "zonefleet.context-tokens is " + tokens + "; allowed is 16 to the model's " + most);
    }
    return tokens;
  }

  private void warmUp() {
    int[] prompt = tokenizer.encode(template.render(List.of(new Message("user", "Hello"))));
    CompletableFuture<Void> done = new CompletableFuture<>();
    engine.submit(
        new GenerationRequest(prompt, 2, Sampling.GREEDY, Set.of()),
        new TokenListener() {
          @Override
          public boolean token(int token) {
            return true;
          }

          @Override
          public void end(FinishReason reason, Usage usage) {
            done.complete(null);
          }

          @Override
          public void failed(RuntimeException cause) {
            done.completeExceptionally(cause);
          }
        });
    done.join();
  }

  @Override
  public void close() {
    engine.close();
    tokenizer.close();
    session.close();
    environment.close();
  }
}
