package parameter

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// goValue writes values as Go source of a wanted type; go/types decides which values fit.
type goValue struct{ d *goDecl }

// of writes the value of an assignment. Text from a command line is taken as it is for a string; for
// a number it is one, or the name of one; for other types it is a Go expression ([]int{1, 2}), or
// else a YAML value ([1, 2]).
func (g goValue) of(a Assignment, t types.Type) (string, error) {
	if a.Node != nil {
		return g.node(a.Node, t, true)
	}
	if basic, ok := t.Underlying().(*types.Basic); ok {
		return g.scalar(a.Text, basic, t)
	}
	if s, ok := g.expr(a.Text, t); ok {
		return s, nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(a.Text), &doc); err != nil || doc.Kind == 0 {
		return "", fmt.Errorf("%q is no %s", a.Text, g.d.typeString(t))
	}
	if err := soundYAML(&doc); err != nil {
		return "", err
	}
	return g.node(resolve(&doc), t, false)
}

// node writes a YAML value. strict is for files: there a string must be a string, so that `name:
// 010` does not become "010" unseen.
func (g goValue) node(n *yaml.Node, t types.Type, strict bool) (string, error) {
	n = resolve(n)
	name := g.d.typeString(t)
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if n.Kind != yaml.ScalarNode {
			return "", fmt.Errorf("must be of type %s, this is a %s", name, kindName(n))
		}
		if strict && u.Info()&types.IsString != 0 && n.ShortTag() != "!!str" {
			return "", fmt.Errorf("%s is a YAML %s and must be of type %s: quote it", n.Value, strings.TrimPrefix(n.ShortTag(), "!!"), name)
		}
		if strict && u.Info()&types.IsString == 0 && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && !isDuration(t) && len(g.enum(t)) == 0 {
			return "", fmt.Errorf("%q is a string and must be of type %s", n.Value, name)
		}
		return g.scalar(n.Value, u, t)
	case *types.Slice:
		return g.list(n, u.Elem(), name, strict)
	case *types.Array:
		if n.Kind == yaml.SequenceNode && int64(len(n.Content)) != u.Len() {
			return "", fmt.Errorf("%d values do not fit a %s", len(n.Content), name)
		}
		return g.list(n, u.Elem(), name, strict)
	case *types.Map:
		return g.mapping(n, u, name, strict)
	case *types.Struct:
		return g.fields(n, u, name, strict)
	case *types.Interface:
		if u.NumMethods() == 0 {
			return g.any(n)
		}
	}
	return "", fmt.Errorf("a parameter of type %s cannot be set", name)
}

// scalar writes one number, string or truth value.
func (g goValue) scalar(text string, basic *types.Basic, t types.Type) (string, error) {
	if isDuration(t) {
		return g.duration(text, t)
	}
	if enum := g.enum(t); len(enum) > 0 {
		return g.member(text, enum, t)
	}
	name := g.d.typeString(t)
	switch {
	case basic.Info()&types.IsString != 0:
		return strconv.Quote(text), nil
	case basic.Info()&types.IsBoolean != 0:
		if text == "true" || text == "false" {
			return text, nil
		}
		return "", fmt.Errorf("%q is no %s: true or false", text, name)
	}
	text = strings.TrimSpace(text)
	if err := errZero(text); err != nil {
		return "", err
	}
	if basic.Info()&types.IsFloat != 0 { // Go has no literals for them
		switch strings.ToLower(strings.TrimLeft(text, ".+")) {
		case "nan":
			return "math.NaN()", nil
		case "inf":
			return "math.Inf(1)", nil
		case "-inf", "-.inf":
			return "math.Inf(-1)", nil
		}
	}
	if e, err := parser.ParseExpr(text); err == nil && basic.Info()&types.IsComplex == 0 && !isNumber(e) {
		return "", fmt.Errorf("%q is no %s: a number is needed, or a name that is declared", text, name)
	}
	if s, ok := g.expr(text, t); ok {
		return s, nil
	}
	return "", g.why(text, t)
}

// isNumber reports whether an expression is a number or a name, with or without a sign. Anything
// else is hardly meant as Go computes it: 1/2 would be 0, and 2024-01-01 would be 2022.
func isNumber(e ast.Expr) bool {
	if u, ok := e.(*ast.UnaryExpr); ok && (u.Op == token.ADD || u.Op == token.SUB) {
		e = u.X
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.INT || e.Kind == token.FLOAT
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		_, ok := e.X.(*ast.Ident)
		return ok
	}
	return false
}

// expr accepts text as a Go expression if it can be assigned to t without running anything but
// conversions.
func (g goValue) expr(text string, t types.Type) (string, bool) {
	e, err := parser.ParseExpr(text)
	if err != nil || calls(e) {
		return "", false
	}
	tv, err := types.Eval(g.d.fset, g.d.pkg, g.d.file.Name.Pos(), text)
	if err != nil || tv.Type == nil || !tv.IsValue() {
		return "", false
	}
	if tv.Value != nil && numeric(tv.Type) && numeric(t) && (untyped(tv.Type) || untyped(t)) {
		return text, fits(tv.Value, t)
	}
	return text, types.AssignableTo(tv.Type, t)
}

// why returns the reason why a number does not fit the type.
func (g goValue) why(text string, t types.Type) error {
	name := g.d.typeString(t)
	tv, err := types.Eval(g.d.fset, g.d.pkg, g.d.file.Name.Pos(), text)
	if err == nil && tv.Value != nil && numeric(tv.Type) {
		if b := t.Underlying().(*types.Basic); b.Info()&types.IsInteger != 0 && constant.ToInt(tv.Value).Kind() != constant.Int {
			return fmt.Errorf("%s is no whole number and must be of type %s", text, name)
		}
		return fmt.Errorf("%s overflows %s", text, name)
	}
	return fmt.Errorf("%q is no %s", text, name)
}

// fits reports whether a constant is representable as a t.
func fits(v constant.Value, t types.Type) bool {
	b := t.Underlying().(*types.Basic)
	if b.Info()&types.IsInteger != 0 {
		if v = constant.ToInt(v); v.Kind() != constant.Int {
			return false
		}
		if untyped(t) {
			return true
		}
		size := uint(types.SizesFor("gc", "amd64").Sizeof(t) * 8)
		low, high := big.NewInt(0), new(big.Int).Lsh(big.NewInt(1), size)
		if b.Info()&types.IsUnsigned == 0 {
			high.Rsh(high, 1)
			low.Neg(high)
		}
		i, ok := new(big.Int).SetString(v.ExactString(), 10)
		return ok && i.Cmp(low) >= 0 && i.Cmp(high) < 0
	}
	f, _ := constant.Float64Val(constant.ToFloat(v))
	if b.Kind() == types.Float32 {
		return math.Abs(f) <= math.MaxFloat32
	}
	return !math.IsInf(f, 0)
}

func numeric(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0
}

func untyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

// calls reports whether an expression calls or makes anything, other than by a literal.
func calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.CallExpr, *ast.FuncLit:
			found = true
		}
		return !found
	})
	return found
}

func isDuration(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "time" && named.Obj().Name() == "Duration"
}

func (g goValue) duration(text string, t types.Type) (string, error) {
	v, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil {
		if s, ok := g.expr(text, t); ok && strings.Contains(text, ".") && !strings.ContainsAny(text[:1], "0123456789.") {
			return s, nil // a constant such as time.Second
		}
		return "", fmt.Errorf("%q is no duration such as 30s or 1h30m", text)
	}
	pkg := strings.TrimSuffix(g.d.typeString(t), "Duration")
	for _, u := range []struct {
		d    time.Duration
		name string
	}{{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"}, {time.Millisecond, "Millisecond"}, {time.Microsecond, "Microsecond"}} {
		if v != 0 && v%u.d == 0 {
			return fmt.Sprintf("%d * %s%s", v/u.d, pkg, u.name), nil
		}
	}
	return strconv.FormatInt(int64(v), 10), nil
}

// enum lists the constants of a named type in the package that declares it.
func (g goValue) enum(t types.Type) []*types.Const {
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return nil
	}
	scope := named.Obj().Pkg().Scope()
	var cs []*types.Const
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), t) && (c.Exported() || c.Pkg() == g.d.pkg) {
			cs = append(cs, c)
		}
	}
	return cs
}

// member finds an enumeration's constant by its name, with or without the package, or by its value.
func (g goValue) member(text string, enum []*types.Const, t types.Type) (string, error) {
	prefix := ""
	if typeName := g.d.typeString(t); strings.Contains(typeName, ".") {
		prefix = typeName[:strings.IndexByte(typeName, '.')+1]
	}
	var names []string
	for _, c := range enum {
		value := c.Val().ExactString()
		if c.Val().Kind() == constant.String {
			value = constant.StringVal(c.Val())
		}
		if text == c.Name() || text == prefix+c.Name() || text == value {
			return prefix + c.Name(), nil
		}
		names = append(names, c.Name())
	}
	return "", fmt.Errorf("%q is no %s: one of %s", text, g.d.typeString(t), strings.Join(names, ", "))
}

func (g goValue) list(n *yaml.Node, elem types.Type, name string, strict bool) (string, error) {
	if n.Kind != yaml.SequenceNode {
		return "", fmt.Errorf("must be of type %s, this is a %s", name, kindName(n))
	}
	items := make([]string, len(n.Content))
	for i, c := range n.Content {
		s, err := g.node(c, elem, strict)
		if err != nil {
			return "", fmt.Errorf("item %d: %w", i+1, err)
		}
		items[i] = s
	}
	return name + "{" + strings.Join(items, ", ") + "}", nil
}

func (g goValue) mapping(n *yaml.Node, m *types.Map, name string, strict bool) (string, error) {
	if n.Kind != yaml.MappingNode {
		return "", fmt.Errorf("must be of type %s, this is a %s", name, kindName(n))
	}
	var items []string
	for i := 0; i < len(n.Content); i += 2 {
		k, err := g.node(n.Content[i], m.Key(), strict)
		if err != nil {
			return "", fmt.Errorf("key %s: %w", n.Content[i].Value, err)
		}
		v, err := g.node(n.Content[i+1], m.Elem(), strict)
		if err != nil {
			return "", fmt.Errorf("%s: %w", n.Content[i].Value, err)
		}
		items = append(items, k+": "+v)
	}
	return name + "{" + strings.Join(items, ", ") + "}", nil
}

func (g goValue) fields(n *yaml.Node, s *types.Struct, name string, strict bool) (string, error) {
	if n.Kind != yaml.MappingNode {
		return "", fmt.Errorf("must be of type %s, this is a %s", name, kindName(n))
	}
	var items []string
next:
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i].Value
		for f := range s.Fields() {
			if strings.EqualFold(f.Name(), key) && (f.Exported() || f.Pkg() == g.d.pkg) {
				v, err := g.node(n.Content[i+1], f.Type(), strict)
				if err != nil {
					return "", fmt.Errorf("%s: %w", key, err)
				}
				items = append(items, f.Name()+": "+v)
				continue next
			}
		}
		return "", fmt.Errorf("%s has no field %s", name, key)
	}
	return name + "{" + strings.Join(items, ", ") + "}", nil
}

// any writes a value for a parameter that takes every type: the value as YAML reads it.
func (g goValue) any(n *yaml.Node) (string, error) {
	empty := types.Universe.Lookup("any").Type()
	switch n.Kind {
	case yaml.SequenceNode:
		return g.list(n, empty, "[]any", true)
	case yaml.MappingNode:
		return g.mapping(n, types.NewMap(types.Typ[types.String], empty), "map[string]any", true)
	}
	switch n.ShortTag() {
	case "!!null":
		return "nil", nil
	case "!!str":
		return strconv.Quote(n.Value), nil
	case "!!bool":
		return strings.ToLower(n.Value), nil
	case "!!int", "!!float":
		text, err := number(n)
		if err != nil {
			return "", err
		}
		return g.scalar(text, types.Typ[types.UntypedFloat], types.Typ[types.UntypedFloat])
	}
	return "", errors.New("no Go value for a YAML " + n.ShortTag())
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "list"
	case yaml.MappingNode:
		return "mapping"
	}
	return fmt.Sprintf("%q", n.Value)
}
