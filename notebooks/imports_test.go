package notebooks_test

// Modules that cells import and no other code needs to: without a mention in Go code, go mod tidy would
// take them out of go.mod, and the notebooks would not compile.
import (
	_ "github.com/go-gota/gota/dataframe"
	_ "github.com/gopacket/gopacket"
	_ "github.com/janpfeifer/must"
)
