package access

import "net/http"

// SignatureBaseFor is the signature base of a request by somebody else's
// choice of components: the RFC's vectors are not of our profile.
func SignatureBaseFor(req *http.Request, input string) (string, error) {
	in, err := parseSigInput(input)
	if err != nil {
		return "", err
	}
	b, err := signatureBase(req, in.components, in.text)
	return string(b), err
}

// SignWith is Sign with a nonce that is given.
var SignWith = signWith

// ParseSignatureHeaders runs both header parsers.
func ParseSignatureHeaders(s string) (components []string, keyID string, err error) {
	if _, _, err = parseBytes(s); err == nil {
		return nil, "", nil
	}
	in, err := parseSigInput(s)
	return in.components, in.keyID, err
}
