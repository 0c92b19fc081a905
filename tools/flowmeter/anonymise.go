package flowmeter

import (
	"encoding/hex"
	"fmt"
	"hash"

	"golang.org/x/crypto/blake2b"
)

// Anonymiser replaces addresses by keyed BLAKE2b-512 digests, 128 hexadecimal digits each. The same
// key gives the same digest for the same address, so flows of one host still belong together: this
// is pseudonymisation. Not safe for concurrent use.
type Anonymiser struct {
	h   hash.Hash
	sum [blake2b.Size]byte
}

// NewAnonymiser takes a key of 16 to 64 bytes.
func NewAnonymiser(key []byte) (*Anonymiser, error) {
	if len(key) < 16 || len(key) > blake2b.Size {
		return nil, fmt.Errorf("anonymise: the key has %d bytes, want 16 to %d", len(key), blake2b.Size)
	}
	h, err := blake2b.New512(key)
	if err != nil {
		return nil, fmt.Errorf("anonymise: %w", err)
	}
	return &Anonymiser{h: h}, nil
}

// Hash returns the digest of an address's text.
func (a *Anonymiser) Hash(text string) string {
	a.h.Reset()
	a.h.Write([]byte(text)) // a hash.Hash never fails
	return hex.EncodeToString(a.h.Sum(a.sum[:0]))
}
