package botmesh

import "google.golang.org/protobuf/proto"

// policy is one rule of the mesh, both ends of it. It embeds none and replaces what it needs.
type policy interface {
	// appliesTo says which methods have it.
	appliesTo() methodClass
	// caller looks at a call before it leaves.
	caller(*call) error
	// callee looks at an arrived call before it is served.
	callee(*call) error
	// sending looks at a message's serialized bytes before it is sent.
	sending(*call, int) error
	// received looks at a message's serialized bytes before it is read.
	received(*call, int) error
	// read looks at a message as it was received: a response, an event of a stream.
	read(*call, proto.Message) error
	// finish is told when the call is over; call.err tells how. Not where the policy itself refused.
	finish(*call)
}

// policies are all of them, in the order in which they look at a call.
var policies = []policy{
	tracePolicy{},  // sees everything, refusals included
	errorsPolicy{}, // completes what the trace will show
	fieldsPolicy{}, // later policies and logs rely on valid fields
	targetPolicy{}, // reads the chain; all that follow need it
	enabledPolicy{},
	deadlinePolicy{},
	sizePolicy{},
	hopsPolicy{},
	loopsPolicy{},
	idempotencyPolicy{}, // a repeat joins here ...
	concurrencyPolicy{}, // ... so that it does not count here
}

// noopPolicy is a policy that does nothing, for work calls.
type noopPolicy struct{}

func (noopPolicy) appliesTo() methodClass          { return work }
func (noopPolicy) caller(*call) error              { return nil }
func (noopPolicy) callee(*call) error              { return nil }
func (noopPolicy) sending(*call, int) error        { return nil }
func (noopPolicy) received(*call, int) error       { return nil }
func (noopPolicy) read(*call, proto.Message) error { return nil }
func (noopPolicy) finish(*call)                    {}

// start lets each policy look at the call. Where one refuses, the call is finished and the typed error returned.
func (c *call) start() (passed int, err error) {
	for _, p := range policies {
		if p.appliesTo()&c.class != 0 {
			look := p.callee
			if c.atCaller {
				look = p.caller
			}
			if err := look(c); err != nil {
				return passed, c.finish(passed, err)
			}
		}
		passed++
	}
	return passed, nil
}

func (c *call) sending(size int) error {
	for _, p := range policies {
		if p.appliesTo()&c.class != 0 {
			if err := p.sending(c, size); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *call) received(size int) error {
	for _, p := range policies {
		if p.appliesTo()&c.class != 0 {
			if err := p.received(c, size); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *call) read(message proto.Message) error {
	for _, p := range policies {
		if p.appliesTo()&c.class != 0 {
			if err := p.read(c, message); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish tells the policies that passed the call that it is over, innermost first; the error as it leaves this end.
func (c *call) finish(passed int, err error) error {
	c.err = asError(err)
	for _, cleanup := range c.cleanups {
		cleanup()
	}
	for index := passed - 1; index >= 0; index-- {
		if policies[index].appliesTo()&c.class != 0 {
			policies[index].finish(c)
		}
	}
	if c.err == nil {
		return nil
	}
	return c.err
}
