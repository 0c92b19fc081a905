package dataset

// SyntheticFile is for the tests outside the package.
var SyntheticFile = syntheticFile
