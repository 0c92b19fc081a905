package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShellWords(t *testing.T) {
	for _, tt := range []struct {
		line string
		want []string
		ok   bool
	}{
		{"", nil, true},
		{"a b  c", []string{"a", "b", "c"}, true},
		{`-trimpath "$WORK/b001=>" x`, []string{"-trimpath", "$WORK/b001=>", "x"}, true},
		{`'a b' "c \"d\" e"f`, []string{"a b", `c "d" ef`}, true},
		{`cat >/tmp/x << 'EOF' # internal`, []string{"cat", ">/tmp/x", "<<", "EOF"}, true},
		{`a\ b C:\go\x`, []string{"a b", `C:\go\x`}, true},
		{`'' ""`, []string{"", ""}, true},
		{`"open`, []string{"open"}, false},
	} {
		got, ok := shellWords(tt.line)
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
			t.Errorf("%q: %v, (-want +got):\n%s", tt.line, ok, diff)
		}
	}
}

// A log of go build -x as Go 1.26 writes it, shortened.
const log = `WORK=/tmp/go-build1
mkdir -p $WORK/b002/
cat >/tmp/go-build1/b002/importcfg << 'EOF' # internal
packagefile fmt=/cache/f-d
EOF
cd /m/p
/go/pkg/tool/compile -o $WORK/b002/_pkg_.a -trimpath "$WORK/b002=>" -p m/p -buildid X/X -importcfg $WORK/b002/importcfg -pack ./p.go
mkdir -p $WORK/b001/
cat >/tmp/go-build1/b001/importcfg << 'EOF' # internal
# import config
packagefile m/p=/cache/p-d
EOF
cd /tmp/gonb_1
/go/pkg/tool/compile -o $WORK/b001/_pkg_.a -trimpath "$WORK/b001=>" -p main -lang=go1.26 -buildid A/A -importcfg $WORK/b001/importcfg -pack ./main.go
go tool buildid -w $WORK/b001/_pkg_.a # internal
cat >/tmp/go-build1/b001/importcfg.link << 'EOF' # internal
packagefile gonb_1=/tmp/go-build1/b001/_pkg_.a
packagefile m/p=/cache/p-d
EOF
mkdir -p $WORK/b001/exe/
cd .
GOROOT='/go' /go/pkg/tool/link -o $WORK/b001/exe/a.out -importcfg $WORK/b001/importcfg.link -buildmode=exe -buildid=A/B -s -extld=gcc $WORK/b001/_pkg_.a
mv $WORK/b001/exe/a.out x
`

func TestReadLog(t *testing.T) {
	got := readLog(log)
	want := buildLog{
		work:   "/tmp/go-build1",
		object: "/tmp/go-build1/b001/_pkg_.a",
		compile: []string{
			"/go/pkg/tool/compile", "-o", "/tmp/go-build1/b001/_pkg_.a", "-trimpath", "/tmp/go-build1/b001=>", "-p", "main", "-lang=go1.26", "-buildid", "A/A",
			"-importcfg", "/tmp/go-build1/b001/importcfg", "-pack", "./main.go",
		},
		link: []string{
			"/go/pkg/tool/link", "-o", "/tmp/go-build1/b001/exe/a.out", "-importcfg", "/tmp/go-build1/b001/importcfg.link", "-buildmode=exe", "-buildid=A/B", "-s",
			"-extld=gcc", "/tmp/go-build1/b001/_pkg_.a",
		},
		importcfg: "# import config\npackagefile m/p=/cache/p-d\n",
		linkcfg:   "packagefile gonb_1=/tmp/go-build1/b001/_pkg_.a\npackagefile m/p=/cache/p-d\n",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(buildLog{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
