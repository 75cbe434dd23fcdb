package botmesh

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"sync/atomic"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

var anonymous atomic.Uint64

// keyOf is the idempotency key of a call. One without a message id gets a key that nothing can repeat.
func keyOf(c *call) workKey {
	from, id := c.message.GetFromAgent(), c.message.GetMessageId()
	if from == "" && len(c.chain.path) > 0 {
		_, from = splitName(c.chain.path[len(c.chain.path)-1])
	}
	if id == "" {
		id = "\x00" + strconv.FormatUint(anonymous.Add(1), 10)
	}
	account := c.chain.accountID
	if account == "" {
		account = c.endpoint.account
	}
	return workKey{account, from, id}
}

// fingerprint is what a repeat must have in common with the first: everything but when and in which chain it was sent.
func fingerprint(c *call) [sha256.Size]byte {
	core := proto.CloneOf(c.message)
	core.Timestamp, core.CorrelationId, core.AccountId = nil, "", ""
	core.MessageType = pb.MessageType_MESSAGE_TYPE_UNSPECIFIED
	kind := "task"
	if strings.HasSuffix(c.method, "/Transfer") {
		kind = "transfer"
	} else if strings.HasSuffix(c.method, "/Notify") && isBroadcast(c.message) {
		kind = "told" // nobody answers it: a task of the same id has a reply, and is another thing
	}
	data, _ := proto.MarshalOptions{Deterministic: true}.MarshalAppend([]byte(kind), core)
	return sha256.Sum256(data)
}
