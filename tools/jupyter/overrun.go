package jupyter

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"flowbook/tools/sandbox"
)

// overrun watches the resources that a kernel and its cells use together and reports a limit that
// they exceed. It looks every quarter of a second: the machine must bear peaks in between. A cgroup
// would bound it at once; it must be delegated by systemd, which is at hand neither in containers
// nor in most CI.
func overrun(folder string, pid int, limits sandbox.Limits) <-chan string {
	why := make(chan string, 1)
	if limits == (sandbox.Limits{}) {
		return why // without limits the channel stays empty
	}
	go func() {
		for {
			time.Sleep(250 * time.Millisecond)
			used := sandbox.Used(pid)
			switch {
			case limits.Processes > 0 && used.Processes > limits.Processes:
				why <- fmt.Sprintf("its cells ran %d processes; the limit is %d", used.Processes, limits.Processes)
			case limits.Memory > 0 && used.Memory > limits.Memory:
				why <- fmt.Sprintf("its cells used %d MB of memory; the limit is %d MB", used.Memory>>20, limits.Memory>>20)
			case limits.Temp > 0 && sizeOf(folder) > limits.Temp:
				why <- fmt.Sprintf("its cells wrote more than %d MB into its run folder", limits.Temp>>20)
			default:
				continue
			}
			return
		}
	}()
	return why
}

// sizeOf is the size of all regular files below a folder.
func sizeOf(folder string) (size uint64) {
	filepath.WalkDir(folder, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				size += uint64(info.Size())
			}
		}
		return nil
	})
	return size
}
