package fraud

// Generally is how the general decoder reads a report; the tests hold the fast
// way against it.
var Generally = generally
