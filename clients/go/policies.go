package botmesh

import "google.golang.org/protobuf/proto"

// policy is one rule of the mesh, at both ends of a call. An implementation embeds noopPolicy and overrides what it needs.
type policy interface {
	// appliesTo returns the classes of methods that the policy applies to.
	appliesTo() methodClass
	// caller checks a call before it is sent.
	caller(*call) error
	// callee checks a received call before it is served.
	callee(*call) error
	// sending checks the serialized size of a message before it is sent, in bytes.
	sending(*call, int) error
	// received checks the serialized size of a received message, in bytes.
	received(*call, int) error
	// read checks a received message: a response, or an event of a stream.
	read(*call, proto.Message) error
	// finish runs when the call is over; call.err is its error. It does not run for a policy that refused the call.
	finish(*call)
}

// policies lists all policies in the order in which they check a call. finish runs in reverse order.
var policies = []policy{
	tracePolicy{},  // first, so that refusals are traced too
	errorsPolicy{}, // completes the error before the trace records it
	fieldsPolicy{}, // later policies and logs rely on valid fields
	targetPolicy{}, // parses the chain, which all later policies need
	enabledPolicy{},
	deadlinePolicy{},
	sizePolicy{},
	hopsPolicy{},
	loopsPolicy{},
	idempotencyPolicy{}, // before concurrency, because a call that joins work does not count there
	concurrencyPolicy{},
}

// noopPolicy implements policy for work methods and does nothing.
type noopPolicy struct{}

func (noopPolicy) appliesTo() methodClass          { return work }
func (noopPolicy) caller(*call) error              { return nil }
func (noopPolicy) callee(*call) error              { return nil }
func (noopPolicy) sending(*call, int) error        { return nil }
func (noopPolicy) received(*call, int) error       { return nil }
func (noopPolicy) read(*call, proto.Message) error { return nil }
func (noopPolicy) finish(*call)                    {}

// start runs the policies in order and returns how many accepted the call. If one refuses, start finishes the call and
// returns the error.
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

// finish runs the cleanups, then finish of the policies that accepted the call, in reverse order. It returns the error as
// completed by the policies.
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
