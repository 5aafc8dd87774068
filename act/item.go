package act

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// AddItem adds one item to the seizure list of a search that is under way. The
// running number comes from storage, and the same Key in the same search is
// the same item, so a phone may send it again. Once the list is signed only
// corrections are taken (Corrects names the item that was wrong).
//
// Identifiers are held against their check digits here, in the room, while
// the thing can still be read again: an IMEI has 15 digits and a Luhn digit
// (3GPP TS 23.003 annex B), an ICCID 18 to 20 with one (ITU-T E.118 §4).
func (s *Service) AddItem(ctx context.Context, item fraud.Seizure) (fraud.Seizure, error) {
	who, x, err := s.openSearch(ctx, access.ActSeize, item.Search)
	if err != nil {
		return fraud.Seizure{}, err
	}
	if item, err = checkItem(item); err != nil {
		return fraud.Seizure{}, err
	}
	if !x.SignedAt.IsZero() && item.Corrects == "" {
		return fraud.Seizure{}, fmt.Errorf("the list of search %s is signed: only a correction may be added: %w", x.ID, fraud.ErrConflict)
	}
	if err := s.sameSearch(ctx, item); err != nil {
		return fraud.Seizure{}, err
	}
	id, err := s.newID("item")
	if err != nil {
		return fraud.Seizure{}, err
	}
	item.ID, item.No, item.At, item.By = fraud.SeizureID(id), 0, s.now().UTC(), who.Person
	kept, err := s.store.AddSeizure(ctx, item)
	if err != nil {
		return kept, fmt.Errorf("add an item to search %s: %w", x.ID, err)
	}
	return kept, nil
}

// sameSearch checks that the items named as root and as corrected exist in
// the same search.
func (s *Service) sameSearch(ctx context.Context, item fraud.Seizure) error {
	for _, id := range []fraud.SeizureID{item.Root, item.Corrects} {
		if id == "" {
			continue
		}
		other, err := s.store.Seizure(ctx, id)
		if err != nil {
			return fmt.Errorf("find item %s: %w", id, err)
		}
		if other.Search != item.Search {
			return fmt.Errorf("item %s belongs to another search: %w", id, fraud.ErrInvalid)
		}
	}
	return nil
}

// checkItem returns the item with its identifiers in canonical form, or
// fraud.ErrInvalid naming the field to mend.
func checkItem(item fraud.Seizure) (fraud.Seizure, error) {
	if !slices.Contains(fraud.ItemTypes, item.Type) {
		return item, fmt.Errorf("type of item is not one that the list knows: %w", fraud.ErrInvalid)
	}
	if err := required("description of the item", item.What, "number of the seal", item.Seal, "place in the room", item.Place); err != nil {
		return item, err
	}
	item.IMEI, item.ICCID = digitsOf(item.IMEI), digitsOf(item.ICCID)
	if item.IMEI != "" && !ValidIMEI(item.IMEI) {
		return item, fmt.Errorf("imei must be 15 digits whose last is its check digit: read it again (*#06#): %w", fraud.ErrInvalid)
	}
	if item.ICCID != "" && !ValidICCID(item.ICCID) {
		return item, fmt.Errorf("iccid must be 18 to 20 digits whose last is its check digit: read it off the card again: %w", fraud.ErrInvalid)
	}
	if item.IMEI != "" && item.Type != fraud.ItemMobilePhone {
		return item, fmt.Errorf("an imei belongs to a mobile phone: %w", fraud.ErrInvalid)
	}
	if item.ICCID != "" && item.Type != fraud.ItemSIM {
		return item, fmt.Errorf("an iccid belongs to a sim card: add the card as an item of its own: %w", fraud.ErrInvalid)
	}
	for _, h := range []struct{ field, value string }{{"sha-256 of the item", item.SHA256}, {"sha-256 of the photo", item.Photo}} {
		if h.value != "" && !sha256Form.MatchString(h.value) {
			return item, fmt.Errorf("%s must be 64 lower-case hex digits: %w", h.field, fraud.ErrInvalid)
		}
	}
	if (item.Type == fraud.ItemServerImage || item.Type == fraud.ItemMailbox) && item.SHA256 == "" {
		return item, fmt.Errorf("an image or a mailbox needs its sha-256 at intake: %w", fraud.ErrInvalid)
	}
	if item.Amount.Minor < 0 || (item.Amount.Minor > 0 && item.Amount.Currency == "") {
		return item, fmt.Errorf("an amount of cash needs its currency and is not negative: %w", fraud.ErrInvalid)
	}
	if item.Type == fraud.ItemCash && item.Amount.Currency == "" {
		return item, fmt.Errorf("cash needs its amount, counted before the witnesses: %w", fraud.ErrInvalid)
	}
	return item, nil
}

// digitsOf drops what people put between digits. Anything else stays, so that
// the check refuses it.
func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '/', '.', '\u00a0':
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

// ValidIMEI says whether s is 15 digits with a right Luhn digit.
func ValidIMEI(s string) bool { return len(s) == 15 && luhn(s) }

// ValidICCID says whether s is 18 to 20 digits, begins with 89 (the
// telecommunications industry, ISO/IEC 7812-1) and has a right Luhn digit.
func ValidICCID(s string) bool {
	return len(s) >= 18 && len(s) <= 20 && strings.HasPrefix(s, "89") && luhn(s)
}

// luhn says whether s is all digits and its last is the check digit of the
// others (ISO/IEC 7812-1 annex B).
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return len(s) > 0 && sum%10 == 0
}

// Item returns one item.
func (s *Service) Item(ctx context.Context, id fraud.SeizureID) (fraud.Seizure, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(id))); err != nil {
		return fraud.Seizure{}, err
	}
	item, err := s.store.Seizure(ctx, id)
	if err != nil {
		return item, fmt.Errorf("find item %s: %w", id, err)
	}
	return item, nil
}

// Items returns the seizure list of a search in its running order,
// corrections and corrected entries included.
func (s *Service) Items(ctx context.Context, search fraud.SearchID) ([]fraud.Seizure, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(search))); err != nil {
		return nil, err
	}
	items, err := s.store.Seizures(ctx, search)
	if err != nil {
		return nil, fmt.Errorf("read the list of search %s: %w", search, err)
	}
	return items, nil
}

// Standing is a seizure list without the entries that a later one corrects:
// what is counted.
func Standing(items []fraud.Seizure) []fraud.Seizure {
	corrected := map[fraud.SeizureID]bool{}
	for _, x := range items {
		if x.Corrects != "" {
			corrected[x.Corrects] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(items), func(x fraud.Seizure) bool { return corrected[x.ID] })
}

// backLinkLimit is how many reports of one seized value are named.
const backLinkLimit = 1000

// Found is a value out of seized material that reports hold too.
type Found struct {
	Indicator fraud.Indicator
	Reports   []fraud.ReportID
}

// LinkBack looks for values that were found in a seized phone book, call log
// or mailbox among the reports that this node holds: each hit is a victim
// found, or another ring. Values that no report holds are left out.
func (s *Service) LinkBack(ctx context.Context, item fraud.SeizureID, values []fraud.Indicator) ([]Found, error) {
	if _, err := s.Item(ctx, item); err != nil {
		return nil, err
	}
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, func(a, b fraud.Indicator) int {
		switch {
		case a.Less(b):
			return -1
		case b.Less(a):
			return 1
		}
		return 0
	})
	var found []Found
	for _, v := range slices.Compact(sorted) {
		reports, err := s.store.ReportsWith(ctx, v, backLinkLimit)
		if err != nil {
			return nil, fmt.Errorf("find reports that hold a value of item %s: %w", item, err)
		}
		if len(reports) > 0 {
			found = append(found, Found{Indicator: v, Reports: reports})
		}
	}
	return found, nil
}
