// What package tex calls. KaTeX is a global; the values of this script are the two functions.
(function() {
	// MathJax lets \newcommand redefine: a notebook that says \newcommand{\R}{\mathbb R} means it.
	function define(context) {
		var first = context.popToken(), name = first.text, back = [first];
		if (name === "{") {
			var second = context.popToken();
			name = second.text;
			back.unshift(second);
		}
		context.pushTokens(back);
		return context.macros.builtins[context.isDefined(name) ? "\\renewcommand" : "\\newcommand"](context);
	}

	// tables are the nodes of a kind in their order, in KaTeX's parse tree (type array) and in its MathML (mtable).
	function tables(node, kind, found) {
		if (Array.isArray(node)) {
			node.forEach(function(n) { tables(n, kind, found); });
		} else if (node && typeof node === "object") {
			if (node.type === kind) found.push(node);
			Object.keys(node).forEach(function(key) {
				if (key !== "loc" && key !== "tags") tables(node[key], kind, found);
			});
		}
		return found;
	}

	// text is what a tag says.
	function text(node) {
		if (Array.isArray(node)) return node.map(text).join("");
		if (!node || typeof node !== "object") return "";
		if (typeof node.text === "string") return node.text;
		return text(node.body || node.base);
	}

	// number writes the tags of rows, which KaTeX sets in HTML only, into the MathML, as a last column.
	function number(tree, dom) {
		var arrays = tables(tree, "array", []);
		var set = tables(dom, "mtable", []).filter(function(t) { return t.attributes.width !== "100%"; });
		if (arrays.length !== set.length) return;
		arrays.forEach(function(array, i) {
			if (!array.tags || !array.tags.some(Array.isArray)) return;
			set[i].attributes["class"] = "tagged";
			set[i].children.forEach(function(row, r) {
				row.children = row.children.filter(function(cell) { return !cell.classes || cell.classes.length === 0; });
				var tag = Array.isArray(array.tags[r]) ? text(array.tags[r]) : "";
				var cell = new row.constructor("mtd", [new row.constructor("mtext", [{toMarkup: function() {
					return tag.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
				}}])]);
				cell.attributes["class"] = "tag";
				row.children.push(cell);
			});
		});
	}

	return {
		macros: function() {
			var macros = {
				"\\newcommand": define,
				"\\label": "\\@secondoftwo{#1}{}", // labels are resolved in Go
				"\\DeclareMathOperator": "\\@ifnextchar*\\@declarelimits\\@declareoperator",
				"\\@declareoperator": "\\gdef#1{\\operatorname{#2}}",
				"\\@declarelimits": "\\gdef#2{\\operatorname#1{#3}}",
				// No links leave a formula, and no classes of the page.
				"\\href": "\\@secondoftwo{#1}{#2}", "\\class": "\\@secondoftwo{#1}{#2}", "\\cssId": "\\@secondoftwo{#1}{#2}", "\\style": "\\@secondoftwo{#1}{#2}",
				// What MathJax knows and KaTeX does not.
				"\\mbox": "\\text{#1}", "\\mathmbox": "#1", "\\framebox": "\\boxed{\\text{#1}}", "\\mit": "\\mathit", "\\scr": "\\mathscr",
				"\\matrix": "\\begin{matrix}#1\\end{matrix}", "\\pmatrix": "\\begin{pmatrix}#1\\end{pmatrix}", "\\cases": "\\begin{cases}#1\\end{cases}",
				"\\eqalign": "\\begin{aligned}#1\\end{aligned}", "\\displaylines": "\\begin{gathered}#1\\end{gathered}",
				"\\iiiint": "\\mathop{\\int\\int\\int\\int}", "\\idotsint": "\\mathop{\\int\\cdots\\int}", "\\bigtimes": "\\mathop{\u2a09}",
				"\\cancelto": "\\overset{#1}{\\cancel{#2}}", "\\overbracket": "\\overset{\u23b4}{#1}", "\\underbracket": "\\underset{\u23b5}{#1}",
				"\\overparen": "\\overset{\u23dc}{#1}", "\\underparen": "\\underset{\u23dd}{#1}",
				"\\celsius": "\\text{\u2103}", "\\perthousand": "\\text{\u2030}", "\\micro": "\\text{\u00b5}", "\\ohm": "\\text{\u03a9}", "\\centerdot": "\\cdot",
				"\\texteuro": "\\text{\u20ac}", "\\textmu": "\\text{\u00b5}", "\\textpm": "\\text{\u00b1}", "\\texttimes": "\\text{\u00d7}", "\\strut": ""
			};
			// unicode-math's names of alphabets, and upright Greek.
			"up=rm rm=rm bf=bf bfup=bf it=it bb=bb frak=frak scr=scr cal=cal sf=sf sfup=sf tt=tt".split(" ").forEach(function(pair) {
				var names = pair.split("=");
				macros["\\sym" + names[0]] = "\\math" + names[1] + "{#1}";
				if (names[0].slice(-2) === "up") macros["\\math" + names[0]] = "\\math" + names[1] + "{#1}";
			});
			macros["\\symbfit"] = macros["\\mathbfit"] = "\\boldsymbol{#1}";
			"alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau upsilon phi chi psi omega".split(" ").forEach(function(name, i) {
				macros["\\up" + name] = "\\text{" + String.fromCharCode(0x3b1 + i) + "}";
			});
			return macros;
		},
		// render gives KaTeX's markup. A command that it does not know is set in red, as MathJax does, and the rest of the formula around
		// it; a formula that it cannot read becomes <span class="katex-error">.
		render: function(source, display, macros) {
			var options = {output: "mathml", displayMode: display, globalGroup: true, throwOnError: false, errorColor: "#c1212d",
				strict: false, trust: false, maxExpand: 1000, maxSize: 50, macros: macros};
			var tree = null;
			if (source.indexOf("\\tag") >= 0 && source.indexOf("\\begin") >= 0) {
				try {
					tree = katex.__parse(source, Object.assign({}, options, {macros: Object.assign({}, macros)}));
				} catch (e) {}
			}
			var dom = katex.__renderToDomTree(source, options);
			if (tree) number(tree, dom);
			return dom.toMarkup();
		}
	};
})()
