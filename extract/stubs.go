package extract

const minBase58 = 25

func (x *scan) urlNumbers(start, end int)             {}
func (x *scan) handleAt(i int)                        {}
func (x *scan) upi(i, start, at int)                  {}
func (x *scan) long(i int)                            {}
func (x *scan) word(i int)                            {}
func (x *scan) price(i int) bool                      { return false }
func (x *scan) structured(i int) bool                 { return false }
func canonicalWallet(raw string) (string, bool, bool) { return raw, true, raw != "" }
