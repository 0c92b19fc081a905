// Package cluster runs pipelines on workers through Temporal.
//
// A pipeline is a workflow, and one run of one notebook or command is an activity, named by its
// content key. Workflows see digests alone: sources, inputs and outputs travel through a store
// (package store), which all workers and the submitter share. A worker unpacks the sources, fetches
// the run's inputs, makes the run in a process of its own as a local pipeline does, and stores its
// outputs. The kernel protocol never leaves a machine.
//
// Code that needs the Temporal SDK is compiled only with the build tag temporal:
//
//	go install -tags temporal ./tools/flowbook
package cluster
