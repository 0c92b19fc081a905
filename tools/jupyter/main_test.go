package jupyter_test

import (
	"os"
	"testing"

	"flowbook/tools/jupyter"
	"flowbook/tools/jupyter/fake"
)

func TestMain(m *testing.M) {
	fake.Main()
	jupyter.Main()
	runnerMain()
	crowdedMain()
	os.Exit(m.Run())
}
