package report

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"strings"

	"flowbook/tools/notebook"
)

// Markdown writes a notebook as one Markdown document: its texts as they are, code in fences,
// outputs below. Pictures go to save, one file each, under names relative to the document; tables
// stay HTML, sanitised. HTML in the texts is the author's and stays as it is: the program that
// renders the document decides on it.
func Markdown(w io.Writer, p Page, save func(name string, data []byte) error) error {
	if p.Notebook == nil {
		return fmt.Errorf("write Markdown: %s is not a notebook", p.Path)
	}
	d := &document{w: bufio.NewWriter(w), folder: p.Name + "_files", save: save, language: p.Notebook.Language()}
	if d.language == "" {
		d.language = "go"
	}
	code, texts := 0, 0
	for _, c := range p.Notebook.Cells {
		number := &texts
		if c.Type == notebook.Code {
			number = &code
		}
		if *number++; c.HasTag("remove-cell") {
			continue
		}
		if err := d.cell(c, *number); err != nil {
			return fmt.Errorf("write Markdown: %s: %w", p.Path, err)
		}
	}
	return d.w.Flush()
}

// document is a Markdown text in the making.
type document struct {
	w        *bufio.Writer
	folder   string
	save     func(name string, data []byte) error
	language string
	begun    bool
}

// block writes one block, an empty line before it.
func (d *document) block(text string) {
	if text = strings.Trim(string(visible([]byte(text))), "\n"); text == "" {
		return
	}
	if d.begun {
		d.w.WriteByte('\n')
	}
	d.begun = true
	d.w.WriteString(text + "\n")
}

// fold begins a part that a reader opens, end ends it.
func (d *document) fold(title string) (end func()) {
	d.block("<details>\n<summary>" + title + "</summary>")
	return func() { d.block("</details>") }
}

// fence writes code in a fence longer than any that the code holds.
func (d *document) fence(code, language string) {
	marks := "```"
	for strings.Contains(code, marks) {
		marks += "`"
	}
	d.block(marks + language + "\n" + strings.Trim(code, "\n") + "\n" + marks)
}

func (d *document) cell(c *notebook.Cell, number int) error {
	switch {
	case c.Type == notebook.Markdown:
		text, err := d.attachments(c.Source, c.Attachments, number)
		d.block(text)
		return err
	case c.Type != notebook.Code:
		return nil
	}
	why, outputs := hidden(c)
	if strings.TrimSpace(c.Source) != "" && !c.HasTag("remove-input") {
		end := func() {}
		if why != "" {
			if open := begun(c); open != "" {
				d.fence(plain(open), d.language)
			}
			end = d.fold(why)
		}
		d.fence(plain(c.Source), d.language)
		end()
	}
	if c.HasTag("remove-output") || len(c.Outputs) == 0 {
		return nil
	}
	if outputs {
		defer d.fold("Output")()
	}
	for n, o := range c.Outputs {
		if err := d.output(o, fmt.Sprintf("%s/cell-%d-%d", d.folder, number, n+1)); err != nil {
			return err
		}
	}
	return nil
}

// output writes one output; base is the name of its picture without extension.
func (d *document) output(o *notebook.Output, base string) error {
	switch o.Type {
	case notebook.Stream:
		if text := plain(o.Text); strings.TrimSpace(text) != "" {
			d.fence(text, "text")
		}
	case notebook.ErrorOutput:
		d.fence(plain(errorText(o)), "text")
	case notebook.DisplayData, notebook.ExecuteResult:
		for _, mime := range images {
			if data, ok := o.Data.Text(mime); ok {
				return d.picture(mime, data, base, o.Data)
			}
		}
		if text, ok := o.Data.Text("text/markdown"); ok {
			d.block(strings.ToValidUTF8(text, "\ufffd"))
		} else if text, ok := o.Data.Text("text/html"); ok && strings.TrimSpace(untagged(sanitize(text))) != "" {
			// An empty line would end the HTML and begin Markdown.
			d.block(blank.ReplaceAllString(strings.TrimSpace(sanitize(text)), "\n"))
		} else if text, ok := o.Data.Text("text/plain"); ok {
			d.fence(plain(text), "text")
		}
	}
	return nil
}

var blank = regexp.MustCompile(`\n\s*\n`)

// picture saves an image and writes a link to it.
func (d *document) picture(mime, data, base string, b *notebook.Bundle) error {
	var bytes []byte
	if still, ok := stillSVG(data); mime == "image/svg+xml" {
		if bytes = []byte(still); !ok {
			d.block("*An output of type " + mime + " is not shown: it is not a picture.*")
			return nil
		}
	} else {
		var err error
		if bytes, err = base64.StdEncoding.DecodeString(unspaced(data)); err != nil {
			return fmt.Errorf("%s of type %s: %w", base, mime, err)
		}
	}
	name := base + suffix(mime)
	alt, _ := b.Text("text/plain")
	if alt = inline(shorten(oneLine(alt), 120)); alt == "" {
		alt = "figure"
	}
	d.block("![" + alt + "](" + (&url.URL{Path: name}).String() + ")")
	return d.save(name, bytes)
}

var attachment = regexp.MustCompile(`(\]\(<?|\ssrc\s*=\s*["']?)attachment:([^)\s>"']+)`)

// attachments saves the pictures attached to a cell, under names of its own, and points its links
// to them. A file that is not a picture stays a dead link.
func (d *document) attachments(text string, attachments notebook.Object, number int) (string, error) {
	var failed error
	text = attachment.ReplaceAllStringFunc(text, func(s string) string {
		m := attachment.FindStringSubmatch(s)
		mime, data, ok := attachedPicture(m[2], attachments)
		if !ok {
			return s
		}
		name, err := url.PathUnescape(m[2])
		if err != nil {
			name = m[2]
		}
		file := fmt.Sprintf("%s/text-%d-%s%s", d.folder, number, slugify(strings.TrimSuffix(name, path.Ext(name))), suffix(mime))
		if err := d.save(file, data); err != nil {
			failed = err
		}
		return m[1] + (&url.URL{Path: file}).String()
	})
	return text, failed
}

// suffix is the extension of a picture's, by its type.
func suffix(mime string) string {
	return "." + strings.TrimSuffix(strings.TrimPrefix(mime, "image/"), "+xml")
}
