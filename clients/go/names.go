package botmesh

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// DefaultAccount is the account that is used if none is configured.
const DefaultAccount = "default"

var (
	idPattern    = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	labelPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// newID returns an id that is unique across the mesh: 32 hex digits.
func newID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

func checkID(field, value string) error {
	if idPattern.MatchString(value) {
		return nil
	}
	return invalid(field, "%s must be 1 to 64 of A-Z a-z 0-9 . _ - but is %q", field, cut(value, 80))
}

func checkAgent(field, value string) error {
	if labelPattern.MatchString(value) {
		return nil
	}
	return invalid(field, "%s must be a DNS label (lower-case letters, digits, hyphens, at most 63) but is %q",
		field, cut(value, 80))
}

// splitName splits "account/name". The account is empty if text is only a name.
func splitName(text string) (account, name string) {
	if at := strings.LastIndex(text, "/"); at >= 0 {
		return text[:at], text[at+1:]
	}
	return "", text
}

const (
	maxNearest = 3
	nearEnough = 0.7 // the least similarity of a suggestion, 0 to 1
)

// nearest returns up to maxNearest known names that are similar to a name, best first.
func nearest(name string, known []string) []string {
	type scored struct {
		name  string
		share float64
	}
	var candidates []scored
	for _, candidate := range known {
		longer := max(len(name), len(candidate))
		share := 1 - float64(distance(name, candidate))/float64(max(longer, 1))
		if share >= nearEnough {
			candidates = append(candidates, scored{candidate, share})
		}
	}
	sort.Slice(candidates, func(i, j int) bool {
		return candidates[i].share > candidates[j].share || candidates[i].share == candidates[j].share && candidates[i].name < candidates[j].name
	})
	var names []string
	for _, candidate := range candidates[:min(len(candidates), maxNearest)] {
		names = append(names, candidate.name)
	}
	return names
}

func didYouMean(close []string) string {
	if len(close) == 0 {
		return ""
	}
	return fmt.Sprintf(" Did you mean %s?", strings.Join(close, " or "))
}

// distance returns the Levenshtein distance of two words in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal, row[j] = row[j], min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func joinNames(names []string) string { return strings.Join(names, ",") }
