package io.zonefleet.inference.api;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.impl.ContextInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What the engine's thread has to say to connections. It is handed over when a run's tokens are all
 * told, so that an event loop is woken once for all of its connections: waking it for each token
 * took a sixteenth of the engine's time with a small model. For the engine's thread alone.
 */
final class Outbox {
  private final Map<EventLoop, List<Runnable>> pending = new HashMap<>();

  /** Runs actions on a connection's event loop after the next {@link #flush}, in their order. */
  Executor towards(Context context) {
    ContextInternal connection = (ContextInternal) context;
    return action ->
        pending
            .computeIfAbsent(connection.nettyEventLoop(), loop -> new ArrayList<>())
            // reports what an action throws, and goes on
            .add(() -> connection.dispatch(action));
  }

  void flush() {
    if (pending.isEmpty()) {
      return;
    }
    pending.forEach(Outbox::hand);
    pending.clear();
  }

  private static void hand(EventLoop loop, List<Runnable> actions) {
    try {
      loop.execute(() -> actions.forEach(Runnable::run));
    } catch (RejectedExecutionException e) {
      // the server is going away, and its connections are gone
    }
  }
}
