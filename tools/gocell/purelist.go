package gocell

import (
	"slices"

	"flowbook/ml/module"
)

// pure lists functions known to return the same result for the same arguments: packages of which
// everything may be used, "*", and of others the names. Functions that are not here may read files,
// the clock, the network or chance. Streams that are passed in are accounted for where they come
// from: os.Stdin and os.Open are not listed. Names of methods are not looked at, so a package whose
// values have impure methods, such as text/template with its ParseFiles, is not listed at all.
var pure = map[string][]string{
	"cmp": all, "errors": all, "bytes": all, "strings": all, "strconv": all, "unicode": all, "unicode/utf8": all, "unicode/utf16": all,
	"sort": all, "slices": all, "maps": all, "iter": all, "container/heap": all, "container/list": all, "container/ring": all,
	"math": all, "math/big": all, "math/bits": all, "math/cmplx": all,
	"bufio": all, "io": all, "path": all, "regexp": all, "regexp/syntax": all, "html": all, "text/tabwriter": all, "text/scanner": all, "net/netip": all, "net/url": all,
	"encoding": all, "encoding/ascii85": all, "encoding/base32": all, "encoding/base64": all, "encoding/binary": all, "encoding/csv": all, "encoding/gob": all,
	"encoding/hex": all, "encoding/json": all, "encoding/pem": all, "encoding/xml": all,
	"compress/bzip2": all, "compress/flate": all, "compress/gzip": all, "compress/lzw": all, "compress/zlib": all, "archive/tar": {"NewReader", "Reader", "Header", "TypeReg", "TypeDir", "ErrHeader"},
	"archive/zip": {"NewReader", "NewWriter", "Reader", "Writer", "File", "FileHeader", "Store", "Deflate", "ErrFormat"},
	"hash":        all, "hash/adler32": all, "hash/crc32": all, "hash/crc64": all, "hash/fnv": all, "crypto/md5": all, "crypto/sha1": all, "crypto/sha256": all, "crypto/sha512": all, "crypto/hmac": all,
	"image": all, "image/color": all, "image/color/palette": all, "image/draw": all, "image/gif": all, "image/jpeg": all, "image/png": all,
	"go/ast": all, "go/constant": all, "go/format": all, "go/scanner": all, "go/token": all, "go/parser": {"ParseExpr"},
	"reflect": all, "sync": all, "sync/atomic": all, "flag": {"Arg", "Args", "NArg", "Parse"},
	"fmt": {
		"Print", "Println", "Printf", "Sprint", "Sprintln", "Sprintf", "Fprint", "Fprintln", "Fprintf", "Append", "Appendln", "Appendf", "Errorf",
		"Sscan", "Sscanln", "Sscanf", "Fscan", "Fscanln", "Fscanf", "Stringer", "GoStringer", "Formatter", "State", "FormatString", "Scanner", "ScanState",
	},
	"context": {"Background", "TODO", "WithCancel", "WithCancelCause", "WithValue", "WithoutCancel", "Cause", "Context", "CancelFunc", "CancelCauseFunc", "Canceled", "DeadlineExceeded"},
	"os":      {"Stdout", "Stderr", "Exit", "FileMode", "PathError", "LinkError", "SyscallError", "File", "FileInfo", "DirEntry", "IsNotExist", "IsExist", "ErrNotExist", "ErrExist", "ErrPermission", "ErrInvalid"},
	"io/fs":   all, // reads are accounted for where the file system comes from; os.DirFS is not listed
	"path/filepath": {
		"Base", "Clean", "Dir", "Ext", "FromSlash", "IsAbs", "IsLocal", "Join", "ListSeparator", "Localize", "Match", "Rel", "Separator", "Split", "SplitList", "ToSlash", "VolumeName", "ErrBadPattern",
	},
	"time": {
		"ANSIC", "DateOnly", "DateTime", "Kitchen", "Layout", "RFC1123", "RFC1123Z", "RFC3339", "RFC3339Nano", "RFC822", "RFC822Z", "RFC850", "RubyDate", "Stamp", "StampMicro", "StampMilli",
		"StampNano", "TimeOnly", "UnixDate", "Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour", "Date", "Duration", "FixedZone", "Location", "Month", "Parse",
		"ParseDuration", "ParseError", "ParseInLocation", "Sleep", "Time", "UTC", "Unix", "UnixMicro", "UnixMilli", "Weekday", "January", "February", "March", "April", "May",
		"June", "July", "August", "September", "October", "November", "December", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
	},
	"math/rand":    {"New", "NewSource", "NewZipf", "Rand", "Source", "Source64", "Zipf"},
	"math/rand/v2": {"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "PCG", "ChaCha8", "Zipf"},
	"log":          {"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "New", "Logger", "SetFlags", "SetOutput", "SetPrefix"},
	"runtime":      {"GOOS", "GOARCH", "GC", "Error", "Gosched", "KeepAlive"},
	"unsafe":       {"Sizeof"},

	"github.com/janpfeifer/must":            all,
	"github.com/go-gota/gota/dataframe":     all,
	"github.com/go-gota/gota/series":        all,
	"github.com/janpfeifer/gonb/gonbui":     {"DisplayHTML", "DisplayHTMLF", "DisplayHtml", "DisplayHtmlf", "DisplayImage", "DisplayMarkdown", "DisplayPNG", "DisplayPng", "DisplaySVG", "DisplaySvg", "EmbedImageAsPNGSrc", "ScriptJavascript", "SendData", "Sync"},
	"github.com/janpfeifer/gonb/gonbui/dom": all,
	"net":                                   {"IP", "IPv4", "IPMask", "IPNet", "CIDRMask", "HardwareAddr", "ParseIP", "ParseCIDR", "ParseMAC"},
	"github.com/gopacket/gopacket":          all,
	"github.com/gopacket/gopacket/layers":   all,
	"github.com/gopacket/gopacket/pcapgo":   {"NewReader", "NewWriter", "NewNgReader", "NewNgWriter", "DefaultNgReaderOptions", "Reader", "Writer", "NgReader", "NgWriter", "NgReaderOptions"},
	"gonum.org/v1/gonum/floats":             all,
	"gonum.org/v1/gonum/mat":                all,
	"gonum.org/v1/gonum/stat":               all,
	"gonum.org/v1/plot/vg":                  all,
	"gonum.org/v1/plot/vg/vgimg":            all,
}

var all = []string{"*"}

// pureInPackages lists functions that packages of the module may use besides: files of the module
// that they look up, the environment, which is in the key as far as it concerns us, and libraries
// that compute the same on any number of processors.
var pureInPackages = map[string][]string{
	"os":            {"Getenv", "LookupEnv", "Getwd"}, // the working folder is in the key
	"path/filepath": {"Abs"},
	"runtime":       {"NumCPU", "GOMAXPROCS", "Version"},
	"unsafe":        {"Slice", "SliceData", "String", "StringData", "Pointer"},

	"golang.org/x/sys/cpu":                                   all,
	"golang.org/x/text/encoding":                             all,
	"golang.org/x/text/encoding/charmap":                     all,
	"golang.org/x/text/encoding/unicode":                     all,
	"golang.org/x/image/font":                                all,
	"golang.org/x/image/font/sfnt":                           all,
	"golang.org/x/image/math/fixed":                          all,
	"golang.org/x/image/vector":                              all,
	"golang.org/x/crypto/blake2b":                            all,
	"golang.org/x/sync/errgroup":                             all,
	"codeberg.org/go-fonts/liberation/liberationsansregular": all,
	"github.com/gomlx/compute":                               all,
	"github.com/gomlx/compute/gobackend":                     all,
	"github.com/gomlx/go-xla/compute/xla":                    all,
	"github.com/gomlx/go-xla/pjrt":                           all,
	"github.com/gomlx/gomlx/core/graph":                      all,
	"github.com/gomlx/gomlx/core/tensors":                    all,
	"github.com/gomlx/gomlx/ml/layers/activation":            all,
}

// trusted are the packages of Flowbook whose dealings with files, time and signals are accounted
// for: memo reads results named by its key, module finds sources that are in the key, display and
// live draw their arguments.
var trusted = []string{module.Self + "/ml/module", module.Self + "/ml/memo", module.Self + "/ml/display", module.Self + "/ml/live"}

// allowed reports whether a name of a package is pure; in a package of the module rather than a
// cell if inPackage is set.
func allowed(path, name string, inPackage bool) bool {
	has := func(names []string) bool { return slices.Contains(names, "*") || slices.Contains(names, name) }
	return has(pure[path]) || inPackage && has(pureInPackages[path])
}

// listed reports whether anything of a package is pure, so that to import it is.
func listed(path string, inPackage bool) bool {
	return pure[path] != nil || inPackage && pureInPackages[path] != nil
}
