package synth

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

//go:embed scenarios/*.json
var scenarioFiles embed.FS

// Scenario is what makes a world what it is: every knob, in one file that a
// person can read. Shares are from 0 to 1.
type Scenario struct {
	Name    string    `json:"name"`
	Says    string    `json:"says"`    // what the world is for
	Reports int       `json:"reports"` // before the raid, unless the caller says otherwise
	Start   time.Time `json:"start"`
	Raid    time.Time `json:"raid"`      // reports before it are the world's, later ones the rebuild's
	End     time.Time `json:"after_end"` // of the reports after the raid

	Orgs       []OrgKnobs     `json:"orgs"`
	Sources    []SourceKnobs  `json:"sources"`
	Operators  OperatorKnobs  `json:"operators"`
	Victims    VictimKnobs    `json:"victims"`
	Numbers    NumberKnobs    `json:"numbers"`
	Domains    DomainKnobs    `json:"domains"`
	Fields     FieldKnobs     `json:"fields"`
	Writing    WritingKnobs   `json:"writing"`
	Payments   PaymentKnobs   `json:"payments"`
	Suppliers  SupplierKnobs  `json:"suppliers"`
	Launderers LaundererKnobs `json:"launderers"`
	Decoys     DecoyKnobs     `json:"decoys"`
	Returns    ReturnKnobs    `json:"returns"`
}

// OrgKnobs is a company with a node: its brand is what operators impersonate.
type OrgKnobs struct {
	ID    string `json:"id"` // names the file: ID.jsonl
	Name  string `json:"name"`
	Brand string `json:"brand"`
	Lure  string `json:"lure"` // "popup" or "device_activation"
}

// SourceKnobs is a desk or feed by which reports reach an org; the report's
// source is the org's name, lower case, and Suffix.
type SourceKnobs struct {
	Suffix string  `json:"suffix"`
	Share  float64 `json:"share"`
}

// OperatorKnobs says how many operators there are and whom they hit.
type OperatorKnobs struct {
	Count       int     `json:"count"`
	ReportsEach int     `json:"reports_each"` // if not 0, Count follows the number of reports
	HitBoth     float64 `json:"hit_both"`     // share that impersonates two brands
	SizeSigma   float64 `json:"size_sigma"`   // spread of sizes (log-normal)
	Agents      int     `json:"agents"`       // mean of people on the phone
	RemoteIDs   int     `json:"remote_ids"`   // remote-access accounts used over the time
	RelayShare  float64 `json:"relay_share"`  // operators with a relay host of their own
	RelaySeen   float64 `json:"relay_seen"`   // of their sessions, those told by the relay instead of the id
	OtherLure   float64 `json:"other_lure"`   // victims met by a call, mail or text instead of the brand's usual lure
	Overlap     float64 `json:"overlap"`      // how far accounts and machines that follow one another are mixed, in their lives
}

// VictimKnobs says who is hit.
type VictimKnobs struct {
	Countries      map[string]float64 `json:"countries"`
	Aged60         float64            `json:"aged_60"`
	Aged60Loss     float64            `json:"aged_60_loss_factor"` // how much more each of them loses
	Repeat         float64            `json:"repeat"`              // reports by somebody who was hit before
	RepeatSameRing float64            `json:"repeat_same_ring"`
	Identified     float64            `json:"identified"` // reporters who give name and contact
}

// NumberKnobs says how callback numbers live.
type NumberKnobs struct {
	ReportsPer        float64 `json:"reports_per_number"`
	MedianLifeDays    float64 `json:"median_life_days"`
	LifeSigma         float64 `json:"life_sigma"`
	Block             int     `json:"block"` // numbers taken in sequence
	TollFree          float64 `json:"toll_free"`
	Reuse             float64 `json:"reuse"` // taken up again by the same operator after CooldownDays
	CooldownDays      float64 `json:"cooldown_days"`
	RecycleToRival    float64 `json:"recycle_to_rival"` // taken over by another operator after RecycleDays
	RecycleDays       float64 `json:"recycle_days"`
	Shared            float64 `json:"shared_by_lead_sellers"`
	ShownIsCallback   float64 `json:"shown_caller_id_is_callback"`
	ReservedUpTo      int     `json:"reserved_numbers_up_to_reports"`
	ForeignShownShare float64 `json:"shown_caller_id_of_bystander"` // spoofed over an innocent's number
}

// DomainKnobs says how lure sites live.
type DomainKnobs struct {
	PerNumber float64 `json:"per_number"`
	Reuse     float64 `json:"reuse"` // reports that met a site which another report met
}

// FieldKnobs says how often a reporter fills a field in.
type FieldKnobs struct {
	Callback      float64 `json:"callback"`
	ShownID       float64 `json:"shown_caller_id"`
	URL           float64 `json:"url"`
	Brand         float64 `json:"brand"`
	Medium        float64 `json:"medium"`
	Alias         float64 `json:"agent_alias"`
	PopupText     float64 `json:"popup_text"`
	Call          float64 `json:"call_transcript"`
	Remote        float64 `json:"remote_id"`
	Payee         float64 `json:"payee"`
	Company       float64 `json:"company"`
	Tracker       float64 `json:"tracker"`
	Asset         float64 `json:"kit_asset"`
	Narrative     float64 `json:"narrative"`
	Told          float64 `json:"told_in_narrative"` // a value that is not in its field stands in the narrative
	RegisterNo    float64 `json:"registration_no"`   // of those that name a firm, with its number
	CallbackAgain float64 `json:"callback_in_call"`  // of those that fill the callback in, beside the call too
	Desk          float64 `json:"desk_report"`       // reports by an investigator, with the firm behind it
}

// WritingKnobs says how badly people write.
type WritingKnobs struct {
	OddNumber float64 `json:"odd_number"` // spoken, split by invisible characters, full-width
	Typo      float64 `json:"number_typo"`
	WrongDate float64 `json:"wrong_date"`
	Defanged  float64 `json:"defanged"`
	CutText   float64 `json:"cut_text"`
	Missed    float64 `json:"missed_sentence"` // of a transcript
}

// PaymentKnobs says what is asked and how it is paid.
type PaymentKnobs struct {
	AskMedian   float64            `json:"ask_median_usd"`
	AskSigma    float64            `json:"ask_sigma"`
	Sent        float64            `json:"sent"`                // reports in which money was sent
	Attempt     float64            `json:"attempt_names_payee"` // of those who did not pay, who were told where to
	Again       float64            `json:"again"`               // chance of each further payment
	Rails       map[string]float64 `json:"rails"`
	OwnAccounts int                `json:"own_accounts"` // of each rail, per operator, over the time
	ByMule      float64            `json:"by_shared_mule"`
}

// SupplierKnobs says who sells to operators.
type SupplierKnobs struct {
	LeadSellers  int     `json:"lead_sellers"`
	PerOperator  float64 `json:"lead_sellers_per_operator"` // if not 0, LeadSellers follows the operators
	Clients      int     `json:"clients_each"`
	PopupMakers  int     `json:"popup_makers"`
	RedirectSeen float64 `json:"redirect_seen"` // calls by a sold number whose report shows the seller's redirect
	OneScript    bool    `json:"one_script"`    // all operators read the very same words
}

// LaundererKnobs says who moves the money.
type LaundererKnobs struct {
	Mules          int     `json:"mules"`
	PerOperator    float64 `json:"mules_per_operator"`
	Clients        int     `json:"clients_each"`
	PayoutAccounts int     `json:"payout_accounts"`
	Shells         int     `json:"shells"`
	Directors      int     `json:"directors"`
}

// DecoyKnobs says what looks guilty and is not. Shares are of all reports.
type DecoyKnobs struct {
	Background   float64 `json:"background"`      // unconnected incidents
	LawfulFirms  float64 `json:"lawful_firms"`    // complaints about an honest firm at an operator's address
	Recycled     float64 `json:"recycled_number"` // calls to a number that an innocent holds now
	PoisonFirms  float64 `json:"poison_firms"`    // false reports against an honest firm
	PoisonRivals float64 `json:"poison_rivals"`   // false reports that tie a rival to the poisoner's numbers
	Campaigns    int     `json:"poison_campaigns"`
	Firms        int     `json:"firms"`
}

// ReturnKnobs says who comes back after the raid, and with what.
type ReturnKnobs struct {
	Share       float64 `json:"share"`        // operators that return
	Reports     float64 `json:"reports"`      // after the raid, as a share of those before it
	DelayDays   float64 `json:"delay_days"`   // median
	Keep        int     `json:"keep"`         // kinds of things kept by each
	KeptVisible float64 `json:"kept_visible"` // payments to a kept account, invoices that name a kept director
	NewOnes     int     `json:"new_operators"`
}

// Scenarios names the scenarios that are built in.
func Scenarios() []string {
	entries, err := scenarioFiles.ReadDir("scenarios")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	return names
}

// Load reads a scenario by its name. Each file states every knob.
func Load(name string) (Scenario, error) {
	if !slices.Contains(Scenarios(), name) {
		return Scenario{}, fmt.Errorf("no scenario %q; there are %s: %w", name, strings.Join(Scenarios(), ", "), fraud.ErrNotFound)
	}
	var s Scenario
	b, err := scenarioFiles.ReadFile("scenarios/" + name + ".json")
	if err != nil {
		return Scenario{}, fmt.Errorf("read scenario %s: %w", name, err)
	}
	if err := json.Unmarshal(b, &s, json.RejectUnknownMembers(true)); err != nil {
		return Scenario{}, fmt.Errorf("read scenario %s: %w", name, err)
	}
	return s, s.valid()
}

func (s Scenario) valid() error {
	switch {
	case len(s.Orgs) == 0 || len(s.Sources) == 0 || len(s.Victims.Countries) == 0 || len(s.Payments.Rails) == 0:
		return fmt.Errorf("scenario %s lacks orgs, sources, countries or rails: %w", s.Name, fraud.ErrInvalid)
	case !s.Start.Before(s.Raid) || !s.Raid.Before(s.End):
		return fmt.Errorf("scenario %s: start, raid and after_end must follow each other: %w", s.Name, fraud.ErrInvalid)
	case s.Numbers.ReportsPer <= 0 || s.Numbers.Block < 1 || s.Operators.Count+s.Operators.ReportsEach < 1:
		return fmt.Errorf("scenario %s: numbers and operators need sizes: %w", s.Name, fraud.ErrInvalid)
	}
	return nil
}
