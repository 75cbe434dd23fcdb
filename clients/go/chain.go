package botmesh

import (
	"strconv"
	"strings"

	"google.golang.org/grpc/metadata"
)

// The metadata keys of a chain (chain.proto).
const (
	keyPath         = "botmesh-path"
	keyMaxHops      = "botmesh-max-hops"
	keyCorrelation  = "botmesh-correlation"
	keyConversation = "botmesh-conversation"
	keyAccount      = "botmesh-account"
	keyTo           = "botmesh-to"
	keyOpen         = "botmesh-open"

	ourKeys   = "botmesh-"
	binaryKey = "-bin" // gRPC's suffix for keys with binary values

	maxMetadataBytes = 4096
	maxOpen          = 64_000 // the largest value of botmesh-open
	maxPathLength    = 64     // agents; bounds the path even if the mesh's hop limit is higher, so that it fits into metadata
	noLimit          = -1
)

var chainKeys = []string{keyPath, keyMaxHops, keyCorrelation, keyConversation, keyAccount, keyTo, keyOpen}

// chain holds what one call carries of its chain.
type chain struct {
	path           []string // agents, oldest first; its length is the number of hops
	maxHops        int      // the narrowest hop limit so far; noLimit: only the mesh's applies
	correlationID  string
	conversationID string
	accountID      string // empty in a received chain means the callee's own account
	to             string // agent/instance that the caller addresses; empty: any
	open           int    // open delegations of the conversation at the agents of the path; 0: as many as the path is long
}

func rootChain(account, conversation string) chain {
	return chain{correlationID: newID(), accountID: account, conversationID: conversation, maxHops: noLimit}
}

// openOnPath returns how many delegations of the conversation are open at the agents of the path.
func (c chain) openOnPath() int {
	if c.open == 0 {
		return len(c.path)
	}
	return c.open
}

// below returns the chain for a call that the given agent makes. It has one hop more. Its open is the count without the
// agent's own delegations, which the concurrency policy adds.
func (c chain) below(agent string) chain {
	c.open = c.openOnPath()
	c.path = append(append(make([]string, 0, len(c.path)+1), c.path...), agent)
	c.to = ""
	return c
}

// narrowed returns the chain with the hop limit lowered to maxHops. It never raises the limit.
func (c chain) narrowed(maxHops int) chain {
	if maxHops != noLimit && (c.maxHops == noLimit || maxHops < c.maxHops) {
		c.maxHops = maxHops
	}
	return c
}

// has reports whether an agent is in the path.
func (c chain) has(agent string) bool {
	for _, entry := range c.path {
		if entry == agent {
			return true
		}
	}
	return false
}

// concurrencyKey returns the key by which open delegations are counted: the conversation, or else the chain.
func (c chain) concurrencyKey() [2]string {
	if c.conversationID != "" {
		return [2]string{c.accountID, c.conversationID}
	}
	return [2]string{c.accountID, c.correlationID}
}

func (c chain) metadata() metadata.MD {
	md := metadata.MD{}
	put := func(key, value string) {
		if value != "" {
			md.Set(key, value)
		}
	}
	put(keyPath, strings.Join(c.path, ","))
	put(keyCorrelation, c.correlationID)
	put(keyConversation, c.conversationID)
	put(keyAccount, c.accountID)
	put(keyTo, c.to)
	if c.maxHops != noLimit {
		md.Set(keyMaxHops, strconv.Itoa(c.maxHops))
	}
	if c.openOnPath() != len(c.path) { // the length of the path is the default
		md.Set(keyOpen, strconv.Itoa(c.open))
	}
	return md
}

// chainFrom parses the chain of a received call. A malformed key returns INVALID_FIELD.
func chainFrom(md metadata.MD) (chain, error) {
	if err := checkPrintable(md); err != nil {
		return chain{}, err
	}
	values := map[string]string{}
	size := 0
	for _, key := range chainKeys {
		entries := md.Get(key)
		if len(entries) > 1 {
			return chain{}, invalid(key, "metadata key %s must stand once", key)
		}
		if len(entries) == 1 {
			values[key] = entries[0]
			size += len(key) + len(entries[0])
		}
	}
	if size > maxMetadataBytes {
		return chain{}, invalid(keyPath, "the chain's metadata is %d bytes; at most %d", size, maxMetadataBytes)
	}
	return parseChain(values)
}

// checkPrintable refuses botmesh-* values that are not printable ASCII. gRPC itself refuses control characters but lets
// bytes over 127 pass.
func checkPrintable(md metadata.MD) error {
	for key, values := range md {
		if !strings.HasPrefix(key, ourKeys) || strings.HasSuffix(key, binaryKey) {
			continue
		}
		for _, value := range values {
			for at := range len(value) {
				if value[at] < ' ' || value[at] > '~' {
					return invalid(key, "metadata key %s must be printable ASCII", key)
				}
			}
		}
	}
	return nil
}

func parseChain(values map[string]string) (chain, error) {
	parsed := chain{
		correlationID: values[keyCorrelation], conversationID: values[keyConversation], accountID: values[keyAccount],
		to: values[keyTo], maxHops: noLimit,
	}
	for _, key := range []string{keyCorrelation, keyConversation, keyAccount} {
		if values[key] != "" {
			if err := checkID(key, values[key]); err != nil {
				return chain{}, err
			}
		}
	}
	if parsed.to != "" {
		if err := checkTarget(parsed.to); err != nil {
			return chain{}, err
		}
	}
	var err error
	if values[keyMaxHops] != "" {
		if parsed.maxHops, err = parseHops(values[keyMaxHops]); err != nil {
			return chain{}, err
		}
	}
	if values[keyOpen] != "" {
		if parsed.open, err = parseOpen(values[keyOpen]); err != nil {
			return chain{}, err
		}
	}
	if values[keyPath] != "" {
		parsed.path, err = parsePath(values[keyPath])
	}
	return parsed, err
}

func parsePath(text string) ([]string, error) {
	entries := strings.Split(text, ",")
	if len(entries) > maxPathLength {
		return nil, invalid(keyPath, "%s names %d agents; at most %d", keyPath, len(entries), maxPathLength)
	}
	for _, entry := range entries {
		account, agent := splitName(entry)
		if strings.Contains(entry, "/") {
			if err := checkID(keyPath, account); err != nil {
				return nil, err
			}
		}
		if err := checkAgent(keyPath, agent); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func parseHops(text string) (int, error) {
	number, err := strconv.ParseUint(text, 10, 8)
	if err != nil || len(text) > 2 || number > maxPathLength {
		return 0, invalid(keyMaxHops, "%s must be 0 to %d but is %q", keyMaxHops, maxPathLength, cut(text, 80))
	}
	return int(number), nil
}

func parseOpen(text string) (int, error) {
	number, err := strconv.ParseUint(text, 10, 32)
	if err != nil || len(text) > len("64000") || number < 1 || number > maxOpen {
		return 0, invalid(keyOpen, "%s must be 1 to %d but is %q", keyOpen, maxOpen, cut(text, 80))
	}
	return int(number), nil
}

func checkTarget(text string) error {
	agent, instance, hasInstance := strings.Cut(text, "/")
	if err := checkAgent(keyTo, agent); err != nil {
		return err
	}
	if hasInstance {
		return checkID(keyTo, instance)
	}
	return nil
}
