package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
)

// envStage holds the stage of the process that has it: the last step before the isolated program.
const envStage = "FLOWBOOK_SANDBOX_STAGE"

// stage holds the remaining work inside the sandbox.
type stage struct {
	Means  Means
	Argv   []string
	Dir    string
	Copy   []string // are overlaid, the outer first
	Temp   string   // is made, and has the folders of the overlays
	Hide   []string // look empty
	Show   []string // lie in hidden folders and are seen all the same
	Limits Limits
	Read   []string // for Landlock
	Write  []string
}

// Main must be the first call of every main and TestMain that isolates programs. In the copy of the
// program that is the last step inside a sandbox, it never returns.
func Main() {
	text := os.Getenv(envStage)
	if text == "" {
		return
	}
	os.Unsetenv(envStage)
	var s stage
	err := json.Unmarshal([]byte(text), &s)
	if err == nil {
		err = s.run()
	}
	fmt.Fprintln(os.Stderr, "sandbox:", err)
	os.Exit(126)
}
