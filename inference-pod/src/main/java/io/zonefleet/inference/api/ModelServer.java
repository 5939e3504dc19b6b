package io.zonefleet.inference.api;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.zonefleet.inference.model.ModelLoadException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/**
 * The pod's life: loads the model beside the HTTP server, which says {@code loading} meanwhile, and
 * drains at SIGTERM.
 */
@ApplicationScoped
public class ModelServer {
  private static final Logger LOG = Logger.getLogger(ModelServer.class);
  private static final Duration POLL = Duration.ofMillis(50);

  private final PodConfig config;
  private final Metrics metrics;
  private final AtomicInteger exchanges = new AtomicInteger();
  private volatile ModelState state = new ModelState.Loading("the model is being loaded");

  @Inject
  ModelServer(PodConfig config, Metrics metrics) {
    this.config = config;
    this.metrics = metrics;
  }

  public ModelState state() {
    return state;
  }

  void start(@Observes StartupEvent event) {
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      // Replaces the JVM's own handler, which would close the server at once.
      Signal.handle(new Signal("TERM"), signal -> drainThread());
    }
    Thread.ofPlatform().name("model-loader").start(this::load);
  }

  private void load() {
    long begin = System.nanoTime();
    try {
      LoadedModel model = LoadedModel.load(config);
      metrics.observe(model);
      synchronized (this) {
        if (state instanceof ModelState.Failed) {
          model.close();
          return;
        }
        state = new ModelState.Serving(model);
      }
      LOG.infof(
          "Serving %s %s (%s) on %s, loaded in %d ms",
          model.name(),
          model.revision(),
          model.digest(),
          model.device(),
          (System.nanoTime() - begin) / 1_000_000);
    } catch (ModelLoadException e) {
      fail(e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.error("The model cannot be loaded", e);
      fail("The model cannot be loaded: " + e);
    }
  }

  private void fail(String sentence) {
    String line = sentence.replaceAll("\\s+", " ").strip();
    state = new ModelState.Failed(line);
    LOG.error(line);
    try {
      Files.writeString(
          Path.of(config.terminationLog()),
          line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      LOG.debugf("The termination log %s cannot be written: %s", config.terminationLog(), e);
    }
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      Quarkus.asyncExit(1);
    }
  }

  /** An exchange that was accepted; drain waits until it is {@link #exchangeEnded}. */
  void exchangeBegan() {
    exchanges.incrementAndGet();
  }

  void exchangeEnded() {
    exchanges.decrementAndGet();
  }

  private void drainThread() {
    Thread.ofPlatform().name("drain").start(this::drain);
  }

  private void drain() {
    LoadedModel model;
    synchronized (this) {
      if (!(state instanceof ModelState.Serving serving)) {
        Quarkus.asyncExit(0);
        return;
      }
      model = serving.model();
      state = new ModelState.Draining(model, true);
    }
    LOG.infof("Draining: %d requests are being answered", exchanges.get());
    long begin = System.nanoTime();
    try {
      Thread.sleep(config.drain().grace());
      state = new ModelState.Draining(model, false);
      while (exchanges.get() > 0
          && System.nanoTime() - begin < config.drain().timeout().toNanos()) {
        Thread.sleep(POLL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LOG.infof(
        "Drained in %d ms, %d requests cut off",
        (System.nanoTime() - begin) / 1_000_000, exchanges.get());
    Quarkus.asyncExit(0);
  }

  void stop(@Observes ShutdownEvent event) {
    ModelState last = state;
    state = new ModelState.Failed("the server is going away");
    if (last instanceof ModelState.Serving serving) {
      serving.model().close();
    } else if (last instanceof ModelState.Draining draining) {
      draining.model().close();
    }
  }
}
