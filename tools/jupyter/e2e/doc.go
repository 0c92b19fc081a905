// Package e2e tests the notebooks in the real JupyterLab, in a browser, and measures the cells
// there. All of it is in tests.
package e2e
