package detect

import "testing"

func BenchmarkTransform(b *testing.B) {
	f := &Features{}
	frame := flows(Block, 200, 5000, 1)
	f.learnApplications(frame.Strings("application_name"))
	f.learnScale(f.raw(frame))
	for b.Loop() {
		f.Transform(frame)
	}
	b.ReportMetric(float64(Block)*float64(b.N)/b.Elapsed().Seconds(), "flows/s")
}
