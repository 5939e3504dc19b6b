//go:build lab

// System tests on real labs; they need root. Run by `bin/test zonelab`, with ZONELAB naming the binary.
package labtest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var binary = os.Getenv("ZONELAB")

func zonelab(t *testing.T, args ...string) string {
	t.Helper()
	out, err := try(args...)
	if err != nil {
		t.Fatalf("zonelab %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func try(args ...string) (string, error) {
	out, err := exec.Command(binary, args...).CombinedOutput()
	return string(out), err
}

func up(t *testing.T, name string, args ...string) {
	t.Helper()
	zonelab(t, append([]string{"up", "--name", name}, args...)...)
	t.Cleanup(func() {
		if out, err := try("down", "--name", name); err != nil {
			t.Errorf("down: %v\n%s", err, out)
		}
	})
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 60 s: %s", what)
		}
	}
}

// connects tells whether TCP from one zone's node to an address works.
func connects(name, from, address string, port int) bool {
	_, err := try("exec", "--name", name, "--zone", from, "--", "timeout", "1", "bash", "-c",
		fmt.Sprintf("exec 3<>/dev/tcp/%s/%d", address, port))
	return err == nil
}

const kubeletPort = 10250

// The API server was away for everybody: that says nothing about a node. The first test, for it waits longest.
func TestNodesStayReadyWhenTheAPIServerWasAway(t *testing.T) {
	t.Parallel()
	const name = "t-away"
	up(t, name, "--zones", "a,b")
	changed := func() string {
		return zonelab(t, "kubectl", "--name", name, "get", "nodes", "-o",
			`jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].lastTransitionTime} {end}`)
	}
	before := changed()
	if len(strings.Fields(before)) != 2 {
		t.Fatalf("two nodes became ready at %q", before)
	}
	zonelab(t, "pause", "--name", name, "kube-apiserver")
	time.Sleep(25 * time.Second) // longer than a node may be silent
	zonelab(t, "resume", "--name", name, "kube-apiserver")
	eventually(t, "another controller manager leads", func() bool {
		out, _ := try("kubectl", "--name", name, "--namespace", "kube-system", "get", "lease", "kube-controller-manager",
			"-o", "jsonpath={.spec.leaseTransitions}")
		return out == "1"
	})
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if now := changed(); now != before {
			t.Fatalf("nodes were taken for silent: their readiness changed at %s, before at %s", now, before)
		}
	}
}

func TestZonesCanBeCutPartitionedAndHealed(t *testing.T) {
	t.Parallel()
	const name = "t-net"
	up(t, name, "--zones", "a,b,c")
	nodeIP := func(zone string) string {
		return strings.TrimSpace(zonelab(t, "kubectl", "--name", name, "get", "node", zone+"-1", "-o",
			`jsonpath={.status.addresses[?(@.type=="InternalIP")].address}`))
	}
	a, b, c := nodeIP("a"), nodeIP("b"), nodeIP("c")

	zonelab(t, "cut", "--name", name, "a")
	if connects(name, "b", a, kubeletPort) || connects(name, "a", b, kubeletPort) {
		t.Error("a cut zone is reached")
	}
	if !connects(name, "a", a, kubeletPort) || !connects(name, "b", c, kubeletPort) {
		t.Error("a cut hit more than its zone's links")
	}
	unanswered := func() string {
		return zonelab(t, "exec", "--name", name, "--zone", "b", "--", "conntrack", "-L", "-p", "tcp", "--state", "SYN_SENT", "-d", a)
	}
	if !strings.Contains(unanswered(), a) {
		t.Error("b's kernel does not remember that it waits for a, so the next check shows nothing")
	}
	zonelab(t, "heal", "--name", name, "a")
	if left := unanswered(); strings.Contains(left, a) {
		t.Errorf("b's next connection from that port would go where the one before the fault went: %s", left)
	}
	eventually(t, "the healed zone is reached", func() bool { return connects(name, "b", a, kubeletPort) })

	zonelab(t, "partition", "--name", name, "a", "--from", "b")
	if connects(name, "a", b, kubeletPort) || connects(name, "b", a, kubeletPort) || !connects(name, "a", c, kubeletPort) {
		t.Error("the partition is not the one between a and b")
	}
	// a's answers get lost, c's questions do not: no handshake comes about, whoever begins
	zonelab(t, "partition", "--name", name, "a", "--from", "c", "--one-way")
	if connects(name, "c", a, kubeletPort) || connects(name, "a", c, kubeletPort) || !connects(name, "b", c, kubeletPort) {
		t.Error("what a sends reaches c, or more than that is lost")
	}
	zonelab(t, "loss", "--name", name, "c", "100")
	if connects(name, "a", c, kubeletPort) {
		t.Error("a zone that loses all packets is reached")
	}
	var state struct {
		Faults struct {
			Partitions [][2]string
			OneWay     [][2]string
			Loss       map[string]int
		}
	}
	if err := json.Unmarshal([]byte(zonelab(t, "status", "--name", name, "--json")), &state); err != nil ||
		len(state.Faults.Partitions) != 1 || len(state.Faults.OneWay) != 1 || state.Faults.Loss["c"] != 100 {
		t.Errorf("status: %+v, %v", state, err)
	}
	zonelab(t, "heal", "--name", name, "a")
	zonelab(t, "heal", "--name", name, "c")
	eventually(t, "all is healed", func() bool {
		return connects(name, "a", b, kubeletPort) && connects(name, "a", c, kubeletPort)
	})
}

func TestAPausedAPIServerAnswersNobodyUntilItIsResumed(t *testing.T) {
	t.Parallel()
	const name = "t-pause"
	up(t, name, "--zones", "a")
	answers := func() bool {
		_, err := try("kubectl", "--name", name, "get", "namespaces", "--request-timeout", "1s")
		return err == nil
	}
	zonelab(t, "pause", "--name", name, "kube-apiserver")
	if answers() {
		t.Error("a paused API server answers")
	}
	zonelab(t, "resume", "--name", name, "kube-apiserver")
	eventually(t, "the API server answers again", answers)
	if out, err := try("pause", "--name", name, "kube-apiserfer"); err == nil || !strings.Contains(out, "kube-apiserver") {
		t.Errorf("a component that is none: %v %s", err, out)
	}
}

func TestTwoLabsRunSideBySideAndUpIsSafeToRepeat(t *testing.T) {
	t.Parallel()
	up(t, "t-one", "--zones", "a")
	up(t, "t-two", "--zones", "a")
	zonelab(t, "up", "--name", "t-one", "--zones", "a")
	if out, err := try("up", "--name", "t-one", "--zones", "a,b"); err == nil || !strings.Contains(out, "zonelab down --name t-one") {
		t.Errorf("other zones for a lab that is up: %v %s", err, out)
	}
	for _, name := range []string{"t-one", "t-two"} {
		if nodes := zonelab(t, "kubectl", "--name", name, "get", "nodes", "-o", "name"); strings.TrimSpace(nodes) != "node/a-1" {
			t.Errorf("%s has nodes %q", name, nodes)
		}
	}
	zonelab(t, "down", "--name", "t-two")
	zonelab(t, "kubectl", "--name", "t-one", "get", "nodes")
}

func TestUpAfterACrashStartsAnewAndDownLeavesNothing(t *testing.T) {
	t.Parallel()
	const name = "t-crash"
	up(t, name, "--zones", "a")
	dir := filepath.Dir(filepath.Dir(strings.TrimSpace(zonelab(t, "kubeconfig", "--name", name))))
	records, _ := filepath.Glob(filepath.Join(dir, "run", "*.json"))
	for _, record := range records {
		var process struct{ Pid int }
		content, _ := os.ReadFile(record)
		if err := json.Unmarshal(content, &process); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(process.Pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the lab is seen to be broken", func() bool {
		out, err := try("kubeconfig", "--name", name)
		return err != nil && strings.Contains(out, "is broken")
	})
	zonelab(t, "up", "--name", name, "--zones", "a")
	zonelab(t, "down", "--name", name)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", dir, err)
	}
	for _, list := range [][]string{{"ip", "netns", "list"}, {"cat", "/proc/self/mountinfo"}, {"nft", "list", "tables"}} {
		out, err := exec.Command(list[0], list[1:]...).Output()
		if err != nil {
			t.Fatal(err)
		}
		if lines := slices.DeleteFunc(strings.Split(string(out), "\n"), func(l string) bool { return !strings.Contains(l, name) }); len(lines) > 0 {
			t.Errorf("%v still shows %q", list, lines)
		}
	}
}

func TestUnauthorizedCallersAreTurnedAway(t *testing.T) {
	t.Parallel()
	const name = "t-auth"
	up(t, name, "--zones", "a")
	kubeconfig := strings.TrimSpace(zonelab(t, "kubeconfig", "--name", name))
	server := strings.TrimSpace(zonelab(t, "kubectl", "--name", name, "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"))
	for _, url := range []string{server + "/api/v1/secrets", "https://" + strings.TrimSpace(zonelab(t, "kubectl", "--name", name, "get", "node", "a-1", "-o",
		`jsonpath={.status.addresses[?(@.type=="InternalIP")].address}`)) + ":10250/pods"} {
		code, err := exec.Command("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", url).Output()
		if err != nil || string(code) != "401" {
			t.Errorf("%s without a certificate: %s, %v; want 401", url, code, err)
		}
	}
	node := filepath.Join(filepath.Dir(kubeconfig), "node-a-1.conf")
	for question, want := range map[string]string{"get secrets": "no", "delete nodes": "no", "list services": "yes"} {
		command := exec.Command(binary, append([]string{"kubectl", "--name", name, "--kubeconfig", node, "auth", "can-i"}, strings.Fields(question)...)...)
		if out, _ := command.Output(); !strings.HasPrefix(string(out), want) {
			t.Errorf("may a kubelet %s? %q, want %s", question, out, want)
		}
	}
}
