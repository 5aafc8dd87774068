package main

import (
	"strings"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
	"ringbreaker.example/synth"
)

// demoOrg is one organisation of the story with its invented people.
type demoOrg struct {
	org         fraud.Org
	complainant app.Complainant
	people      []demoPerson
}

type demoPerson struct {
	id, name, office string
	roles            []string
}

func (o demoOrg) names() string {
	var out []string
	for _, p := range o.people {
		out = append(out, p.id)
	}
	return strings.Join(out, ", ")
}

// The people who act in the story.
const (
	analystA, lawyerA = "mia", "laura"
	analystB, lawyerB = "noor", "leon"
	investigator      = "ivan"
	officer           = "olga"
	agencyID          = fraud.OrgID("cfb")
	agencyName        = "Central Fraud Bureau"
	agencyCountry     = "IN"
)

func demoOrgs(w *synth.World) []demoOrg {
	company := func(i int, analyst, analystName, lawyer, lawyerName string) demoOrg {
		o := w.Orgs[i]
		id := fraud.OrgID(strings.ToLower(o.Name))
		return demoOrg{
			org: fraud.Org{ID: id, Name: o.Name, Kind: fraud.OrgCompany, Country: "US", Brands: []string{o.Brand}},
			complainant: app.Complainant{
				Standing:  "Owner of the brand " + o.Brand + ", which the operators impersonate, and the company to which its defrauded customers reported",
				Authority: "Board resolution of 2 January 2023", Address: "1 Example Plaza, Seattle, Washington", Contact: lawyer + "@" + string(id) + ".example",
				Statement: "The company takes reports of fraud from its customers. Each report is kept as it came.\n\nThe company did not pay, hack, call or deceive anybody to learn what stands here.",
				HasDPIA:   true, OutsideLine: "+1 206 555 0100",
				System: app.System{
					Name: "fraud desk case store", Kind: "Server", Make: "Ringbreaker node", Serial: "NODE-" + strings.ToUpper(o.Name), Location: "Seattle, Washington", Control: "Operated",
					Process: "Each report is written with its SHA-256 into an append-only ledger when it is received. Indicators are taken out by a program and linked by a frozen model.", Faults: "none",
				},
			},
			people: []demoPerson{
				{analyst, analystName, "Fraud analyst", []string{"analyst"}},
				{lawyer, lawyerName, "Counsel, authorised signatory", []string{"signatory", "vault_keeper"}},
				{"admin-" + string(id), "Administrator of " + o.Name, "Operations", []string{"admin", "auditor"}},
			},
		}
	}
	return []demoOrg{
		company(0, analystA, "Mia Ashdown", lawyerA, "Laura Penrose"),
		company(1, analystB, "Noor Haddad", lawyerB, "Leon Castell"),
		{
			org: fraud.Org{ID: agencyID, Name: agencyName, Kind: fraud.OrgAgency, Country: agencyCountry},
			people: []demoPerson{
				{investigator, "Ivan Rao", "Superintendent, International Operations", []string{"investigator"}},
				{officer, "Olga Menon", "Inspector", []string{"officer"}},
				{"admin-cfb", "Administrator of " + agencyName, "Operations", []string{"admin", "auditor"}},
			},
		},
	}
}
