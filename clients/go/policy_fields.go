package botmesh

import (
	"strings"

	"google.golang.org/protobuf/proto"
)

// fieldsPolicy refuses messages whose fields are outside the bounds of fields.go, at both ends.
type fieldsPolicy struct{ noopPolicy }

func (fieldsPolicy) appliesTo() methodClass { return always }

// caller: what would be refused there never leaves.
func (fieldsPolicy) caller(c *call) error {
	if c.request == nil {
		return nil
	}
	return checkOutgoing(c.request)
}

// callee looks before any policy that relies on what it reads.
func (fieldsPolicy) callee(c *call) error {
	if c.unreadable != nil {
		return c.unreadable
	}
	if c.request == nil {
		return nil
	}
	return checkFields(c.request)
}

// read looks at what an agent answers: agents are anybody's, services of the mesh are ours.
func (fieldsPolicy) read(c *call, message proto.Message) error {
	if !strings.HasPrefix(c.method, agentServicePath) {
		return nil
	}
	if err := checkFields(message); err != nil {
		return unusableAnswer(c.target, err)
	}
	return nil
}

// unusableAnswer says of an error that `who` has answered, and the answer is of no use: the work may have been done.
func unusableAnswer(who string, err error) *Error {
	e := *asError(err)
	e.Text, e.Started = shortened(who+" answered what cannot be used: "+e.Text), true
	return &e
}
