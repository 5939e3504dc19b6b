package io.zonefleet.operator.traffic;

import io.zonefleet.operator.trust.Leaf;
import java.nio.file.Path;
import java.util.Map;

/**
 * Envoy's bootstrap for the gateways of a fleet. Node id, cluster and zone come from its flags, so
 * that one ConfigMap fits all pods.
 *
 * @param xdsHost DNS name (or IP address) of the operator's replicas
 * @param xdsName DNS name that their certificate must carry
 * @param xdsPort discovery port there
 * @param folder where the files of {@link #files} lie
 * @param identity where the gateway's certificate lies, as {@code Leaf} names the files; they may
 *     change, all at once as those of a mounted Secret do
 * @param run where {@code cds.pb} and {@code lds.pb} of a {@link KeptPlan} lie
 * @param adminPort of the full admin interface, on 127.0.0.1 only
 * @param monitorAddress where health and statistics are shown to the pod network
 * @param monitorPort port there
 */
public record Bootstrap(
    String xdsHost,
    String xdsName,
    int xdsPort,
    Path folder,
    Path identity,
    Path run,
    int adminPort,
    String monitorAddress,
    int monitorPort) {
  /** The file that Envoy starts from. */
  public static final String MAIN = "envoy.yaml";

  private static final String OWN = "identity.yaml";
  private static final String TRUSTED = "trust.yaml";

  /** The bootstrap with the ports that every gateway pod has. */
  public static Bootstrap gateway(
      String xdsHost, int xdsPort, Path folder, Path identity, Path run) {
    return new Bootstrap(xdsHost, xdsHost, xdsPort, folder, identity, run, 9901, "0.0.0.0", 9902);
  }

  /** Envoy's YAML by file name: {@link #MAIN} and what it refers to. */
  public Map<String, String> files() {
    return Map.of(
        MAIN, filled(TEMPLATE), OWN, filled(OWN_TEMPLATE), TRUSTED, filled(TRUST_TEMPLATE));
  }

  private String filled(String template) {
    return template
        .replace("{xdsHost}", xdsHost)
        .replace("{xdsName}", xdsName)
        .replace("{xdsPort}", Integer.toString(xdsPort))
        .replace("{own}", folder.resolve(OWN).toString())
        .replace("{trusted}", folder.resolve(TRUSTED).toString())
        .replace("{identity}", identity.toString())
        .replace("{certificate}", identity.resolve(Leaf.CERTIFICATE).toString())
        .replace("{key}", identity.resolve(Leaf.KEY).toString())
        .replace("{authorities}", identity.resolve(Leaf.TRUSTED).toString())
        .replace("{run}", run.toString())
        .replace("{adminPort}", Integer.toString(adminPort))
        .replace("{monitorAddress}", monitorAddress)
        .replace("{monitorPort}", Integer.toString(monitorPort));
  }

  /** Certificates that may change must come by discovery; a file is a source of that too. */
  private static final String OWN_TEMPLATE =
      """
      resources:
      - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret
        name: identity
        tls_certificate:
          certificate_chain: {filename: "{certificate}"}
          private_key: {filename: "{key}"}
          watched_directory: {path: "{identity}"}
      """;

  private static final String TRUST_TEMPLATE =
      """
      resources:
      - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret
        name: trust
        validation_context:
          trusted_ca: {filename: "{authorities}"}
          watched_directory: {path: "{identity}"}
      """;

  private static final String TEMPLATE =
      """
      admin:
        address: {socket_address: {address: 127.0.0.1, port_value: {adminPort}}}
      overload_manager:
        resource_monitors:
        - name: envoy.resource_monitors.global_downstream_max_connections
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig
            max_active_downstream_connections: 50000
      dynamic_resources:
        ads_config:
          api_type: GRPC
          transport_api_version: V3
          grpc_services:
          - envoy_grpc:
              cluster_name: xds
              # without these a restarted operator is found again after up to 25 s
              retry_policy: {retry_back_off: {base_interval: 0.1s, max_interval: 1s}}
        # from disk, so that a gateway can start from the last plan; routes and endpoints of the live
        # ones come from the operator
        lds_config: {path_config_source: {path: "{run}/lds.pb"}, resource_api_version: V3}
        cds_config: {path_config_source: {path: "{run}/cds.pb"}, resource_api_version: V3}
      static_resources:
        clusters:
        - name: xds
          connect_timeout: 0.3s
          cluster_type:
            name: envoy.clusters.dns
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster
              dns_refresh_rate: 1s
              dns_failure_refresh_rate: {base_interval: 0.2s, max_interval: 1s}
          load_assignment:
            cluster_name: xds
            endpoints:
            - lb_endpoints:
              - endpoint:
                  address: {socket_address: {address: {xdsHost}, port_value: {xdsPort}}}
          typed_extension_protocol_options:
            envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
              "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
              explicit_http_config:
                http2_protocol_options:
                  # a stream to an operator in a dark zone must not look alive
                  connection_keepalive: {interval: 2s, timeout: 4s}
          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
              sni: "{xdsName}"
              # a session that is resumed would show the certificate of before
              max_session_keys: 0
              common_tls_context:
                tls_params: {tls_minimum_protocol_version: TLSv1_3, tls_maximum_protocol_version: TLSv1_3}
                alpn_protocols: [h2]
                tls_certificate_sds_secret_configs:
                - name: identity
                  sds_config: {path_config_source: {path: "{own}"}, resource_api_version: V3}
                combined_validation_context:
                  default_validation_context:
                    match_typed_subject_alt_names:
                    - {san_type: DNS, matcher: {exact: "{xdsName}"}}
                  validation_context_sds_secret_config:
                    name: trust
                    sds_config: {path_config_source: {path: "{trusted}"}, resource_api_version: V3}
        - name: admin
          type: STATIC
          connect_timeout: 0.3s
          load_assignment:
            cluster_name: admin
            endpoints:
            - lb_endpoints:
              - endpoint:
                  address: {socket_address: {address: 127.0.0.1, port_value: {adminPort}}}
        listeners:
        - name: monitor
          address: {socket_address: {address: {monitorAddress}, port_value: {monitorPort}}}
          ignore_global_conn_limit: true
          filter_chains:
          - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: monitor
                normalize_path: true
                http_filters:
                - name: envoy.filters.http.router
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                route_config:
                  virtual_hosts:
                  - name: monitor
                    domains: ["*"]
                    # what the admin interface could change is not among these
                    routes:
                    - match:
                        safe_regex: {regex: "/(ready|clusters|stats|stats/prometheus)"}
                        headers: [{name: ":method", string_match: {exact: GET}}]
                      route: {cluster: admin, timeout: 2s}
      """;
}
