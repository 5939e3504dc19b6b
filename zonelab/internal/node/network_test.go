package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zonefleet.io/zonelab/internal/plan"
)

const ranOut = `echo "conntrack v1.4.8 (conntrack-tools): Operation failed: such conntrack doesn't exist" >&2; exit 1`

func TestAConnectionThatRunsOutWhileOthersAreForgottenIsNoFault(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		calls  int
		fails  bool
	}{
		"forgotten":         {`exit 0`, 1, false},
		"nothing to forget": {`echo "conntrack v1.4.8 (conntrack-tools): 0 flow entries have been deleted." >&2; exit 1`, 1, false},
		"one ran out":       {`[ $(wc -l <"$CALLS") -gt 1 ] || { ` + ranOut + `; }`, 2, false},
		"all run out":       {ranOut, conntrackTries, true},
		"not allowed":       {`echo "Operation not permitted" >&2; exit 1`, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			calls := filepath.Join(dir, "calls")
			script := "#!/bin/sh\necho \"$*\" >>\"$CALLS\"\n" + test.script + "\n"
			if err := os.WriteFile(filepath.Join(dir, "nsenter"), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("CALLS", calls)
			t.Setenv("PATH", dir+":"+os.Getenv("PATH"))

			err := forgetUnanswered(plan.Node{Netns: "lab-zone-a"})
			if (err != nil) != test.fails {
				t.Errorf("%v", err)
			}
			made, err := os.ReadFile(calls)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(string(made), "--net=/run/netns/lab-zone-a -- conntrack -D"); got != test.calls {
				t.Errorf("asked %d times, want %d", got, test.calls)
			}
		})
	}
}
