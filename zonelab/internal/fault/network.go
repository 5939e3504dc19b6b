// Package fault breaks a lab: its network by link and nftables, its pods by signals.
package fault

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"zonefleet.io/zonelab/internal/plan"
	"zonefleet.io/zonelab/internal/proc"
)

// Network are the network faults in force.
type Network struct {
	Cut        []string       `json:"cut,omitempty"`
	Partitions [][2]string    `json:"partitions,omitempty"`
	OneWay     [][2]string    `json:"oneWay,omitempty"` // packets of the first zone do not reach the second
	Loss       map[string]int `json:"loss,omitempty"`   // percent of a zone's packets, each way
}

func file(lab plan.Lab) string { return lab.Path("faults.json") }

// Read reads the faults in force.
func Read(lab plan.Lab) (Network, error) {
	faults := Network{Loss: map[string]int{}}
	content, err := os.ReadFile(file(lab))
	if os.IsNotExist(err) {
		return faults, nil
	}
	if err != nil {
		return faults, err
	}
	if err := json.Unmarshal(content, &faults); err != nil {
		return faults, fmt.Errorf("%s: %w", file(lab), err)
	}
	if faults.Loss == nil {
		faults.Loss = map[string]int{}
	}
	return faults, nil
}

// Apply puts exactly these faults in force: what is not among them is healed. It returns when the links had changed.
func Apply(lab plan.Lab, faults Network) (time.Time, error) {
	var links strings.Builder
	for _, n := range lab.Nodes() {
		state := "up"
		for _, zone := range faults.Cut {
			if zone == n.Zone {
				state = "down"
			}
		}
		fmt.Fprintf(&links, "link set %s %s\n", n.Veth, state)
	}
	// the link first: a cut must not wait for what is only a softer fault
	if _, err := proc.Run(links.String(), "ip", "-batch", "-"); err != nil {
		return time.Time{}, err
	}
	changed := time.Now()
	if _, err := proc.Run(ruleset(lab, faults), "nft", "-f", "-"); err != nil {
		return changed, err
	}
	content, err := json.Marshal(faults)
	if err != nil {
		return changed, err
	}
	return changed, os.WriteFile(file(lab), append(content, '\n'), 0o644)
}

// Clear removes the rules, as far as there are any.
func Clear(lab plan.Lab) error {
	_, err := proc.Run(fmt.Sprintf("table bridge %[1]s {}\ndelete table bridge %[1]s\n", lab.Cgroup()), "nft", "-f", "-")
	return err
}

// ruleset is one nft transaction. Rules sit on the bridge, where both ends of every packet are known by their ports.
func ruleset(lab plan.Lab, faults Network) string {
	var forward, in, out strings.Builder
	for _, pair := range faults.Partitions {
		a, b := ports(lab, pair[0]), ports(lab, pair[1])
		fmt.Fprintf(&forward, "    iifname %s oifname %s drop\n    iifname %s oifname %s drop\n", a, b, b, a)
	}
	for _, pair := range faults.OneWay {
		fmt.Fprintf(&forward, "    iifname %s oifname %s drop\n", ports(lab, pair[0]), ports(lab, pair[1]))
	}
	for _, zone := range lab.Zones {
		if percent := faults.Loss[zone]; percent > 0 {
			chance := fmt.Sprintf("numgen random mod 100 < %d", percent)
			if percent == 100 {
				chance = "" // nft refuses a comparison that always holds
			}
			fmt.Fprintf(&in, "    iifname %s %s drop\n", ports(lab, zone), chance)
			fmt.Fprintf(&out, "    oifname %s %s drop\n", ports(lab, zone), chance)
		}
	}
	return fmt.Sprintf(`table bridge %[1]s {}
delete table bridge %[1]s
table bridge %[1]s {
  chain forward {
    type filter hook forward priority 0;
%[2]s  }
  chain in {
    type filter hook prerouting priority 0;
%[3]s  }
  chain out {
    type filter hook postrouting priority 0;
%[4]s  }
}
`, lab.Cgroup(), forward.String(), in.String(), out.String())
}

// ports is nft's set of the bridge ports of a zone's nodes.
func ports(lab plan.Lab, zone string) string {
	var names []string
	for _, n := range lab.Nodes() {
		if n.Zone == zone {
			names = append(names, fmt.Sprintf("%q", n.Veth))
		}
	}
	return "{ " + strings.Join(names, ", ") + " }"
}
