package core

import (
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1.
func TestTOTPVectors(t *testing.T) {
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := string(totpCode([]byte("12345678901234567890"), time.Unix(at, 0), 8)); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestTOTPSeed(t *testing.T) {
	for text, good := range map[string]bool{
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ":         true,
		" gezd gnbv gy3t qojq gezd gnbv gy3t qojq": true,
		"GEZDGNBV-GY3TQOJQ====":                    true,
		"":                                         false,
		"GEZDGNBV":                                 false, // too short to be one
		"0189GNBVGY3TQOJQ":                         false,
	} {
		if _, err := totpSeed(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}
