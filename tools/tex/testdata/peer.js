// Reads {command, formulas} from standard input and writes what the peer makes of each formula, as JSON.
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const peers = {
	katex(formulas) {
		const katex = require("katex");
		return formulas.map(tex => katex.renderToString(tex, {output: "mathml", displayMode: true, throwOnError: false, strict: false, trust: false, maxSize: 50}));
	},
	// JupyterLab's typesetter: all packages of MathJax 3 but the one for proof trees, which needs a screen.
	mathjax(formulas) {
		const {mathjax} = require("mathjax-full/js/mathjax.js");
		const {TeX} = require("mathjax-full/js/input/tex.js");
		const {AllPackages} = require("mathjax-full/js/input/tex/AllPackages.js");
		const {liteAdaptor} = require("mathjax-full/js/adaptors/liteAdaptor.js");
		const {RegisterHTMLHandler} = require("mathjax-full/js/handlers/html.js");
		const {SerializedMmlVisitor} = require("mathjax-full/js/core/MmlTree/SerializedMmlVisitor.js");
		const {STATE} = require("mathjax-full/js/core/MathItem.js");
		RegisterHTMLHandler(liteAdaptor());
		const visitor = new SerializedMmlVisitor();
		return formulas.map(tex => {
			const doc = mathjax.document("", {InputJax: new TeX({packages: AllPackages.filter(p => p !== "bussproofs")})});
			return visitor.visitTree(doc.convert(tex, {end: STATE.CONVERT, display: true}));
		});
	},
};
console.log(JSON.stringify(peers[input.peer](input.formulas)));
