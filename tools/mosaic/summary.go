package mosaic

// Summary is what came of one detector with all seeds.
type Summary struct {
	Detector string
	Rules    []RuleSummary // for each of Rules
}

// RuleSummary is what came of one rule with all seeds.
type RuleSummary struct {
	Noticed   float64   // attacks, in the mean of the seeds
	Recall    float64   // mean share of an attack's flows above the threshold
	Incidents float64   // mean incidents of a noticed attack; 0 if none was
	Promised  float64   // false alarms, of all seeds together
	False     int       // that came
	Flagged   int       // ordinary flows above the threshold
	Ratios    []float64 // false alarms by those promised, seed by seed; none for a rule without a promise
}

// Summaries sums up judgements, a detector after the other, in the order in which they were judged.
func Summaries(all []Judgement) (out []Summary) {
	names, of := group(all)
	for _, name := range names {
		s := Summary{Detector: name}
		for k := range Rules {
			s.Rules = append(s.Rules, summary(of[name], k))
		}
		out = append(out, s)
	}
	return out
}

// summary sums up what came of the k-th rule.
func summary(js []Judgement, k int) (s RuleSummary) {
	noticed, incidents := 0, 0
	for _, j := range js {
		for _, a := range j.Attacks {
			s.Recall += a.Recall[k] / float64(len(j.Attacks)*len(js))
			if a.Noticed(k) {
				noticed++
				incidents += a.Incidents[k]
			}
		}
		s.False += j.False[k]
		s.Flagged += j.Flagged[k]
		s.Promised += j.Promised[k]
		if j.Promised[k] > 0 {
			s.Ratios = append(s.Ratios, float64(j.False[k])/j.Promised[k])
		}
	}
	s.Noticed = float64(noticed) / float64(len(js))
	if noticed > 0 {
		s.Incidents = float64(incidents) / float64(noticed)
	}
	return s
}
