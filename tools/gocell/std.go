package gocell

import (
	"path"
	"strconv"
	"strings"
	"unicode"
)

// PackageName is the name of a package as goimports assumes it from the path: the last element
// without a version and a leading go-, as far as it could be a name. gopkg.in/yaml.v3 and
// math/rand/v2 are yaml and rand.
func PackageName(importPath string) string {
	base := path.Base(unversioned(importPath))
	base = strings.TrimPrefix(base, "go-")
	if i := strings.IndexFunc(base, func(r rune) bool {
		return r != '_' && !unicode.IsDigit(r) && !unicode.IsLetter(r)
	}); i >= 0 {
		base = base[:i]
	}
	return base
}

// unversioned is a path without the element v2 and the like at its end.
func unversioned(importPath string) string {
	if digits, ok := strings.CutPrefix(path.Base(importPath), "v"); ok && path.Dir(importPath) != "." {
		if _, err := strconv.Atoi(digits); err == nil {
			return path.Dir(importPath)
		}
	}
	return importPath
}

// doubtful reports whether the name of a package cannot be told from its path: the part that yields
// cmp from go-cmp, or yaml from yaml.v3, may belong to the name.
func doubtful(importPath string) bool {
	return PackageName(importPath) != path.Base(unversioned(importPath))
}

// Std are the packages of the standard library that have a name, one for nearly all names.
// goimports takes one of them for a name that nothing declares and no import has, by the parts of
// it that are used.
func Std(name string) []string { return stdNames[name] }

var stdNames = func() map[string][]string {
	names := map[string][]string{}
	for _, p := range strings.Fields(stdPaths) {
		name := PackageName(p)
		names[name] = append(names[name], p)
	}
	return names
}()

// IsStd reports whether an import path is that of a package of the standard library.
func IsStd(importPath string) bool {
	for _, p := range stdNames[PackageName(importPath)] {
		if p == importPath {
			return true
		}
	}
	return false
}

// stdPaths is the output of go list std without internal packages.
const stdPaths = `
archive/tar archive/zip bufio bytes cmp compress/bzip2 compress/flate compress/gzip compress/lzw
compress/zlib container/heap container/list container/ring context crypto crypto/aes crypto/cipher crypto/des
crypto/dsa crypto/ecdh crypto/ecdsa crypto/ed25519 crypto/elliptic crypto/fips140 crypto/hkdf crypto/hmac
crypto/hpke crypto/md5 crypto/mlkem crypto/mlkem/mlkemtest crypto/pbkdf2 crypto/rand crypto/rc4 crypto/rsa
crypto/sha1 crypto/sha256 crypto/sha3 crypto/sha512 crypto/subtle crypto/tls crypto/x509 crypto/x509/pkix
database/sql database/sql/driver debug/buildinfo debug/dwarf debug/elf debug/gosym debug/macho debug/pe
debug/plan9obj embed encoding encoding/ascii85 encoding/asn1 encoding/base32 encoding/base64 encoding/binary
encoding/csv encoding/gob encoding/hex encoding/json encoding/pem encoding/xml errors expvar flag fmt go/ast
go/build go/build/constraint go/constant go/doc go/doc/comment go/format go/importer go/parser go/printer
go/scanner go/token go/types go/version hash hash/adler32 hash/crc32 hash/crc64 hash/fnv hash/maphash html
html/template image image/color image/color/palette image/draw image/gif image/jpeg image/png
index/suffixarray io io/fs io/ioutil iter log log/slog log/syslog maps math math/big math/bits math/cmplx
math/rand math/rand/v2 mime mime/multipart mime/quotedprintable net net/http net/http/cgi net/http/cookiejar
net/http/fcgi net/http/httptest net/http/httptrace net/http/httputil net/http/pprof net/mail net/netip
net/rpc net/rpc/jsonrpc net/smtp net/textproto net/url os os/exec os/signal os/user path path/filepath plugin
reflect regexp regexp/syntax runtime runtime/cgo runtime/coverage runtime/debug runtime/metrics runtime/pprof
runtime/race runtime/trace slices sort strconv strings structs sync sync/atomic syscall testing
testing/cryptotest testing/fstest testing/iotest testing/quick testing/slogtest testing/synctest text/scanner
text/tabwriter text/template text/template/parse time time/tzdata unicode unicode/utf16 unicode/utf8 unique
unsafe weak`
