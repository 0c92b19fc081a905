package report

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"

	"flowbook/tools/notebook"
)

// Markdown writes a notebook as one Markdown document: its texts as they are, code in fences, outputs below. Pictures go
// to save, one file each, under names relative to the document; tables stay HTML, sanitised. HTML in the texts is the
// author's and stays as it is: what renders the document decides on it.
func Markdown(w io.Writer, p Page, save func(name string, data []byte) error) error {
	if p.Notebook == nil {
		return fmt.Errorf("write Markdown: %s is not a notebook", p.Path)
	}
	d := &document{w: bufio.NewWriter(w), folder: p.Name + "_files", save: save, language: p.Notebook.Language()}
	if d.language == "" {
		d.language = "go"
	}
	number := 0
	for _, c := range p.Notebook.Cells {
		if c.Type == notebook.Code {
			number++
		}
		if c.HasTag("remove-cell") {
			continue
		}
		if err := d.cell(c, number); err != nil {
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
	if text = strings.Trim(text, "\n"); text == "" {
		return
	}
	if d.begun {
		d.w.WriteByte('\n')
	}
	d.begun = true
	d.w.WriteString(text + "\n")
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
		text, err := d.attachments(strings.ToValidUTF8(c.Source, "\ufffd"), c.Attachments)
		d.block(text)
		return err
	case c.Type != notebook.Code:
		return nil
	}
	if strings.TrimSpace(c.Source) != "" && !c.HasTag("remove-input") {
		d.fence(plain(c.Source), d.language)
	}
	if c.HasTag("remove-output") {
		return nil
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
	bytes := []byte(data)
	if mime != "image/svg+xml" {
		var err error
		if bytes, err = base64.StdEncoding.DecodeString(unspaced(data)); err != nil {
			return fmt.Errorf("%s of type %s: %w", base, mime, err)
		}
	}
	name := base + "." + strings.TrimSuffix(strings.TrimPrefix(mime, "image/"), "+xml")
	alt, _ := b.Text("text/plain")
	if alt = inline(shorten(oneLine(alt), 120)); alt == "" {
		alt = "figure"
	}
	d.block("![" + alt + "](" + (&url.URL{Path: name}).String() + ")")
	return d.save(name, bytes)
}

var attachment = regexp.MustCompile(`\]\(attachment:([^)\s]+)`)

// attachments saves the pictures attached to a cell and points its links to them.
func (d *document) attachments(text string, attachments notebook.Object) (string, error) {
	var failed error
	text = attachment.ReplaceAllStringFunc(text, func(s string) string {
		name := attachment.FindStringSubmatch(s)[1]
		if n, err := url.PathUnescape(name); err == nil {
			name = n
		}
		var b notebook.Bundle
		if raw := attachments.Get(name); raw == nil || json.Unmarshal(raw, &b) != nil {
			return s
		}
		for _, mime := range b.Keys() {
			data, _ := b.Text(mime)
			bytes, err := base64.StdEncoding.DecodeString(unspaced(data))
			if err != nil || !strings.HasPrefix(mime, "image/") {
				continue
			}
			file := d.folder + "/" + slugify(strings.TrimSuffix(name, ".png")) + "." + slugify(strings.TrimPrefix(mime, "image/"))
			if err := d.save(file, bytes); err != nil {
				failed = err
			}
			return "](" + file
		}
		return s
	})
	return text, failed
}
