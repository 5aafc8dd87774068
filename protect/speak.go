package protect

import (
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// speak puts an answer into words.
func (s *Service) speak(a *Answer, broken []Rule, whole bool, language string) {
	a.Sentence = s.rules.sentence(a, whole, language)
	say := func(key string, swap ...string) string {
		return strings.NewReplacer(swap...).Replace(s.rules.Sentences[key].In(language))
	}
	for _, p := range a.Parts {
		switch {
		case p.Verdict == VerdictKnownScam:
			a.Reasons = append(a.Reasons, Reason{Says: say("listed", "{value}", p.Raw, "{date}", p.LastSeen.UTC().Format("2006-01-02"))})
		case p.Imitates != "":
			a.Reasons = append(a.Reasons, Reason{Says: say("imitates", "{value}", p.Raw, "{brand}", p.Imitates)})
		case p.Verdict == VerdictGenuine && !whole && a.Verdict != VerdictUnknown:
			a.Reasons = append(a.Reasons, Reason{Says: say("genuine_inside", "{value}", p.Raw, "{brand}", p.Owner)})
		case p.Owner != "" && p.Indicator.Kind == fraud.Email:
			a.Reasons = append(a.Reasons, Reason{Says: say("sender_forged", "{brand}", p.Owner)})
		}
	}
	for _, r := range broken {
		a.Reasons = append(a.Reasons, Reason{Says: r.Says.In(language), Rule: r.Rule, Publisher: r.Publisher, URL: r.URL, AsOf: r.AsOf})
	}
	for _, key := range s.rules.Do[string(a.Verdict)] {
		a.Do = append(a.Do, s.rules.Sentences[key].In(language))
	}
}

// sentence is the answer's first line.
func (r *Rules) sentence(a *Answer, whole bool, language string) string {
	key := "verdict_" + string(a.Verdict)
	owner := ""
	if len(a.Parts) > 0 {
		owner = a.Parts[0].Owner
	}
	if a.Verdict == VerdictGenuine {
		if i := slices.IndexFunc(a.Parts, func(p Part) bool { return p.Indicator.Kind == fraud.Phone }); i >= 0 {
			key += "_phone"
		}
	}
	if a.Verdict == VerdictUnknown && whole {
		key += "_value"
	}
	return strings.NewReplacer("{brand}", owner).Replace(r.Sentences[key].In(language))
}
