package memo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// A test binary that finds childEnv set is one of several programs that use a store at once: it
// does what the variable says.
const childEnv = "MEMO_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "":
		os.Exit(m.Run())
	case "once":
		sum, err := Do(context.Background(), slowSum, slowInput{Log: os.Getenv("MEMO_TEST_LOG"), Values: []float64{1, 2, 4}})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Print(sum)
	case "write":
		seed, _ := strconv.Atoi(os.Getenv("MEMO_TEST_SEED"))
		for i := 0; ; i++ {
			if _, err := Do(context.Background(), ramp, seed*1_000_000+i%5); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			fmt.Println(i)
			if i%5 == 4 {
				seed++
			}
		}
	case "hold":
		Do(context.Background(), forever, 1)
	}
}

// child is a command that runs this test binary as one of several programs.
func child(t *testing.T, what string, env ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(append(os.Environ(), childEnv+"="+what), env...)
	return cmd
}

type slowInput struct {
	Log    string
	Values []float64
}

// slowSum takes its time and leaves a line in in.Log each time it is really run.
func slowSum(ctx context.Context, in slowInput) (float64, error) {
	f, err := os.OpenFile(in.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := f.WriteString("run\n"); err != nil {
		return 0, err
	}
	time.Sleep(200 * time.Millisecond)
	var sum float64
	for _, v := range in.Values {
		sum += v
	}
	return sum, nil
}

// ramp returns a megabyte, which takes a while to write.
func ramp(ctx context.Context, seed int) ([]float64, error) {
	values := make([]float64, 1<<17)
	for i := range values {
		values[i] = float64(seed + i)
	}
	return values, nil
}

// forever computes until it is killed.
func forever(ctx context.Context, in int) (int, error) {
	fmt.Println("computing")
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(time.Minute):
		return 0, errors.New("nobody killed it")
	}
}

var errRefused = errors.New("refused")

func refuse(ctx context.Context, in int) (int, error) { return in, errRefused }
