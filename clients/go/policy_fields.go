package botmesh

import (
	"strings"

	"google.golang.org/protobuf/proto"
)

// fieldsPolicy refuses messages whose fields are out of the bounds of fields.go, at both ends.
type fieldsPolicy struct{ noopPolicy }

func (fieldsPolicy) appliesTo() methodClass { return always }

// caller refuses a request that the callee would refuse.
func (fieldsPolicy) caller(c *call) error {
	if c.request == nil {
		return nil
	}
	return checkOutgoing(c.request)
}

// callee refuses a request that cannot be parsed or has a field out of bounds.
func (fieldsPolicy) callee(c *call) error {
	if c.unreadable != nil {
		return c.unreadable
	}
	if c.request == nil {
		return nil
	}
	return checkFields(c.request)
}

// read checks the responses of agents. Responses of the mesh's services are trusted.
func (fieldsPolicy) read(c *call, message proto.Message) error {
	if !strings.HasPrefix(c.method, agentServicePath) {
		return nil
	}
	if err := checkFields(message); err != nil {
		return unusableAnswer(c.target, err)
	}
	return nil
}

// unusableAnswer returns the error for a response of agent who that is invalid. The work may have been done.
func unusableAnswer(who string, err error) *Error {
	e := *asError(err)
	e.Text, e.Started = shortened(who+" answered what cannot be used: "+e.Text), true
	return &e
}
