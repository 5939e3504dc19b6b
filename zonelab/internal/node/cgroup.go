package node

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zonefleet.io/zonelab/internal/plan"
)

// Hierarchy is a mounted cgroup hierarchy: one per controller with cgroup v1, one for all with v2.
type Hierarchy struct {
	Path string
	V2   bool
}

// Hierarchies reads the hierarchies that a container runtime would use.
func Hierarchies() ([]Hierarchy, error) {
	content, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	found := parseMounts(string(content))
	if len(found) == 0 {
		return nil, fmt.Errorf("no cgroup hierarchy is mounted below /sys/fs/cgroup: kubelets cannot run without")
	}
	return found, nil
}

// parseMounts takes cgroup v2 only where /sys/fs/cgroup itself is v2: on a hybrid host runtimes use v1.
func parseMounts(mountinfo string) []Hierarchy {
	var v1 []Hierarchy
	for _, line := range strings.Split(mountinfo, "\n") {
		before, after, ok := strings.Cut(line, " - ")
		if !ok {
			continue
		}
		left, right := strings.Fields(before), strings.Fields(after)
		if len(left) < 5 || len(right) < 3 || !strings.HasPrefix(left[4], "/sys/fs/cgroup") {
			continue
		}
		switch right[0] {
		case "cgroup2":
			if left[4] == "/sys/fs/cgroup" {
				return []Hierarchy{{Path: left[4], V2: true}}
			}
		case "cgroup":
			v1 = append(v1, Hierarchy{Path: left[4]})
		}
	}
	return v1
}

// MakeCgroups makes the cgroups in which the kubelets of a lab put their pods.
func MakeCgroups(lab plan.Lab) error {
	hierarchies, err := Hierarchies()
	if err != nil {
		return err
	}
	for _, h := range hierarchies {
		root := filepath.Join(h.Path, lab.Cgroup())
		if h.V2 {
			delegate(h.Path)
		}
		if err := makeCgroup(h, root); err != nil {
			return err
		}
		raiseShare(root)
		for _, node := range lab.Nodes() {
			if err := makeCgroup(h, filepath.Join(root, node.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// raiseShare lets a whole lab weigh as much as eight ordinary processes when the machine is busy: a single one's share would
// starve it beside a build. Best effort, since not every hierarchy has the controller.
func raiseShare(path string) {
	for file, value := range map[string]string{"cpu.shares": "8192", "cpu.weight": "800"} {
		if _, err := os.Stat(filepath.Join(path, file)); err == nil {
			_ = os.WriteFile(filepath.Join(path, file), []byte(value), 0o644)
		}
	}
}

func makeCgroup(h Hierarchy, path string) error {
	if err := os.Mkdir(path, 0o755); err != nil && !os.IsExist(err) {
		return err
	}
	if h.V2 {
		delegate(path)
		return nil
	}
	// a new cpuset of cgroup v1 is empty, and nothing may run in it
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(filepath.Dir(path), file))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(path, file), value, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// delegate lets a cgroup's children use all controllers that it has. One by one: a controller that is refused, as for
// a cgroup with real-time processes, shall not keep the others back; the kubelet says which it misses.
func delegate(path string) {
	controllers, _ := os.ReadFile(filepath.Join(path, "cgroup.controllers"))
	for _, controller := range strings.Fields(string(controllers)) {
		_ = os.WriteFile(filepath.Join(path, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
	}
}

// Pids are the processes below a cgroup, in every hierarchy.
func Pids(path string) []int {
	hierarchies, _ := Hierarchies()
	seen := map[int]bool{}
	var pids []int
	for _, h := range hierarchies {
		_ = filepath.WalkDir(filepath.Join(h.Path, path), func(file string, entry os.DirEntry, err error) error {
			if err != nil || entry.Name() != "cgroup.procs" {
				return nil
			}
			content, _ := os.ReadFile(file)
			for _, field := range strings.Fields(string(content)) {
				if pid, err := strconv.Atoi(field); err == nil && pid > 1 && !seen[pid] {
					seen[pid] = true
					pids = append(pids, pid)
				}
			}
			return nil
		})
	}
	return pids
}

// RemoveCgroups ends every process in the lab's cgroups and removes these.
func RemoveCgroups(lab plan.Lab) error {
	hierarchies, err := Hierarchies()
	if err != nil {
		return nil // nothing was ever made
	}
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		for _, pid := range Pids(lab.Cgroup()) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		left := ""
		for _, h := range hierarchies {
			if root := filepath.Join(h.Path, lab.Cgroup()); !removeTree(root) {
				left = root
			}
		}
		if left == "" {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("the cgroup %s cannot be removed: processes %v do not end", left, Pids(lab.Cgroup()))
		}
	}
}

// removeTree removes a cgroup, its children first: only rmdir works there.
func removeTree(path string) bool {
	entries, err := os.ReadDir(path)
	if os.IsNotExist(err) {
		return true
	}
	for _, entry := range entries {
		if entry.IsDir() {
			removeTree(filepath.Join(path, entry.Name()))
		}
	}
	err = syscall.Rmdir(path)
	return err == nil || os.IsNotExist(err)
}
