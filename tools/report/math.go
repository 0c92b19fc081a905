package report

// math shows a formula's TeX source: readable everywhere, and no network, font or script is needed.
func math(source string, display bool) string {
	if display {
		return `<code class="math display">` + escape(source) + `</code>`
	}
	return `<code class="math">` + escape(source) + `</code>`
}
