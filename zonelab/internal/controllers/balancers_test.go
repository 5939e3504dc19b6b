package controllers

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAddressesAreTheFirstFreeOnes(t *testing.T) {
	pool := netip.MustParsePrefix("10.251.0.0/30")
	taken := map[string]bool{}
	for _, want := range []string{"10.251.0.1", "10.251.0.2"} {
		got, err := free(pool, taken)
		if err != nil || got != want {
			t.Fatalf("%s, %v, want %s", got, err, want)
		}
		taken[got] = true
	}
	if got, err := free(pool, taken); err == nil || !strings.Contains(err.Error(), "10.251.0.0/30") {
		t.Errorf("a full pool gave %q, %v", got, err)
	}
}
