package fault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
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

// Throttle lets a pod use at most that percentage of one core; 0 lifts the bound.
func Throttle(lab plan.Lab, pod Pod, percent int) error {
	hierarchies, err := node.Hierarchies()
	if err != nil {
		return err
	}
	group, err := cgroup(lab, pod)
	if err != nil {
		return err
	}
	for _, h := range hierarchies {
		files := bandwidth(percent, h.V2)
		if _, err := os.Stat(filepath.Join(h.Path, group, files[0].name)); err != nil {
			continue // not the hierarchy of the CPU controller
		}
		for _, file := range files {
			if err := os.WriteFile(filepath.Join(h.Path, group, file.name), []byte(file.value), 0o644); err != nil {
				return fmt.Errorf("pod %s: %w", pod.Name, err)
			}
		}
		return nil
	}
	return fmt.Errorf("pod %s: no cgroup hierarchy has a CPU controller", pod.Name)
}

type setting struct{ name, value string }

// bandwidth are the files to write, in their order. The period is as short as the kernel lets it be (a quota has 1 ms at
// least), so that a pod with little time is slow throughout and does not stop for a tenth of a second each.
func bandwidth(percent int, v2 bool) []setting {
	period := 5000
	if percent > 0 {
		period = max(period, 100_000/percent)
	}
	quota := strconv.Itoa((period*percent + 99) / 100)
	switch {
	case v2 && percent == 0:
		return []setting{{"cpu.max", "max"}}
	case v2:
		return []setting{{"cpu.max", quota + " " + strconv.Itoa(period)}}
	case percent == 0:
		return []setting{{"cpu.cfs_quota_us", "-1"}}
	default:
		// without a quota first: an old one need not fit the new period
		return []setting{{"cpu.cfs_quota_us", "-1"}, {"cpu.cfs_period_us", strconv.Itoa(period)}, {"cpu.cfs_quota_us", quota}}
	}
}

func processes(lab plan.Lab, pod Pod) ([]int, error) {
	group, err := cgroup(lab, pod)
	if err != nil {
		return nil, err
	}
	return node.Pids(group), nil
}

// cgroup finds the pod's cgroup, whatever its quality-of-service class: the kubelet names it pod<uid>.
func cgroup(lab plan.Lab, pod Pod) (string, error) {
	hierarchies, err := node.Hierarchies()
	if err != nil {
		return "", err
	}
	for _, h := range hierarchies {
		root := filepath.Join(lab.Cgroup(), pod.Node, "kubepods")
		for _, class := range []string{"", "burstable", "besteffort"} {
			group := filepath.Join(root, class, "pod"+pod.UID)
			if _, err := os.Stat(filepath.Join(h.Path, group)); err == nil {
				return group, nil
			}
		}
	}
	return "", fmt.Errorf("pod %s has no cgroup on node %s", pod.Name, pod.Node)
}
