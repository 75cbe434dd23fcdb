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

// keyOf returns the idempotency key of a call. A call without a message id gets a unique key, so that no call joins it.
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

// fingerprint hashes what a repeat must have in common with the first call: all of the message but its timestamp, type,
// correlation id and account.
func fingerprint(c *call) [sha256.Size]byte {
	core := proto.CloneOf(c.message)
	core.Timestamp, core.CorrelationId, core.AccountId = nil, "", ""
	core.MessageType = pb.MessageType_MESSAGE_TYPE_UNSPECIFIED
	kind := "task"
	if strings.HasSuffix(c.method, "/Transfer") {
		kind = "transfer"
	} else if strings.HasSuffix(c.method, "/Notify") && isBroadcast(c.message) {
		kind = "told" // a broadcast has no reply, so a task with the same id must not join it
	}
	data, _ := proto.MarshalOptions{Deterministic: true}.MarshalAppend([]byte(kind), core)
	return sha256.Sum256(data)
}
