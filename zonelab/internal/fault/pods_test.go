package fault

import (
	"reflect"
	"testing"
)

func TestAThrottledPodHasAtLeastAMillisecondInAShortPeriod(t *testing.T) {
	for _, c := range []struct {
		percent int
		v2      bool
		want    []setting
	}{
		{30, true, []setting{{"cpu.max", "1500 5000"}}},
		{3, true, []setting{{"cpu.max", "1000 33333"}}},
		{0, true, []setting{{"cpu.max", "max"}}},
		{100, false, []setting{{"cpu.cfs_quota_us", "-1"}, {"cpu.cfs_period_us", "5000"}, {"cpu.cfs_quota_us", "5000"}}},
		{0, false, []setting{{"cpu.cfs_quota_us", "-1"}}},
	} {
		if got := bandwidth(c.percent, c.v2); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%d %%, v2 %v: %v, want %v", c.percent, c.v2, got, c.want)
		}
	}
}
