package plan

import (
	"net/netip"
	"strings"
	"testing"
)

func TestBadRequestsNameTheFlagAndWhatIsAllowed(t *testing.T) {
	for _, test := range []struct {
		name    string
		zones   []string
		perZone int
		want    string
	}{
		{"Lab", []string{"a"}, 1, "--name"},
		{strings.Repeat("n", 21), []string{"a"}, 1, "--name"},
		{"lab", nil, 1, "--zones is empty"},
		{"lab", []string{"a", "B"}, 1, `"B" is no zone name`},
		{"lab", []string{"a", ""}, 1, `"" is no zone name`},
		{"lab", []string{"a", "b", "a"}, 1, `"a" occurs twice`},
		{"lab", []string{"a"}, 0, "--nodes-per-zone"},
		{"lab", []string{"a", "b"}, 51, "--nodes-per-zone"},
	} {
		_, err := New("/state", test.name, 0, test.zones, test.perZone)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("New(%q, %q, %d): %v, want %q in it", test.name, test.zones, test.perZone, err, test.want)
		}
	}
}

func TestNetworksOfAllLabsAreApart(t *testing.T) {
	var all []netip.Prefix
	for index := range Labs {
		lab, err := New("/state", "lab", index, []string{"a", "b"}, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, network := range lab.Networks() {
			for _, other := range all {
				if network.Overlaps(other) {
					t.Errorf("%s of lab %d overlaps %s", network, index, other)
				}
			}
			all = append(all, network)
		}
		seen := map[string]bool{}
		for _, machine := range lab.Machines() {
			if !lab.NodeCIDR().Contains(machine.IP) || machine.Zone != "" && !lab.PodCIDR().Overlaps(machine.PodCIDR) {
				t.Errorf("%s lies outside of its lab", machine.Name)
			}
			for _, unique := range []string{machine.IP.String(), machine.PodCIDR.String(), machine.Veth, machine.MAC, machine.Netns} {
				if seen[unique] {
					t.Errorf("%s of %s is taken twice", unique, machine.Name)
				}
				seen[unique] = true
			}
		}
	}
}

func TestLongestNamesKeepSocketsAndLinksWithinTheKernelsLimits(t *testing.T) {
	zone := strings.Repeat("z", 30)
	lab, err := New("/var/lib/zonelab", strings.Repeat("n", 20), Labs-1, []string{zone}, 99)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range lab.Machines() {
		if path := n.Dir + "/containerd.sock.ttrpc"; len(path) > 107 {
			t.Errorf("%s is %d bytes long", path, len(path))
		}
		if len(n.Veth) > 15 {
			t.Errorf("link name %s is too long", n.Veth)
		}
	}
}
