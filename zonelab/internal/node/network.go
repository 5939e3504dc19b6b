// Package node runs what a machine of the lab consists of: a network namespace, containerd, kubelet, kube-proxy and a
// name server.
package node

import (
	"fmt"
	"os"
	"strings"

	"zonefleet.io/zonelab/internal/plan"
	"zonefleet.io/zonelab/internal/proc"
)

// Connect makes the lab's bridge and one network namespace per machine, with routes between all of them.
func Connect(lab plan.Lab) error {
	if _, err := proc.Run(hostBatch(lab), "ip", "-batch", "-"); err != nil {
		return fmt.Errorf("making the lab's network: %w", err)
	}
	for _, machine := range lab.Machines() {
		if _, err := proc.Run(machineBatch(lab, machine), "ip", "-n", machine.Netns, "-batch", "-"); err != nil {
			return fmt.Errorf("making the network of %s: %w", machine.Name, err)
		}
		// /proc/sys/net shows the namespace of who looks
		if _, err := proc.Run("", "nsenter", "--net=/run/netns/"+machine.Netns, "sh", "-c",
			"echo 1 >/proc/sys/net/ipv4/ip_forward"); err != nil {
			return err
		}
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return fmt.Errorf("letting the host forward between the lab's nodes: %w", err)
	}
	_, err := proc.Run(masquerade(lab), "nft", "-f", "-")
	return err
}

// Disconnect removes what Connect made, as far as it is there.
func Disconnect(lab plan.Lab) []error {
	var errs []error
	try := func(args ...string) {
		if _, err := proc.Run("", args...); err != nil {
			errs = append(errs, err)
		}
	}
	for _, machine := range lab.Machines() {
		// the link first: with its namespace it would go by itself, but later
		if exists("/sys/class/net/" + machine.Veth) {
			try("ip", "link", "del", machine.Veth)
		}
		if exists("/run/netns/" + machine.Netns) {
			try("ip", "netns", "del", machine.Netns)
		}
	}
	if exists("/sys/class/net/" + lab.Bridge()) {
		try("ip", "link", "del", lab.Bridge())
	}
	if _, err := proc.Run("", "nft", "list", "table", "ip", table(lab)); err == nil {
		try("nft", "delete", "table", "ip", table(lab))
	}
	return errs
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func table(lab plan.Lab) string { return lab.Cgroup() }

// hostBatch gives the commands of `ip -batch` for the host. Neighbours are permanent, so that a cut zone is the black hole
// that a lost zone is: without them the kernel would answer "no route to host" after three unanswered ARP requests.
func hostBatch(lab plan.Lab) string {
	var b strings.Builder
	bridge := lab.Bridge()
	fmt.Fprintf(&b, "link add %s address %s type bridge\n", bridge, lab.BridgeMAC())
	fmt.Fprintf(&b, "addr add %s/24 dev %s\n", lab.Host(), bridge)
	fmt.Fprintf(&b, "link set %s up\n", bridge)
	for _, m := range lab.Machines() {
		fmt.Fprintf(&b, "netns add %s\n", m.Netns)
		fmt.Fprintf(&b, "link add %s type veth peer name eth0 address %s netns %s\n", m.Veth, m.MAC, m.Netns)
		fmt.Fprintf(&b, "link set %s master %s up\n", m.Veth, bridge)
		fmt.Fprintf(&b, "neigh replace %s lladdr %s dev %s nud permanent\n", m.IP, m.MAC, bridge)
		if m.Zone != "" {
			fmt.Fprintf(&b, "route add %s via %s\n", m.PodCIDR, m.IP)
		}
	}
	// the host has no kube-proxy; the client's serves it, the API server's calls of webhooks included
	fmt.Fprintf(&b, "route add %s via %s\n", lab.ServiceCIDR(), lab.Client().IP)
	fmt.Fprintf(&b, "route add %s via %s\n", lab.LoadBalancerCIDR(), lab.Client().IP)
	return b.String()
}

func machineBatch(lab plan.Lab, self plan.Node) string {
	var b strings.Builder
	b.WriteString("link set lo up\n")
	fmt.Fprintf(&b, "addr add %s/24 dev eth0\n", self.IP)
	b.WriteString("link set eth0 up\n")
	fmt.Fprintf(&b, "route add default via %s\n", lab.Host())
	fmt.Fprintf(&b, "neigh replace %s lladdr %s dev eth0 nud permanent\n", lab.Host(), lab.BridgeMAC())
	fmt.Fprintf(&b, "addr add %s/32 dev lo\n", plan.DNS)
	for _, other := range lab.Machines() {
		if other.Number == self.Number {
			continue
		}
		fmt.Fprintf(&b, "neigh replace %s lladdr %s dev eth0 nud permanent\n", other.IP, other.MAC)
		if other.Zone != "" {
			fmt.Fprintf(&b, "route add %s via %s\n", other.PodCIDR, other.IP)
		}
	}
	return b.String()
}

// masquerade lets nodes and pods reach what the host reaches, for instance a registry.
func masquerade(lab plan.Lab) string {
	return fmt.Sprintf(`table ip %s {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr { %s, %s } oifname != %q masquerade
  }
}
`, table(lab), lab.NodeCIDR(), lab.PodCIDR(), lab.Bridge())
}

// ForgetUnanswered forgets, on every machine, the connections that nobody has answered. The kernel remembers for two minutes to which
// endpoint it sent each of them, and sends a later one from the same port there too, whatever the Service's endpoints are by then. The
// next fault shall not meet what is left of the one before.
func ForgetUnanswered(lab plan.Lab) error {
	for _, machine := range lab.Machines() {
		if err := forgetUnanswered(machine); err != nil {
			return err
		}
	}
	return nil
}

// conntrackTries is how often a machine is asked to forget before its answer counts.
const conntrackTries = 10

func forgetUnanswered(machine plan.Node) error {
	var err error
	for range conntrackTries {
		var output string
		output, err = proc.Run("", "nsenter", "--net=/run/netns/"+machine.Netns, "--", "conntrack", "-D", "-p", "tcp", "--state", "SYN_SENT")
		// it fails when there is nothing to forget
		if err == nil || strings.Contains(output, " 0 flow entries have been deleted") {
			return nil
		}
		// it lists them and then deletes one by one: one that ran out in between ends it, and others may be left
		if !strings.Contains(output, "such conntrack doesn't exist") {
			return err
		}
	}
	return err
}
