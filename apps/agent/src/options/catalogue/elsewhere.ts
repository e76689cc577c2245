/** Options that Cilium 1.11 has and this agent does not act on, by the reason: a ConfigMap of Cilium's may hold them. */
const REASONS: Readonly<Record<string, string>> = {
  'next hops are kept resolved by the kernel, always': `
    arping-refresh-period enable-l2-neigh-discovery`,
  'the datapath finds it out by itself': `
    bpf-lb-bypass-fib-lookup bpf-lb-dev-ip-addr-inherit bpf-lb-rss-ipv4-src-cidr bpf-lb-rss-ipv6-src-cidr
    direct-routing-device ipv6-mcast-device`,
  'packets for DSR carry an option': 'bpf-lb-dsr-l4-xlate',
  'network policy and identities are not this agent’s': `
    allow-icmp-frag-needed allow-localhost enable-icmp-rules enable-policy enable-host-firewall enable-remote-node-identity
    enable-well-known-identities enable-identity-mark fixed-identity-mapping force-local-policy-eval-at-source
    identity-allocation-mode identity-change-grace-period label-prefix-file labels policy-audit-mode policy-queue-size
    policy-trigger-interval bpf-policy-map-max enable-selective-regeneration enable-endpoint-routes
    disable-cnp-status-updates cnp-node-status-gc-interval enable-cilium-endpoint-slice disable-endpoint-crd
    endpoint-gc-interval endpoint-queue-size endpoint-status endpoint-interface-name-prefix exclude-local-address`,
  'flows are not this agent’s': `
    enable-hubble hubble-disable-tls hubble-event-buffer-capacity hubble-event-queue-size hubble-export-file-compress
    hubble-export-file-max-backups hubble-export-file-max-size-mb hubble-export-file-path hubble-listen-address
    hubble-metrics hubble-metrics-server hubble-recorder-sink-queue-size hubble-recorder-storage-path hubble-socket-path
    hubble-tls-cert-file hubble-tls-client-ca-files hubble-tls-key-file enable-hubble-recorder-api enable-recorder
    enable-monitor monitor-aggregation monitor-aggregation-flags monitor-aggregation-interval monitor-queue-size
    trace-payloadlen`,
  'the CNI plugin gives pods their network': `
    auto-create-cilium-node-resource auto-direct-node-routes datapath-mode derive-masquerade-ip-addr-from-device
    egress-masquerade-interfaces egress-multi-home-ip-rule-compat enable-bandwidth-manager enable-bpf-masquerade
    enable-ip-masq-agent enable-ipv4-masquerade enable-ipv6-masquerade enable-ipv6-ndp enable-ipv4-egress-gateway
    enable-local-node-route enable-host-legacy-routing ip-allocation-timeout ip-masq-agent-config-path ipam
    ipv4-native-routing-cidr native-routing-cidr ipv4-node ipv4-pod-subnets ipv4-range ipv4-service-range
    ipv6-cluster-alloc-cidr ipv6-node ipv6-pod-subnets ipv6-range ipv6-service-range ipvlan-master-device
    k8s-require-ipv4-pod-cidr k8s-require-ipv6-pod-cidr local-router-ipv4 local-router-ipv6 masquerade mtu
    nat46-range read-cni-conf route-metric single-cluster-route tunnel write-cni-conf-when-ready
    bypass-ip-availability-upon-restore cluster-pool-ipv4-cidr cluster-pool-ipv4-mask-size cluster-pool-ipv6-cidr
    cluster-pool-ipv6-mask-size cni-chaining-mode custom-cni-conf`,
  'encryption is not this agent’s': `
    enable-ipsec ipsec-key-file encrypt-interface encrypt-node enable-wireguard enable-wireguard-userspace-fallback`,
  'proxies of HTTP and DNS are not this agent’s': `
    certificates-directory disable-envoy-version-check dns-max-ips-per-restored-rule enable-bpf-tproxy enable-l7-proxy
    envoy-log http-403-msg http-idle-timeout http-max-grpc-timeout http-normalize-path http-request-timeout
    http-retry-count http-retry-timeout proxy-connect-timeout proxy-prometheus-port sidecar-istio-proxy-image
    tofqdns-dns-reject-response-code tofqdns-enable-dns-compression tofqdns-endpoint-max-ip-per-hostname
    tofqdns-idle-connection-grace-period tofqdns-max-deferred-connection-deletes tofqdns-min-ttl tofqdns-pre-cache
    tofqdns-proxy-port tofqdns-proxy-response-max-delay`,
  'there is no key-value store and no mesh of clusters': `
    allocator-list-timeout clustermesh-config cluster-health-port cluster-id cluster-name enable-k8s-event-handover
    join-cluster kvstore kvstore-connectivity-timeout kvstore-lease-ttl kvstore-max-consecutive-quorum-errors kvstore-opt
    kvstore-periodic-sync enable-health-checking enable-endpoint-health-checking`,
  'tables clean themselves up, and the datapath keeps no connection table for stable slots': `
    bpf-ct-global-any-max bpf-ct-global-tcp-max bpf-ct-timeout-regular-any bpf-ct-timeout-regular-tcp
    bpf-ct-timeout-regular-tcp-fin bpf-ct-timeout-regular-tcp-syn bpf-ct-timeout-service-any bpf-ct-timeout-service-tcp
    bpf-map-dynamic-size-ratio bpf-neigh-global-max conntrack-gc-interval
    disable-conntrack enable-ipv4-fragment-tracking preallocate-bpf-maps enable-bpf-clock-probe`,
  'no iptables rules are made': `
    disable-iptables-feeder-rules enable-xt-socket-fallback install-iptables-rules install-no-conntrack-iptables-rules
    iptables-lock-timeout iptables-random-fully prepend-iptables-chains`,
  'there are no CiliumLocalRedirectPolicies here: traffic goes on to the service’s own endpoints':
    'enable-local-redirect-policy',
  'nothing of others is called, and nobody is filtered, before services are looked at': `
    enable-custom-calls enable-xdp-prefilter prefilter-device prefilter-mode`,
  'it concerns how Cilium is built and started': `
    agent-labels annotate-k8s-node api-rate-limit cflags cmdref config crd-wait-timeout debug-verbose
    enable-k8s-api-discovery enable-k8s-endpoint-slice enable-tracing gops-port k8s-client-burst k8s-client-qps k8s-namespace k8s-sync-timeout k8s-heartbeat-timeout k8s-service-cache-size
    k8s-watcher-endpoint-selector keep-config lib-dir log-driver log-opt log-system-load logstash
    max-controller-interval metrics pprof pprof-port restore skip-crd-creation
    socket-path sockops-enable vlan-bpf-bypass 
    wait-bpf-mount sidecar-http-proxy tofqdns-enable-poller`,
}

/** Name → why the agent does not act on it. */
export const elsewhere: ReadonlyMap<string, string> = new Map(
  Object.entries(REASONS).flatMap(([reason, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, reason] as const),
  ),
)
