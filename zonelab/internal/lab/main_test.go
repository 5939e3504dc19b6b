package lab

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestFlagsMayFollowArguments(t *testing.T) {
	c, err := parse("partition", []string{"zone-a", "--from", "zone-b", "--name", "two"})
	if err != nil || c.from != "zone-b" || c.name != "two" || !reflect.DeepEqual(c.rest, []string{"zone-a"}) {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAPartitionMayHaveOneDirection(t *testing.T) {
	c, err := parse("partition", []string{"zone-a", "--from", "zone-b", "--one-way"})
	if err != nil || c.from != "zone-b" || !c.oneWay || !reflect.DeepEqual(c.rest, []string{"zone-a"}) {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestWhatFollowsTwoDashesIsTheCommand(t *testing.T) {
	c, err := parse("exec", []string{"--name", "two", "--zone", "a", "--", "curl", "--name", "x"})
	if err != nil || c.zone != "a" || c.name != "two" || !reflect.DeepEqual(c.rest, []string{"curl", "--name", "x"}) {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCallsThatAreNotUnderstoodSayWhy(t *testing.T) {
	for args, want := range map[string]string{
		"explode":               `no command "explode"`,
		"cut":                   "cut takes 1 arguments",
		"cut a b":               "cut takes 1 arguments",
		"up --zone a":           "-zone",
		"status --name":         "-name",
		"up --nodes-per-zone x": "nodes-per-zone",
		"throttle":              "throttle takes 1 arguments",
		"throttle 200":          "1 to 100 percent of one core",
	} {
		words := strings.Fields(args)
		err := run(t.Context(), words[0], words[1:])
		var wrong usageError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("zonelab %s: %v, want a usage error with %q", args, err, want)
		}
	}
}

func TestCommandsOnALabThatIsNotThereSayWhatToDo(t *testing.T) {
	t.Setenv("ZONELAB_DIR", t.TempDir())
	err := run(t.Context(), "kubeconfig", []string{"--name", "nowhere"})
	if err == nil || !strings.Contains(err.Error(), "zonelab up --name nowhere") {
		t.Errorf("%v", err)
	}
}

func TestMountPointsBelowAFolderOnly(t *testing.T) {
	mountinfo := `30 1 0:1 / /lab/one/nodes/a rw - overlay overlay rw
31 1 0:1 / /lab/one rw - ext4 /dev/x rw
32 1 0:1 / /lab/one\040more/x rw - ext4 /dev/x rw
33 1 0:1 / /lab/one/with\040space rw - tmpfs tmpfs rw
`
	want := []string{"/lab/one/nodes/a", "/lab/one/with space"}
	if got := mountPoints(mountinfo, "/lab/one"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestKubectlsFlagsAreItsOwn(t *testing.T) {
	c, err := parse("kubectl", []string{"--name", "two", "get", "--kubeconfig", "x", "pods"})
	if err != nil || c.name != "two" || !reflect.DeepEqual(c.rest, []string{"get", "--kubeconfig", "x", "pods"}) {
		t.Errorf("%+v, %v", c, err)
	}
}
