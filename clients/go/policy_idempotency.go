package botmesh

// idempotencyPolicy finds or creates the work of a call. A call with a known message id joins the running work or gets the
// same reply. agent_service.go runs the work. A refused call leaves no work behind.
type idempotencyPolicy struct{ noopPolicy }

// caller gives every message an id, so that the callee recognizes a retry.
func (idempotencyPolicy) caller(c *call) error {
	if c.message != nil && c.message.MessageId == "" {
		c.message.MessageId = newID()
	}
	return nil
}

func (idempotencyPolicy) callee(c *call) (err error) {
	if c.message != nil {
		c.work, c.joined, err = c.endpoint.works.claim(c)
	}
	return err
}

// finish removes the work if a later policy refused the call.
func (idempotencyPolicy) finish(c *call) {
	if c.work != nil {
		c.endpoint.works.discardUnstarted(c.work)
	}
}
