// Package plan says which names and addresses a lab has. It is pure: the same request gives the same plan.
package plan

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
)

// Labs is how many labs may run side by side on one machine.
const Labs = 16

// nodes is how many nodes a lab may have: each has a /24 of the lab's pod network.
const nodes = 100

// DNS is where every network namespace of every lab finds its own name server, as NodeLocal DNSCache has it.
const DNS = "169.254.20.10"

// Domain is the DNS domain of the cluster.
const Domain = "cluster.local"

// A bounded zone name keeps the paths of a node's sockets below the 108 bytes that Unix allows.
var zoneName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,28}[a-z0-9])?$`)
var labName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?$`)

// Lab is everything that distinguishes one lab from another.
type Lab struct {
	Name         string   `json:"name"`
	Index        int      `json:"index"`
	Dir          string   `json:"dir"`
	Zones        []string `json:"zones"`
	NodesPerZone int      `json:"nodesPerZone"`
}

// Node is a machine of the lab: a network namespace, for all but the client with a kubelet and a containerd in it.
type Node struct {
	Name    string
	Zone    string // empty for the client
	Number  int    // 0 is the client
	IP      netip.Addr
	PodCIDR netip.Prefix
	Netns   string
	Veth    string // the end in the host's namespace
	MAC     string
	Dir     string
}

// New checks a request and gives its plan.
//
// It fails, naming the flag, the value and what is allowed, if a name is ill-formed or the lab would be too large.
func New(stateDir, name string, index int, zones []string, nodesPerZone int) (Lab, error) {
	if err := CheckName(name); err != nil {
		return Lab{}, err
	}
	if len(zones) == 0 {
		return Lab{}, fmt.Errorf("--zones is empty: name at least one zone, for example --zones zone-a,zone-b,zone-c")
	}
	for i, zone := range zones {
		if !zoneName.MatchString(zone) {
			return Lab{}, fmt.Errorf("--zones: %q is no zone name: allowed are 1 to 30 lower-case letters, digits and inner dashes", zone)
		}
		if slices.Contains(zones[:i], zone) {
			return Lab{}, fmt.Errorf("--zones: %q occurs twice: zones must differ", zone)
		}
	}
	if nodesPerZone < 1 || nodesPerZone*len(zones) > nodes {
		return Lab{}, fmt.Errorf("--nodes-per-zone: %d is not allowed: at least 1, and at most %d nodes in all", nodesPerZone, nodes)
	}
	if index < 0 || index >= Labs {
		return Lab{}, fmt.Errorf("index %d: allowed are 0 to %d", index, Labs-1)
	}
	return Lab{Name: name, Index: index, Dir: filepath.Join(stateDir, name), Zones: zones, NodesPerZone: nodesPerZone}, nil
}

// CheckName fails if the lab cannot have that name.
func CheckName(name string) error {
	if !labName.MatchString(name) {
		return fmt.Errorf("--name: %q is no lab name: allowed are 1 to 20 lower-case letters, digits and inner dashes", name)
	}
	return nil
}

// Nodes are the lab's nodes, zone by zone, without the client.
func (l Lab) Nodes() []Node {
	var all []Node
	for _, zone := range l.Zones {
		for n := 1; n <= l.NodesPerZone; n++ {
			all = append(all, l.node(fmt.Sprintf("%s-%d", zone, n), zone, len(all)+1))
		}
	}
	return all
}

// Client is the namespace in no zone from which users of the cluster are played.
func (l Lab) Client() Node { return l.node("client", "", 0) }

// Machines are the client and all nodes.
func (l Lab) Machines() []Node { return append([]Node{l.Client()}, l.Nodes()...) }

// InZone are the nodes of a zone; it fails if the lab has no such zone.
func (l Lab) InZone(zone string) ([]Node, error) {
	var found []Node
	for _, node := range l.Nodes() {
		if node.Zone == zone {
			found = append(found, node)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("lab %q has no zone %q: its zones are %v", l.Name, zone, l.Zones)
	}
	return found, nil
}

func (l Lab) node(name, zone string, number int) Node {
	return Node{
		Name: name, Zone: zone, Number: number,
		IP:      netip.AddrFrom4([4]byte{10, 250, byte(l.Index), byte(10 + number)}),
		PodCIDR: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(192 + l.Index), byte(number), 0}), 24),
		Netns:   fmt.Sprintf("zl-%s-%s", l.Name, name),
		Veth:    fmt.Sprintf("zl%d-%d", l.Index, number),
		MAC:     mac(l.Index, 10+number),
		Dir:     filepath.Join(l.Dir, "nodes", name),
	}
}

// Host is the address of the control plane, on the lab's bridge in the host's namespace.
func (l Lab) Host() netip.Addr { return netip.AddrFrom4([4]byte{10, 250, byte(l.Index), 1}) }

// Loopback is where the lab's etcd listens: each lab has a loopback address of its own.
func (l Lab) Loopback() netip.Addr { return netip.AddrFrom4([4]byte{127, 250, byte(l.Index), 1}) }

// Server is the URL of the API server.
func (l Lab) Server() string { return fmt.Sprintf("https://%s:6443", l.Host()) }

// NodeCIDR is the network of the lab's bridge.
func (l Lab) NodeCIDR() netip.Prefix { return netip.PrefixFrom(l.Host(), 24).Masked() }

// PodCIDR holds every node's PodCIDR.
func (l Lab) PodCIDR() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(192 + l.Index), 0, 0}), 16)
}

// ServiceCIDR is the network of ClusterIPs.
func (l Lab) ServiceCIDR() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(224 + l.Index), 0, 0}), 16)
}

// LoadBalancerCIDR is the network of addresses of LoadBalancer Services.
func (l Lab) LoadBalancerCIDR() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 251, byte(l.Index), 0}), 24)
}

// APIService is the ClusterIP of the Service kubernetes.
func (l Lab) APIService() netip.Addr { return l.ServiceCIDR().Addr().Next() }

// Networks are all networks that the lab routes on the host.
func (l Lab) Networks() []netip.Prefix {
	return []netip.Prefix{l.NodeCIDR(), l.PodCIDR(), l.ServiceCIDR(), l.LoadBalancerCIDR()}
}

// Bridge is the name of the lab's bridge.
func (l Lab) Bridge() string { return fmt.Sprintf("zl%d", l.Index) }

// BridgeMAC is the hardware address of the lab's bridge.
func (l Lab) BridgeMAC() string { return mac(l.Index, 1) }

// Cgroup is the lab's cgroup, below the root of each hierarchy.
func (l Lab) Cgroup() string { return "zonelab-" + l.Name }

// Path joins a path below the lab's state folder.
func (l Lab) Path(elements ...string) string {
	return filepath.Join(append([]string{l.Dir}, elements...)...)
}

// Kubeconfig is the path of a user's kubeconfig.
func (l Lab) Kubeconfig(user string) string { return l.Path("kubeconfig", user+".conf") }

func mac(index, number int) string { return fmt.Sprintf("02:5a:4c:00:%02x:%02x", index, number) }
