package figure

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// vegaEnv names a node_modules folder that holds vega, vega-lite and
// vega-embed.
const vegaEnv = "FLOWBOOK_VEGA"

// page draws all specifications and leaves a report in the element #report:
// for each figure its warnings, the width of its canvas and how many colours
// it has. The policy forbids everything that is not on this disk.
const page = `<!DOCTYPE html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src file: data: 'unsafe-inline' 'unsafe-eval'; connect-src 'none'">
<script src="%[1]s/vega/build/vega.min.js"></script>
<script src="%[1]s/vega-lite/build/vega-lite.min.js"></script>
<script src="%[1]s/vega-embed/build/vega-embed.min.js"></script>
<body><script type="application/json" id="specs">%[2]s</script>
<script>
(async () => {
  const report = [];
  for (const {name, spec} of JSON.parse(document.getElementById('specs').textContent)) {
    const place = document.body.appendChild(document.createElement('div'));
    const problems = [];
    const note = (...a) => problems.push(a.join(' '));
    const logger = {level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger};
    let colours = 0, width = 0;
    try {
      const {view} = await vegaEmbed(place, spec, {actions: false, renderer: 'canvas', logger});
      await view.runAsync();
      const canvas = place.querySelector('canvas');
      width = Math.ceil(canvas.getBoundingClientRect().width);
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      const seen = new Set();
      for (let i = 0; i < pixels.length; i += 4) seen.add(pixels[i] << 16 | pixels[i+1] << 8 | pixels[i+2]);
      colours = seen.size;
    } catch (e) { note(e); }
    report.push({name, problems, colours, width});
  }
  const out = document.body.appendChild(document.createElement('pre'));
  out.id = 'report';
  out.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(report))));
})();
</script>`

// Every specification is drawn by Vega in a browser without a warning. The
// screenshot of all of them is kept with go test -artifacts.
func TestInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	modules := os.Getenv(vegaEnv)
	if modules == "" {
		t.Skip("set " + vegaEnv + " to a node_modules folder made by: npm install vega@5.33.0 vega-lite@5.23.0 vega-embed@6.29.0")
	}
	modules, err := filepath.Abs(modules)
	if err != nil {
		t.Fatal(err)
	}
	var browser string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("needs Chromium; on Debian: apt-get install chromium")
	}
	type entry struct {
		Name string         `json:"name"`
		Spec map[string]any `json:"spec"`
	}
	var entries []entry
	for _, s := range append(originals(), samples()...) {
		entries = append(entries, entry{s.name, s.fig.Spec()})
	}
	specs, err := json.Marshal(entries) // escapes <, so nothing ends the script element
	if err != nil {
		t.Fatal(err)
	}
	html := filepath.Join(t.TempDir(), "figures.html")
	if err := os.WriteFile(html, fmt.Appendf(nil, page, "file://"+filepath.ToSlash(modules), specs), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) []byte {
		args = append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
			"--user-data-dir=" + t.TempDir(), "--virtual-time-budget=60000", "--window-size=1000,16000"}, args...)
		out, err := exec.CommandContext(t.Context(), browser, append(args, "file://"+filepath.ToSlash(html))...).Output()
		if err != nil {
			t.Fatalf("%s: %v", browser, err)
		}
		return out
	}
	dom := run("--dump-dom")
	found := regexp.MustCompile(`<pre id="report">([A-Za-z0-9+/=]*)</pre>`).FindSubmatch(dom)
	if found == nil {
		t.Fatalf("the page did not finish; its end is\n%s", dom[max(0, len(dom)-500):])
	}
	text, err := base64.StdEncoding.DecodeString(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	var report []struct {
		Name           string
		Problems       []string
		Colours, Width int
	}
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	if len(report) != len(entries) {
		t.Errorf("%d of %d figures are drawn", len(report), len(entries))
	}
	for _, r := range report {
		if len(r.Problems) > 0 {
			t.Errorf("%s: %s", r.Name, strings.Join(r.Problems, "; "))
		}
		if r.Colours < 3 {
			t.Errorf("%s: the canvas has %d colours", r.Name, r.Colours)
		}
		if r.Width > widestVega {
			t.Errorf("%s: the canvas is %d pixels wide, more than %d fit a notebook's column", r.Name, r.Width, widestVega)
		}
	}
	shot := filepath.Join(t.ArtifactDir(), "figures.png")
	run("--screenshot=" + shot)
	t.Logf("%d figures drawn; screenshot: %s", len(report), shot)
}
