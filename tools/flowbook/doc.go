// Command flowbook runs Go notebooks headlessly, checks them and turns them into pages; it makes,
// splits and scores network flows.
//
//	go run ./tools/flowbook pipeline
//
// brings everything up to date: it makes a synthetic capture if Datasets/27072022.csv is missing,
// splits it, executes every notebook of notebooks/pipeline.yaml on the Go kernel that go.mod pins,
// and writes the executed notebooks to .flowbook/out and a report to .flowbook/report. Called
// again, it runs nothing; after a change, the steps that depend on it.
//
// # Notebooks
//
//	flowbook run notebooks/Anomaly_Detection.ipynb
//	flowbook run notebooks/*.ipynb --jobs 2 --junit report.xml
//	flowbook run notebooks/Anomaly_Detection.ipynb --incremental
//	flowbook check notebooks/*.ipynb
//	flowbook check --update notebooks/Anomaly_Detection.ipynb
//	flowbook validate notebooks
//	flowbook export notebooks/*.ipynb --out site
//
// run executes a notebook in its own folder and writes the result to .flowbook/out after each cell;
// the notebook itself stays as it is. A cell is done when the kernel has both answered and gone
// idle; an error stops the run, and the outputs so far are kept. check compares the outputs with
// the stored ones, text by text, number by number and picture by picture; --update stores the new
// ones. validate checks the format alone and lists each fault; run and check repair the faults that
// can be repaired, and with --strict refuse it.
//
// # Flows
//
//	flowbook data generate --rows 1000000 --force
//	flowbook data split Datasets/27072022.csv --out Datasets/EditDatasets
//	flowbook data meter capture.pcap --out flows.csv
//	flowbook data verify flows.csv
//	flowbook data convert flows.csv flows.parquet
//	flowbook train --data flows.csv --model model
//	flowbook detect --model model flows.csv
//
// # Jupyter
//
//	flowbook kernel install
//	flowbook kernel list
//	flowbook doctor
//
// kernel install puts a kernelspec into the user's Jupyter, or into the Python installation that is
// active; kernel remove takes it out again. doctor changes nothing: it lists the parts that are
// there and missing, with the command that mends each.
//
// # A module of your own
//
//	flowbook init
//
// writes a pipeline, a workflow and settings of git for the module in the current folder.
//
// # Many machines
//
//	flowbook worker --store file:///shared/flowbook --temporal localhost:7233
//
// makes the runs of pipelines that are submitted with pipeline --temporal; flowbook step makes one
// of them in a process of its own.
//
// # A shared store
//
//	flowbook store ls --store file:///shared/flowbook
//
// says which runs of the pipeline a store has that several machines share; store verify reads and
// checks them, store key explains one.
//
// # Exit status
//
// 0 all well; 1 a cell, a step or the work failed; 2 unusable arguments or parameters, nothing was
// run; 3 not a notebook; 4 a cell ran out of its time; 5 outputs differ from the stored ones; 124
// the run ran out of its time; 129, 130 and 143 hung up, interrupted, terminated; 138 the kernel
// died.
package main
