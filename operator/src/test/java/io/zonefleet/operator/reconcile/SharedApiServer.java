package io.zonefleet.operator.reconcile;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives methods of tests an {@link ApiServer}: one for all tests that ask, which must not take each
 * other's namespaces. To be used with {@link ApiServerIsBuilt}.
 */
public final class SharedApiServer implements ParameterResolver {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(SharedApiServer.class);

  private static final class Running implements ExtensionContext.Store.CloseableResource {
    private final ApiServer server = new ApiServer();

    @Override
    public void close() {
      server.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ApiServer.class;
  }

  @Override
  public ApiServer resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(STORE)
        .getOrComputeIfAbsent(Running.class, key -> new Running(), Running.class)
        .server;
  }
}
