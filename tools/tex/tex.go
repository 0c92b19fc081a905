// Package tex sets TeX formulas as MathML, which browsers show without scripts, fonts or network.
// KaTeX does the work: its JavaScript is embedded and runs in a Go interpreter, with neither files
// nor network nor a clock to see.
//
// Its one convention: formulas are untrusted. Length, depth, expansions and time are bounded, and
// nothing but the elements and attributes of MathML comes out.
//
//	page := tex.NewPage() // formulas of one page share their \newcommand macros
//	mathml, err := page.MathML(`\hat x = \frac{x-\mu}{\sigma}`, false)
package tex

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// katex holds KaTeX 0.16.22 as npm distributes it, and its licence (MIT).
//
//go:embed katex
var katex embed.FS

// Bounds on the cost of formulas. Length and depth decide alike on every machine and come first;
// the time limit is for the rest.
const (
	maxLength   = 5 << 10          // bytes of one formula: MathJax's own bound
	maxDepth    = 100              // braces in braces
	maxOutput   = 1 << 20          // bytes of MathML of one formula
	maxFormulas = 3000             // of one page, without repetitions; one takes about a millisecond
	maxCalls    = 2000             // nested calls of the interpreter
	maxTime     = 5 * time.Second  // of one formula
	maxTotal    = 10 * time.Second // of the formulas of one page that take longer than slow
	slow        = 200 * time.Millisecond
)

// ErrTooLong means a formula, or a page's formulas together, beyond the bounds set here.
var ErrTooLong = errors.New("the formula is too long or too deep")

// glue is the function that Go calls, see glue.js.
//
//go:embed glue.js
var glue string

// engine is the interpreter with KaTeX in it; it does one formula at a time.
type engine struct {
	sync.Mutex
	vm             *goja.Runtime
	render, macros goja.Callable
}

// load starts the interpreter on the first formula: that takes some tenths of a second.
var load = sync.OnceValues(func() (*engine, error) {
	source, err := katex.ReadFile("katex/katex.min.js")
	if err != nil {
		return nil, err
	}
	vm := goja.New()
	if _, err := vm.RunScript("katex.min.js", string(source)); err != nil {
		return nil, fmt.Errorf("load KaTeX: %w", err)
	}
	value, err := vm.RunScript("glue.js", glue)
	if err != nil {
		return nil, fmt.Errorf("load KaTeX: %w", err)
	}
	vm.SetMaxCallStackSize(maxCalls)
	e := &engine{vm: vm}
	e.render, _ = goja.AssertFunction(value.ToObject(vm).Get("render"))
	e.macros, _ = goja.AssertFunction(value.ToObject(vm).Get("macros"))
	return e, nil
})

// Page sets the formulas of one page in their order: a macro that one defines holds for those after
// it.
type Page struct {
	macros goja.Value
	set    map[string]string // formulas already set, by mode and source; cleared by a definition
	count  int
	labels map[string]string // \label → its \tag
	spent  time.Duration
}

// NewPage returns a page without formulas; KaTeX is loaded with the first.
func NewPage() *Page { return &Page{labels: map[string]string{}, set: map[string]string{}} }

// MathML sets a formula, its source as an annotation beside it. A formula that KaTeX refuses is an
// error, one line.
func (p *Page) MathML(source string, display bool) (string, error) {
	key := source
	if display {
		key = "$" + source
	}
	if defines.MatchString(source) {
		clear(p.set)
	} else if text, ok := p.set[key]; ok {
		return text, nil
	}
	p.count++
	if len(source) > maxLength || depth(source) > maxDepth || p.count > maxFormulas || p.spent > maxTotal {
		return "", ErrTooLong
	}
	markup, err := p.katex(p.refer(source), display)
	if err != nil {
		return "", err
	}
	if len(markup) > maxOutput {
		return "", ErrTooLong
	}
	text, err := mathml(markup, source)
	if err == nil && !defines.MatchString(source) {
		p.set[key] = text
	}
	return text, err
}

// defines finds macros by which the same source is another formula later on the page.
var defines = regexp.MustCompile(`(?i)\\(def|edef|gdef|xdef|let|futurelet|global|long|(new|renew|provide)command|declaremathoperator|tag|label|(eq)?ref)\b`)

// katex is KaTeX's own markup of a formula.
func (p *Page) katex(source string, display bool) (markup string, err error) {
	e, err := load()
	if err != nil {
		return "", err
	}
	e.Lock()
	defer e.Unlock()
	if p.macros == nil {
		if p.macros, err = e.macros(nil); err != nil {
			return "", fmt.Errorf("load KaTeX: %w", err)
		}
	}
	began := time.Now()
	timer := time.AfterFunc(maxTime, func() { e.vm.Interrupt(ErrTooLong) })
	defer func() {
		timer.Stop()
		e.vm.ClearInterrupt()
		if took := time.Since(began); took > slow {
			p.spent += took
		}
	}()
	value, err := e.render(nil, e.vm.ToValue(source), e.vm.ToValue(display), p.macros)
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var thrown *goja.Exception
	switch {
	case errors.As(err, &interrupted), errors.As(err, &overflow):
		return "", ErrTooLong
	case errors.As(err, &thrown):
		return "", fmt.Errorf("set a formula: %s", thrown.Value())
	case err != nil:
		return "", fmt.Errorf("set a formula: %w", err)
	}
	markup = value.String()
	if strings.HasPrefix(markup, `<span class="katex-error"`) {
		return "", errors.New(refusal(markup))
	}
	return markup, nil
}

// nesting lists the commands that open and close a group.
var nesting = regexp.MustCompile(`\\[\\{}]|([{]|\\begin\b|\\left\b)|([}]|\\end\b|\\right\b)`)

// depth is how deep braces, environments and delimiters stand in each other.
func depth(source string) (deepest int) {
	n := 0
	for _, m := range nesting.FindAllStringSubmatchIndex(source, -1) {
		switch {
		case m[2] >= 0:
			n++
			deepest = max(deepest, n)
		case m[4] >= 0:
			n--
		}
	}
	return deepest
}
