package jupyter

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wire makes the frames of a message with parent p0.
func wire(key string, parts ...string) [][]byte {
	var signed [][]byte
	for _, p := range parts {
		signed = append(signed, []byte(p))
	}
	return append([][]byte{[]byte("topic"), []byte(delimiter), []byte(sign([]byte(key), signed[:min(4, len(signed))]))}, signed...)
}

// TestSign compares with Python: hmac.new(b"key", b'{}{"a":1}{}[]', "sha256").hexdigest().
func TestSign(t *testing.T) {
	got := sign([]byte("key"), [][]byte{[]byte("{}"), []byte(`{"a":1}`), []byte("{}"), []byte("[]")})
	if want := "c0b2846d096b80b4e0c2bc3d30a8858412a606e3ebeff9f83c0ea7db9e3b1d7b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDecode(t *testing.T) {
	header, parent := `{"msg_id":"m1","msg_type":"status"}`, `{"msg_id":"p0"}`
	good := wire("k", header, parent, "{}", `{"x":1}`, "buffer")
	for _, test := range []struct {
		name   string
		key    string
		frames [][]byte
		want   error
	}{
		{"good", "k", good, nil},
		{"unsigned", "", wire("", header, parent, "{}", "{}"), nil},
		{"no topic", "k", good[1:], nil},
		{"nothing", "k", nil, errMalformed},
		{"an empty frame", "k", [][]byte{{}}, errMalformed},
		{"no delimiter", "k", good[2:], errMalformed},
		{"too short", "k", good[:6], errMalformed},
		{"another key", "other", good, errSignature},
		{"signed where no key is", "", good, errSignature},
		{"header is null", "k", wire("k", "null", parent, "{}", "{}"), errMalformed},
		{"header is no JSON", "k", wire("k", "{", parent, "{}", "{}"), errMalformed},
		{"parent is a list", "k", wire("k", header, "[]", "{}", "{}"), errMalformed},
		{"content is no JSON", "k", wire("k", header, parent, "{}", "x"), errMalformed},
		{"metadata is empty", "k", wire("k", header, parent, "", "{}"), errMalformed},
		{"no parent", "k", wire("k", header, "{}", "{}", "{}"), errOrphan},
		{"parent is null", "k", wire("k", header, "null", "{}", "{}"), errOrphan},
	} {
		if _, err := decode([]byte(test.key), "iopub", test.frames); err != test.want {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	m, err := decode([]byte("k"), "iopub", good)
	if err != nil {
		t.Fatal(err)
	}
	want := Message{Channel: "iopub", Header: Header{MsgID: "m1", MsgType: "status"}, Parent: Header{MsgID: "p0"},
		Metadata: []byte("{}"), Content: []byte(`{"x":1}`), Buffers: [][]byte{[]byte("buffer")}}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEncode(t *testing.T) {
	frames, err := encode([]byte("k"), Header{MsgID: "m", MsgType: "execute_request", Version: protocolVersion},
		executeRequest{Code: "1", UserExpressions: map[string]any{}})
	if err != nil {
		t.Fatal(err)
	}
	// GoNB panics where a field is missing.
	want := `{"code":"1","silent":false,"store_history":false,"user_expressions":{},"allow_stdin":false,"stop_on_error":false}`
	if diff := cmp.Diff(want, string(frames[5])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := decode([]byte("k"), "shell", frames); err != errOrphan { // a request has no parent, all else is right
		t.Error(err)
	}
	if _, err := encode(nil, Header{MsgType: "x"}, func() {}); err == nil {
		t.Error("a function is no content")
	}
}

// FuzzDecode: whatever comes, decode neither panics nor takes what is not signed.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(delimiter+"\n\n{}\n{}\n{}\n{}"), "k")
	f.Add(bytes.Join(wire("k", `{"msg_id":"m","msg_type":"status"}`, `{"msg_id":"p"}`, "{}", "{}"), []byte("\n")), "k")
	f.Fuzz(func(t *testing.T, data []byte, key string) {
		frames := bytes.Split(data, []byte("\n"))
		m, err := decode([]byte(key), "iopub", frames)
		if err != nil {
			return
		}
		if m.Parent.MsgID == "" || m.Header.MsgType == "" {
			t.Errorf("took %q", data)
		}
		if _, err := decode([]byte(key+"x"), "iopub", frames); err == nil {
			t.Errorf("took %q with two keys", data)
		}
	})
}
