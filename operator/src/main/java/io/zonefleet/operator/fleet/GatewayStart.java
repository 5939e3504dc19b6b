package io.zonefleet.operator.fleet;

/**
 * How a gateway starts: from the last plan that it finds on disk, if there is one, and then by the
 * operator's. Envoy keeps serving by the former until the operator has told it all of the latter,
 * however long that takes; so nothing here has to find out whether an operator answers.
 *
 * <p>The script must hold neither of Kubernetes' own references: it makes one dollar of two, and of
 * {@code $(NAME)} the value of an environment variable.
 */
public final class GatewayStart {
  private static final String SCRIPT =
      """
      plan={plan} run={run}
      # all at once, or Envoy might read half a file
      put() { cp "$plan/$1" "$run/$2.new" && mv "$run/$2.new" "$run/$2"; }
      keep() { cmp -s "$plan/$1" "$run/$2" || put "$1" "$2"; }
      live() {
        exec 3<>/dev/tcp/127.0.0.1/{adminPort} || return
        printf 'GET /ready HTTP/1.1\\r\\nhost: admin\\r\\nconnection: close\\r\\n\\r\\n' >&3
        read -r _ status _ <&3
        exec 3>&-
        [ "$status" = 200 ]
      } 2>/dev/null
      # as long as Envoy runs, which takes this shell's place and number
      envoy=$BASHPID
      follow() {
        until live; do sleep 0.2; kill -0 $envoy || exit; done
        while kill -0 $envoy; do
          keep live-cds.pb cds.pb
          keep rds.pb rds.pb
          keep lds.pb lds.pb
          sleep 2
        done
      } 2>/dev/null
      from=live
      [ -f "$plan/last-eds.pb" ] && from=last
      mkdir -p "$run" && put $from-cds.pb cds.pb && put rds.pb rds.pb && put lds.pb lds.pb || exit
      follow &
      exec envoy "$@"
      """;

  private GatewayStart() {}

  /**
   * A script for {@code bash -c}, in Envoy's image; further arguments are Envoy's.
   *
   * @param plan where the last plan lies, as {@code KeptPlan} names the files
   * @param run where Envoy looks for what is in force; may be written to
   * @param adminPort of Envoy on 127.0.0.1
   */
  public static String script(String plan, String run, int adminPort) {
    return SCRIPT
        .replace("{plan}", plan)
        .replace("{run}", run)
        .replace("{adminPort}", Integer.toString(adminPort));
  }
}
