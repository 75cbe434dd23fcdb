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

	ourKeys   = "botmesh-"
	binaryKey = "-bin" // gRPC's mark of values that are bytes

	maxMetadataBytes = 4096
	mostHops         = 64 // no path is longer, whatever the mesh allows: it must fit into metadata
	noLimit          = -1
)

var chainKeys = []string{keyPath, keyMaxHops, keyCorrelation, keyConversation, keyAccount, keyTo}

// chain is a root delegation and all that follow from it, as one call sees it.
type chain struct {
	path           []string // agents gone through, oldest first; its length is the number of hops
	maxHops        int      // the narrowest hop limit so far; noLimit: the mesh's
	correlationID  string
	conversationID string
	accountID      string // empty on arrival where the caller does not say: the callee's own
	to             string // agent/instance that the caller means; empty: whoever is called
}

func rootChain(account, conversation string) chain {
	return chain{correlationID: newID(), accountID: account, conversationID: conversation, maxHops: noLimit}
}

// below is the chain of a call that an agent makes: one hop more.
func (c chain) below(agent string) chain {
	c.path = append(append(make([]string, 0, len(c.path)+1), c.path...), agent)
	c.to = ""
	return c
}

// narrowed is this chain with at most so many hops in all, if that is fewer than before.
func (c chain) narrowed(maxHops int) chain {
	if maxHops != noLimit && (c.maxHops == noLimit || maxHops < c.maxHops) {
		c.maxHops = maxHops
	}
	return c
}

// has tells whether an agent stands in the path.
func (c chain) has(agent string) bool {
	for _, one := range c.path {
		if one == agent {
			return true
		}
	}
	return false
}

// concurrencyKey is what open delegations are counted by: the conversation, or the chain where there is none.
func (c chain) concurrencyKey() [2]string {
	if c.conversationID != "" {
		return [2]string{c.accountID, c.conversationID}
	}
	return [2]string{c.accountID, c.correlationID}
}

func (c chain) metadata() metadata.MD {
	made := metadata.MD{}
	put := func(key, value string) {
		if value != "" {
			made.Set(key, value)
		}
	}
	put(keyPath, strings.Join(c.path, ","))
	put(keyCorrelation, c.correlationID)
	put(keyConversation, c.conversationID)
	put(keyAccount, c.accountID)
	put(keyTo, c.to)
	if c.maxHops != noLimit {
		made.Set(keyMaxHops, strconv.Itoa(c.maxHops))
	}
	return made
}

// chainFrom reads the chain that a call carries.
func chainFrom(md metadata.MD) (chain, error) {
	if err := checkPrintable(md); err != nil {
		return chain{}, err
	}
	found := map[string]string{}
	size := 0
	for _, key := range chainKeys {
		values := md.Get(key)
		if len(values) > 1 {
			return chain{}, invalid(key, "metadata key %s must stand once", key)
		}
		if len(values) == 1 {
			found[key] = values[0]
			size += len(key) + len(values[0])
		}
	}
	if size > maxMetadataBytes {
		return chain{}, invalid(keyPath, "the chain's metadata is %d bytes; at most %d", size, maxMetadataBytes)
	}
	return parseChain(found)
}

// checkPrintable refuses keys of ours that are not printable ASCII. gRPC hands bytes over 127 on as they are, and refuses
// control characters itself.
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

func parseChain(found map[string]string) (chain, error) {
	made := chain{
		correlationID: found[keyCorrelation], conversationID: found[keyConversation], accountID: found[keyAccount],
		to: found[keyTo], maxHops: noLimit,
	}
	for _, key := range []string{keyCorrelation, keyConversation, keyAccount} {
		if found[key] != "" {
			if err := checkID(key, found[key]); err != nil {
				return chain{}, err
			}
		}
	}
	if made.to != "" {
		if err := checkTarget(made.to); err != nil {
			return chain{}, err
		}
	}
	var err error
	if found[keyMaxHops] != "" {
		if made.maxHops, err = parseHops(found[keyMaxHops]); err != nil {
			return chain{}, err
		}
	}
	if found[keyPath] != "" {
		made.path, err = parsePath(found[keyPath])
	}
	return made, err
}

func parsePath(text string) ([]string, error) {
	entries := strings.Split(text, ",")
	if len(entries) > mostHops {
		return nil, invalid(keyPath, "%s names %d agents; at most %d", keyPath, len(entries), mostHops)
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
	if err != nil || len(text) > 2 || number > mostHops {
		return 0, invalid(keyMaxHops, "%s must be 0 to %d but is %q", keyMaxHops, mostHops, cut(text, 80))
	}
	return int(number), nil
}

func checkTarget(text string) error {
	agent, instance, found := strings.Cut(text, "/")
	if err := checkAgent(keyTo, agent); err != nil {
		return err
	}
	if found {
		return checkID(keyTo, instance)
	}
	return nil
}
