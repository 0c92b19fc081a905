package report

// symbols are the commands without arguments, as MathML.
var symbols = func() map[string]string {
	m := map[string]string{
		`\,`: space("0.17em"), `\:`: space("0.22em"), `\;`: space("0.28em"), `\ `: space("0.3em"), `\!`: "", `\quad`: space("1em"), `\qquad`: space("2em"),
		`\{`: upfence("{"), `\}`: upfence("}"), `\|`: upfence("‖"), `\%`: "<mo>%</mo>", `\$`: "<mo>$</mo>", `\#`: "<mo>#</mo>", `\_`: "<mo>_</mo>", `\&`: "<mo>&amp;</mo>",
		`\displaystyle`: "", `\textstyle`: "", `\limits`: "", `\nolimits`: "", `\nonumber`: "", `\big`: "", `\Big`: "", `\bigl`: "", `\bigr`: "", `\Bigl`: "", `\Bigr`: "",
	}
	for name, s := range letters {
		m[`\`+name] = "<mi>" + s + "</mi>"
	}
	for name, s := range operators {
		m[`\`+name] = "<mo>" + s + "</mo>"
	}
	for name, s := range fences {
		m[`\`+name] = upfence(s)
	}
	for _, name := range functions {
		m[`\`+name] = "<mi>" + name + "</mi>"
	}
	return m
}()

func space(width string) string { return `<mspace width="` + width + `"></mspace>` }
func upfence(s string) string   { return `<mo stretchy="false">` + s + "</mo>" }

// letters are set in italics, as variables are.
var letters = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
	"theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
	"pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ",
	"psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
	"Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "infty": "∞", "partial": "∂", "nabla": "∇", "ell": "ℓ",
	"emptyset": "∅", "hbar": "ℏ", "Re": "ℜ", "Im": "ℑ",
}

// operators and relations bring their own space.
var operators = map[string]string{
	"pm": "±", "mp": "∓", "times": "×", "cdot": "⋅", "div": "÷", "ast": "∗", "star": "⋆", "circ": "∘",
	"bullet": "•", "oplus": "⊕", "otimes": "⊗", "odot": "⊙", "cup": "∪", "cap": "∩", "setminus": "∖", "wedge": "∧",
	"vee": "∨", "neg": "¬", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠",
	"approx": "≈", "sim": "∼", "simeq": "≃", "equiv": "≡", "propto": "∝", "ll": "≪", "gg": "≫", "in": "∈",
	"notin": "∉", "subset": "⊂", "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "forall": "∀", "exists": "∃", "to": "→",
	"rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒", "Leftarrow": "⇐", "leftrightarrow": "↔", "Leftrightarrow": "⇔", "iff": "⟺", "implies": "⟹",
	"mapsto": "↦", "mid": "∣", "parallel": "∥", "perp": "⊥", "ldots": "…", "cdots": "⋯", "dots": "…", "vdots": "⋮",
	"ddots": "⋱", "sum": "∑", "prod": "∏", "int": "∫", "oint": "∮", "bigcup": "⋃", "bigcap": "⋂", "colon": ":",
	"lor": "∨", "land": "∧", "prime": "′", "triangleq": "≜", "coloneqq": "≔",
}

// fences are delimiters of the size of the line; after \left they grow.
var fences = map[string]string{
	"langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "lvert": "|", "rvert": "|",
	"vert": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "lbrace": "{", "rbrace": "}",
}

// functions are set upright under their own name.
var functions = []string{
	"log", "ln", "exp", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arcsin", "arccos", "arctan", "max", "min",
	"sup", "inf", "lim", "limsup", "liminf", "arg", "argmax", "argmin", "det", "dim", "ker", "deg", "gcd", "Pr",
	"mod",
}

// underOver are the commands whose scripts stand below and above.
var underOver = map[string]bool{
	`\sum`: true, `\prod`: true, `\bigcup`: true, `\bigcap`: true, `\max`: true, `\min`: true, `\sup`: true, `\inf`: true, `\lim`: true,
	`\limsup`: true, `\liminf`: true, `\argmax`: true, `\argmin`: true, `\underbrace`: true, `\overbrace`: true,
}

// accents stand over (or under) what they apply to.
var accents = map[string]string{
	`\hat`: "<mo>^</mo>", `\widehat`: "<mo>^</mo>", `\bar`: "<mo>¯</mo>", `\overline`: "<mo>‾</mo>", `\tilde`: "<mo>~</mo>", `\widetilde`: "<mo>~</mo>",
	`\vec`: "<mo>→</mo>", `\dot`: "<mo>˙</mo>", `\ddot`: "<mo>¨</mo>", `\underline`: "<mo>_</mo>", `\overbrace`: "<mo>⏞</mo>", `\underbrace`: "<mo>⏟</mo>",
}

// fonts are the commands that set a text in a face.
var fonts = map[string]func(string) string{
	`\text`: wordy, `\textrm`: wordy, `\mbox`: wordy, `\textbf`: wordy, `\texttt`: wordy, `\textit`: wordy,
	`\mathrm`: upright, `\operatorname`: upright, `\mathit`: upright, `\mathsf`: upright, `\mathtt`: upright,
	`\mathbf`: face(0x1d400, 0x1d41a, ""), `\boldsymbol`: face(0x1d400, 0x1d41a, ""),
	`\mathbb`: face(0x1d538, 0x1d552, "CℂHℍNℕPℙQℚRℝZℤ"), `\mathcal`: face(0x1d49c, 0x1d4b6, "BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ"),
}

func wordy(s string) string { return "<mtext>" + escape(s) + "</mtext>" }

func upright(s string) string { return `<mi mathvariant="normal">` + escape(s) + "</mi>" }

// face maps ASCII letters to an alphabet of Unicode's mathematical letters; the exceptions are those that were in Unicode
// before it.
func face(upper, lower rune, exceptions string) func(string) string {
	early := map[rune]rune{}
	for r := []rune(exceptions); len(r) > 1; r = r[2:] {
		early[r[0]] = r[1]
	}
	return func(s string) string {
		mapped := []rune(s)
		for i, r := range mapped {
			switch e, ok := early[r]; {
			case ok:
				mapped[i] = e
			case 'A' <= r && r <= 'Z':
				mapped[i] = upper + r - 'A'
			case 'a' <= r && r <= 'z':
				mapped[i] = lower + r - 'a'
			}
		}
		return "<mi>" + escape(string(mapped)) + "</mi>"
	}
}

// environments are the tables, with what stands around each.
var environments = map[string][2]string{
	"matrix": {}, "pmatrix": {"<mo>(</mo>", "<mo>)</mo>"}, "bmatrix": {"<mo>[</mo>", "<mo>]</mo>"}, "vmatrix": {"<mo>|</mo>", "<mo>|</mo>"},
	"cases": {"<mo>{</mo>", ""}, "aligned": {}, "align": {}, "align*": {}, "gathered": {},
}
