package fraud

import "errors"

// The four errors that callers tell apart with [errors.Is]. Everything else
// is a fault of ours or of the machine. Messages carry ids, never a victim's
// words, names or accounts (DESIGN §6.7).
var (
	// ErrNotFound says that the thing asked for does not exist, or that the
	// asker may not learn whether it does.
	ErrNotFound = errors.New("not found")
	// ErrInvalid says that what was given cannot be used, and why.
	ErrInvalid = errors.New("invalid")
	// ErrForbidden says that a rule of handling refuses it (DESIGN §6).
	ErrForbidden = errors.New("forbidden")
	// ErrConflict says that it clashes with what is already recorded.
	ErrConflict = errors.New("conflict")
)
