package node

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"zonefleet.io/zonelab/internal/plan"
)

// PauseImage is the image of the process that holds a pod's namespaces.
const PauseImage = "registry.k8s.io/pause:3.10"

const (
	// StatusPeriod is how often a kubelet reports that its node lives.
	StatusPeriod = "2s"
	// leaseSeconds: the kubelet renews its lease four times in that time.
	leaseSeconds = 8
	// longestBackOff: a lab kills its pods again and again, and each time they start as after a second crash, not after 5 min.
	longestBackOff = "10s"
)

type object = map[string]any

func containerdConfig(n plan.Node, cniDir string) string {
	return fmt.Sprintf(`version = 2
root = "%[1]s/containerd-root"
state = "%[1]s/containerd-state"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = %[2]q
[ttrpc]
  address = "%[2]s.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %[3]q
  restrict_oom_score_adj = true
  disable_hugetlb_controller = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = %[4]q
    conf_dir = "%[1]s/cni"
`, n.Dir, Socket(n), PauseImage, cniDir)
}

func cniConfig(n plan.Node) ([]byte, error) {
	return json.Marshal(object{"cniVersion": "0.4.0", "name": "zonelab", "plugins": []object{{
		"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
		"ipam": object{
			"type": "host-local", "dataDir": n.Dir + "/ipam",
			"ranges": [][]object{{{"subnet": n.PodCIDR.String()}}},
			"routes": []object{{"dst": "0.0.0.0/0"}},
		},
	}}})
}

func kubeletConfig(lab plan.Lab, n plan.Node, caFile, certFile, keyFile string) ([]byte, error) {
	return json.MarshalIndent(object{
		"apiVersion": "kubelet.config.k8s.io/v1beta1",
		"kind":       "KubeletConfiguration",
		"authentication": object{
			"anonymous": object{"enabled": false},
			"webhook":   object{"enabled": true, "cacheTTL": "30s"},
			"x509":      object{"clientCAFile": caFile},
		},
		"authorization":                 object{"mode": "Webhook"},
		"tlsCertFile":                   certFile,
		"tlsPrivateKeyFile":             keyFile,
		"clusterDNS":                    []string{plan.DNS},
		"clusterDomain":                 plan.Domain,
		"resolvConf":                    lab.Path("resolv.conf"),
		"cgroupDriver":                  "cgroupfs",
		"cgroupRoot":                    "/" + lab.Cgroup() + "/" + n.Name,
		"containerRuntimeEndpoint":      "unix://" + Socket(n),
		"failCgroupV1":                  false,
		"failSwapOn":                    false,
		"featureGates":                  object{"KubeletInUserNamespace": true, "KubeletCrashLoopBackOffMax": true},
		"enforceNodeAllocatable":        []string{},
		"localStorageCapacityIsolation": false,
		// the nodes share the machine's disk and memory: an eviction would hit all zones at once
		"evictionHard":                object{"memory.available": "0%", "nodefs.available": "0%", "imagefs.available": "0%"},
		"imageGCHighThresholdPercent": 100,
		"nodeStatusUpdateFrequency":   StatusPeriod,
		"nodeStatusReportFrequency":   "10s",
		"nodeLeaseDurationSeconds":    leaseSeconds,
		"crashLoopBackOff":            object{"maxContainerRestartPeriod": longestBackOff},
		"podLogsDir":                  n.Dir + "/pod-logs",
		"volumePluginDir":             n.Dir + "/volume-plugins",
		"serializeImagePulls":         false,
	}, "", "  ")
}

// upstreams are the name servers of a resolv.conf that a network namespace can reach: those that do not sit on the
// host's loopback.
func upstreams(resolvConf string) []string {
	var servers []string
	for _, line := range strings.Split(resolvConf, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "nameserver" {
			continue
		}
		if address, err := netip.ParseAddr(fields[1]); err == nil && !address.IsLoopback() && address.Is4() {
			servers = append(servers, fields[1])
		}
	}
	return servers
}

func corefile(lab plan.Lab, n plan.Node, upstreams []string) string {
	forward := ""
	if len(upstreams) > 0 {
		forward = "  forward . " + strings.Join(upstreams, " ") + "\n"
	}
	return fmt.Sprintf(`.:53 {
  bind %s %s
  errors
  kubernetes %s in-addr.arpa ip6.arpa {
    kubeconfig %s
    pods insecure
    ttl 5
    fallthrough in-addr.arpa ip6.arpa
  }
%s  cache 5
  loadbalance
}
`, plan.DNS, n.IP, plan.Domain, lab.Kubeconfig("coredns"), forward)
}

// clientResolvConf is what a program in a machine's namespace resolves names with.
func clientResolvConf() string {
	return fmt.Sprintf("nameserver %s\nsearch default.svc.%[2]s svc.%[2]s %[2]s\noptions ndots:5\n", plan.DNS, plan.Domain)
}
