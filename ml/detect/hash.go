package detect

// hash64 is FNV-1a with the last mixing step of MurmurHash3, which FNV needs to fill its upper
// bits. The same text has the same hash in every process, so that sketches and kept tables repeat.
func hash64(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return mix64(h)
}

// hashNet is hash64 of a text and of the part of it before its last point, or of the whole if there
// is none but at its beginning.
func hashNet(text string) (whole, net uint64) {
	h := uint64(14695981039346656037)
	before, cut := h, false
	for i := range len(text) {
		if text[i] == '.' && i > 0 {
			before, cut = h, true
		}
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	whole = mix64(h)
	if !cut {
		return whole, whole
	}
	return whole, mix64(before)
}

func mix64(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// hashPair is the hash of two hashes in their order.
func hashPair(a, b uint64) uint64 { return mix64(a ^ (b<<31|b>>33)*0x9e3779b97f4a7c15) }
