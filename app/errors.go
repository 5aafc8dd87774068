package app

import (
	"fmt"

	"ringbreaker.example/fraud"
)

func invalidf(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, fraud.ErrInvalid)...)
}

func forbiddenf(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, fraud.ErrForbidden)...)
}

func conflictf(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, fraud.ErrConflict)...)
}
