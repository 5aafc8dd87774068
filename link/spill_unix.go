//go:build unix

package link

import "os"

// zeros writes out what a file is longer by: a page of a mapped file that the
// disk has no place for would end the program when it is first touched.
func zeros(f *os.File, from, to int64) error {
	blank := make([]byte, 1<<20)
	for from < to {
		n, err := f.WriteAt(blank[:min(int64(len(blank)), to-from)], from)
		if err != nil {
			return err
		}
		from += int64(n)
	}
	return nil
}
