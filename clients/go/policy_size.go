package botmesh

// sizePolicy: nothing over the limit is sent, and nothing over the limit is read. Serialized bytes of each message;
// the transport takes more, so that the refusal can be typed.
type sizePolicy struct{ none }

func (sizePolicy) appliesTo() methodClass { return work | control }

func (p sizePolicy) caller(c *call) error { return p.sending(c, c.requestSize) }
func (p sizePolicy) callee(c *call) error { return p.received(c, c.requestSize) }

func (sizePolicy) sending(c *call, size int) error  { return checkSize(c, size, c.atCaller) }
func (sizePolicy) received(c *call, size int) error { return checkSize(c, size, !c.atCaller) }

func checkSize(c *call, size int, request bool) error {
	limit := c.limits.MaxMessageBytes
	if size <= limit {
		return nil
	}
	direction := "response"
	if request {
		direction = "request"
	}
	e := refusal(ReasonMessageTooLarge, map[string]any{"size": size, "limit": limit, "direction": direction},
		"the %s is %d bytes and the limit %d: send less, a URL, or a stream of parts", direction, size, limit)
	e.Started = !request
	return e
}
