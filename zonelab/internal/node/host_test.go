package node

import (
	"reflect"
	"testing"
)

func TestHierarchiesAreTakenAsARuntimeTakesThem(t *testing.T) {
	v1 := `24 22 0:20 / /sys/fs/cgroup rw - tmpfs tmpfs rw
25 24 0:21 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
26 24 0:22 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
`
	v2 := "24 22 0:20 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
	hybrid := v1 + "27 24 0:23 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	for name, test := range map[string]struct {
		mountinfo string
		want      []Hierarchy
	}{
		"v1": {v1, []Hierarchy{
			{Path: "/sys/fs/cgroup/cpu,cpuacct"}, {Path: "/sys/fs/cgroup/memory"}}},
		"v2":     {v2, []Hierarchy{{Path: "/sys/fs/cgroup", V2: true}}},
		"hybrid": {hybrid, parseMounts(v1)},
		"none":   {"22 1 8:1 / / rw - ext4 /dev/sda rw\n", nil},
	} {
		if got := parseMounts(test.mountinfo); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestNameServersOnTheHostsLoopbackAreNoUse(t *testing.T) {
	got := upstreams("# made by hand\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nnameserver ::1\nsearch example\nnameserver nonsense\n")
	if !reflect.DeepEqual(got, []string{"192.0.2.1"}) {
		t.Errorf("%v", got)
	}
}
