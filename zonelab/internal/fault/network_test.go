package fault

import (
	"strings"
	"testing"

	"zonefleet.io/zonelab/internal/plan"
)

func TestRulesetDropsBothWaysAndOnlyWhatItNames(t *testing.T) {
	lab, err := plan.New(t.TempDir(), "lab", 3, []string{"a", "b", "c"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	rules := ruleset(lab, Network{Partitions: [][2]string{{"a", "b"}}, Loss: map[string]int{"c": 30}})
	for _, want := range []string{
		`iifname { "zl3-1", "zl3-2" } oifname { "zl3-3", "zl3-4" } drop`,
		`iifname { "zl3-3", "zl3-4" } oifname { "zl3-1", "zl3-2" } drop`,
		`iifname { "zl3-5", "zl3-6" } numgen random mod 100 < 30 drop`,
		`oifname { "zl3-5", "zl3-6" } numgen random mod 100 < 30 drop`,
	} {
		if !strings.Contains(rules, want) {
			t.Errorf("no rule %s in\n%s", want, rules)
		}
	}
	if rules := ruleset(lab, Network{}); strings.Contains(rules, "drop") {
		t.Errorf("without a fault nothing may be dropped:\n%s", rules)
	}
}

func TestAOneWayPartitionDropsOneDirection(t *testing.T) {
	lab, err := plan.New(t.TempDir(), "lab", 3, []string{"a", "b"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	rules := ruleset(lab, Network{OneWay: [][2]string{{"b", "a"}}})
	if want := `iifname { "zl3-2" } oifname { "zl3-1" } drop`; !strings.Contains(rules, want) {
		t.Errorf("no rule %s in\n%s", want, rules)
	}
	if strings.Count(rules, "drop") != 1 {
		t.Errorf("more than one direction is dropped:\n%s", rules)
	}
}

func TestFaultsOfAFreshLabAreNone(t *testing.T) {
	lab, err := plan.New(t.TempDir(), "lab", 0, []string{"a"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	faults, err := Read(lab)
	if err != nil || len(faults.Cut)+len(faults.Partitions)+len(faults.Loss) != 0 {
		t.Errorf("%+v, %v", faults, err)
	}
}
