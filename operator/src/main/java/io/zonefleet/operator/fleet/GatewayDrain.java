package io.zonefleet.operator.fleet;

/** How a gateway leaves: it is told to turn clients away politely, then waits for what runs. */
public final class GatewayDrain {
  private static final String SCRIPT =
      """
      admin() {
        exec 3<>/dev/tcp/127.0.0.1/{adminPort} || return
        printf '%s %s HTTP/1.1\\r\\nhost: admin\\r\\nconnection: close\\r\\n\\r\\n' "$1" "$2" >&3
        while IFS= read -r line <&3; do echo "$line"; done
        exec 3>&-
      }
      running() {
        [[ $(admin GET '/stats?filter=http.gateway.downstream_rq_active') =~ active:\\ [1-9] ]]
      }
      # unready, and each answer closes its connection; new connections are still taken
      admin POST /healthcheck/fail >/dev/null
      SECONDS=0
      sleep 3
      while ((SECONDS < {seconds})) && running; do sleep 0.5; done
      """;

  private GatewayDrain() {}

  /**
   * The container's preStop hook, for bash in Envoy's image. It speaks to the admin interface,
   * which is open to the pod itself only.
   *
   * @param seconds the longest wait for running requests
   * @param adminPort of Envoy on 127.0.0.1
   */
  public static String script(int seconds, int adminPort) {
    return SCRIPT
        .replace("{seconds}", Integer.toString(seconds))
        .replace("{adminPort}", Integer.toString(adminPort));
  }
}
