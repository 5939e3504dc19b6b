package fault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"zonefleet.io/zonelab/internal/node"
	"zonefleet.io/zonelab/internal/plan"
)

// Pod names a pod that runs on a node of the lab.
type Pod struct{ Name, UID, Node string }

// Signal sends a signal to every process of a pod, but not to the one that holds its namespaces: with that one the
// kubelet would make the pod's network anew, which no crash of a server does. It returns how many processes it reached.
func Signal(lab plan.Lab, pod Pod, signal syscall.Signal) (int, error) {
	pids, err := processes(lab, pod)
	if err != nil {
		return 0, err
	}
	reached := 0
	for _, pid := range pids {
		if comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); strings.TrimSpace(string(comm)) == "pause" {
			continue
		}
		err := syscall.Kill(pid, signal)
		if err != nil && !errors.Is(err, syscall.ESRCH) {
			return reached, fmt.Errorf("pod %s, process %d: %w", pod.Name, pid, err)
		}
		if err == nil {
			reached++
		}
	}
	return reached, nil
}

// processes finds the pod's cgroup, whatever its quality-of-service class: the kubelet names it pod<uid>.
func processes(lab plan.Lab, pod Pod) ([]int, error) {
	hierarchies, err := node.Hierarchies()
	if err != nil {
		return nil, err
	}
	for _, h := range hierarchies {
		root := filepath.Join(lab.Cgroup(), pod.Node, "kubepods")
		for _, class := range []string{"", "burstable", "besteffort"} {
			group := filepath.Join(root, class, "pod"+pod.UID)
			if _, err := os.Stat(filepath.Join(h.Path, group)); err == nil {
				return node.Pids(group), nil
			}
		}
	}
	return nil, fmt.Errorf("pod %s has no cgroup on node %s", pod.Name, pod.Node)
}
