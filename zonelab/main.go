// Command zonelab is a real Kubernetes with one node per zone on one Linux machine, in one multi-call binary: called by a
// component's name (as a link, or as first argument) it is that component, else it is the lab's own command line.
package main

import (
	"os"
	"path/filepath"
	"slices"

	"zonefleet.io/zonelab/internal/lab"
)

// version is the hash of the sources; bin/zonelab sets it when it links.
var version = "unknown"

func main() {
	name := filepath.Base(os.Args[0])
	// not kubectl: as an argument it is the lab's own command, which knows the kubeconfig
	if !slices.Contains(lab.Components, name) && len(os.Args) > 1 && os.Args[1] != "kubectl" &&
		slices.Contains(lab.Components, os.Args[1]) {
		name = os.Args[1]
		os.Args = os.Args[1:]
	}
	if slices.Contains(lab.Components, name) {
		component(name)
		return
	}
	os.Exit(lab.Main(os.Args[1:], version))
}
