package node

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zonefleet.io/zonelab/internal/pki"
	"zonefleet.io/zonelab/internal/plan"
	"zonefleet.io/zonelab/internal/proc"
)

// Socket is where a node's containerd listens.
func Socket(n plan.Node) string { return filepath.Join(n.Dir, "containerd.sock") }

// Prepare writes what all machines share: the resolv.conf of the nodes, and that of programs run beside them.
func Prepare(lab plan.Lab) error {
	host, _ := os.ReadFile("/etc/resolv.conf")
	content := ""
	for _, server := range upstreams(string(host)) {
		content += "nameserver " + server + "\n"
	}
	if err := os.WriteFile(lab.Path("resolv.conf"), []byte(content), 0o644); err != nil {
		return err
	}
	return os.WriteFile(lab.Path("exec-resolv.conf"), []byte(clientResolvConf()), 0o644)
}

// StartRuntime starts a node's containerd and gives it the pause image.
func StartRuntime(ctx context.Context, lab plan.Lab, n plan.Node, cniDir, pauseTar string) error {
	for _, folder := range []string{"cni", "kubelet", "pod-logs", "volume-plugins"} {
		if err := os.MkdirAll(filepath.Join(n.Dir, folder), 0o755); err != nil {
			return err
		}
	}
	cni, err := cniConfig(n)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(n.Dir, "cni", "10-zonelab.conflist"), cni, 0o644); err != nil {
		return err
	}
	config := filepath.Join(n.Dir, "containerd.toml")
	if err := os.WriteFile(config, []byte(containerdConfig(n, cniDir)), 0o644); err != nil {
		return err
	}
	if err := proc.Start(lab.Dir, proc.Spec{
		Name: n.Name + "-containerd", Netns: n.Netns, Args: []string{"containerd", "--config", config},
	}); err != nil {
		return err
	}
	for {
		connection, err := net.DialTimeout("unix", Socket(n), time.Second)
		if err == nil {
			connection.Close()
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("containerd of %s does not answer: see %s", n.Name, proc.LogFile(lab.Dir, n.Name+"-containerd"))
		case <-time.After(50 * time.Millisecond):
		}
	}
	return Import(n, pauseTar)
}

// Import loads an image archive (docker or OCI) into a node.
func Import(n plan.Node, archive string) error {
	if _, err := proc.Run("", "ctr", "-a", Socket(n), "-n", "k8s.io", "images", "import", archive); err != nil {
		return fmt.Errorf("loading into %s: %w", n.Name, err)
	}
	return nil
}

// pluginSocket is where every kubelet of a machine listens for device plugins, wherever its root is: it empties the folder first.
const pluginSocket = "/var/lib/kubelet/device-plugins/kubelet.sock"

// StartKubelet starts a node's kubelet, and returns once the next one may start: of two that begin to listen at the same moment one
// finds the address in use, and ends. (Labs come up one after the other.)
func StartKubelet(ctx context.Context, lab plan.Lab, n plan.Node, files *pki.Files, binary string) error {
	server := files.NodeServer[n.Name]
	config, err := kubeletConfig(lab, n, files.CA.CertFile, server.CertFile, server.KeyFile)
	if err != nil {
		return err
	}
	path := filepath.Join(n.Dir, "kubelet.json")
	if err := os.WriteFile(path, config, 0o644); err != nil {
		return err
	}
	if err := proc.Start(lab.Dir, proc.Spec{Name: n.Name + "-kubelet", Netns: n.Netns, Args: []string{
		binary, "kubelet",
		"--config", path,
		"--kubeconfig", lab.Kubeconfig("node-" + n.Name),
		"--root-dir", filepath.Join(n.Dir, "kubelet"),
		"--cert-dir", filepath.Join(n.Dir, "kubelet", "pki"),
		"--hostname-override", n.Name,
		"--node-ip", n.IP.String(),
		"--node-labels", "topology.kubernetes.io/zone=" + n.Zone + ",topology.kubernetes.io/region=zonelab",
	}}); err != nil {
		return err
	}
	return awaitPluginSocket(ctx, lab, n)
}

func awaitPluginSocket(ctx context.Context, lab plan.Lab, n plan.Node) error {
	kubelet, err := proc.Named(lab.Dir, n.Name+"-kubelet")
	if err != nil {
		return err
	}
	for {
		// sockets are listed by network namespace, and a node has one of its own
		sockets, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/unix", kubelet.Pid))
		if err != nil || !kubelet.Alive() {
			return fmt.Errorf("%s ended: see %s", kubelet.Name, proc.LogFile(lab.Dir, kubelet.Name))
		}
		if strings.Contains(string(sockets), pluginSocket) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not start: see %s", kubelet.Name, proc.LogFile(lab.Dir, kubelet.Name))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// StartProxy starts a machine's kube-proxy.
func StartProxy(lab plan.Lab, n plan.Node, binary string) error {
	return proc.Start(lab.Dir, proc.Spec{Name: n.Name + "-kube-proxy", Netns: n.Netns, Args: []string{
		binary, "kube-proxy",
		"--kubeconfig", lab.Kubeconfig("kube-proxy"),
		"--hostname-override", n.Name,
		"--proxy-mode", "nftables",
		"--cluster-cidr", lab.PodCIDR().String(),
		// limits of connection tracking belong to the host, not to a namespace
		"--conntrack-max-per-core", "0",
		"--conntrack-tcp-timeout-established", "0s",
		"--conntrack-tcp-timeout-close-wait", "0s",
	}})
}

// StartDNS starts a machine's name server.
func StartDNS(lab plan.Lab, n plan.Node, binary string) error {
	if err := os.MkdirAll(n.Dir, 0o755); err != nil {
		return err
	}
	host, _ := os.ReadFile(lab.Path("resolv.conf"))
	path := filepath.Join(n.Dir, "Corefile")
	if err := os.WriteFile(path, []byte(corefile(lab, n, upstreams(string(host)))), 0o644); err != nil {
		return err
	}
	return proc.Start(lab.Dir, proc.Spec{
		Name: n.Name + "-coredns", Netns: n.Netns, Args: []string{binary, "coredns", "-conf", path},
	})
}

// Resolves tells whether a machine's name server answers for the cluster.
func Resolves(ctx context.Context, n plan.Node) error {
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort(n.IP.String(), "53"))
	}}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := resolver.LookupHost(ctx, "kubernetes.default.svc."+plan.Domain+".")
	return err
}

// Routes tells whether a machine's kube-proxy has programmed the Service of the API server.
func Routes(lab plan.Lab, n plan.Node) error {
	rules, err := proc.Run("", "nsenter", "--net=/run/netns/"+n.Netns, "--", "nft", "list", "map", "ip", "kube-proxy", "service-ips")
	if err != nil || !strings.Contains(rules, lab.APIService().String()) {
		return fmt.Errorf("kube-proxy of %s does not route Services yet: see %s", n.Name, proc.LogFile(lab.Dir, n.Name+"-kube-proxy"))
	}
	return nil
}
