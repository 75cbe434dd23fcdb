package botmesh

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Bounds of the fields of all messages. Values within them can be stored, printed as JSON and parsed by every language.
const (
	maxTimestamp  = 7_258_118_400 // seconds: the start of the year 2200
	maxDuration   = 3_155_760_000 // seconds: 100 years
	maxNanos      = 999_999_999
	maxAmount     = 1<<53 - 1 // tokens or micros of cost: the largest integer that a float64 holds exactly
	maxString     = 4096      // characters of an id, a name or a reason
	maxNesting    = 64        // nested protobuf messages in a JSON-like value
	arrayNesting  = 2         // protobuf messages that one array nests
	objectNesting = 3         // protobuf messages that one object nests
)

// longStrings are fields for text, whose length only the message size limits.
var longStrings = map[protoreflect.FullName]bool{
	"botmesh.v1.Part.text": true, "botmesh.v1.Part.url": true, "botmesh.v1.Progress.text": true,
	"botmesh.v1.AgentCard.description": true, "botmesh.v1.Skill.name": true, "botmesh.v1.Skill.description": true,
	"botmesh.v1.Skill.examples": true, "botmesh.v1.FindAgentsRequest.query": true,
}

// amounts are fields that must be 0 to maxAmount.
var amounts = map[protoreflect.FullName]bool{
	"botmesh.v1.Usage.input_tokens": true, "botmesh.v1.Usage.output_tokens": true, "botmesh.v1.Usage.cost_micros": true,
}

// unchecked messages hold spans, whose attributes may be anything.
var unchecked = map[protoreflect.FullName]bool{"botmesh.v1.GetTraceResponse": true, "botmesh.v1.ListTracesResponse": true}

// checkFields checks a received message and returns INVALID_FIELD with the path of the first field out of bounds. The
// parser has already checked that strings are UTF-8.
func checkFields(message proto.Message) error { return check(message, false) }

// checkOutgoing checks a message before it is sent. It also checks that strings are UTF-8.
func checkOutgoing(message proto.Message) error { return check(message, true) }

func check(message proto.Message, outgoing bool) error {
	m := message.ProtoReflect()
	wrong := planOf(m.Descriptor()).check(m, outgoing)
	if wrong == nil {
		return nil
	}
	return invalid(wrong.place, "%s %s", wrong.place, wrong.text)
}

// wrongField is a value out of bounds. Its path is built while the check returns, so that a valid message costs nothing.
type wrongField struct{ place, text string }

func wrongValue(format string, args ...any) *wrongField {
	return &wrongField{text: fmt.Sprintf(format, args...)}
}

// within prefixes the path with the name of the enclosing field or index.
func (w *wrongField) within(name string) *wrongField {
	if w.place != "" && !strings.HasPrefix(w.place, "[") {
		name += "."
	}
	w.place = name + w.place
	return w
}

// check returns the first field of a message that is out of bounds; nil if there is none.
func (p *plan) check(m protoreflect.Message, outgoing bool) *wrongField {
	for index := range p.fields {
		f := &p.fields[index]
		if f.kind == kindText && !outgoing || !f.scalar && !m.Has(f.field) {
			continue
		}
		var wrong *wrongField
		switch value := m.Get(f.field); {
		case f.key != nil:
			wrong = f.checkMap(value.Map(), outgoing)
		case f.isList:
			wrong = f.checkList(value.List(), outgoing)
		default:
			wrong = f.check(value, outgoing)
		}
		if wrong != nil {
			return wrong.within(string(f.field.Name()))
		}
	}
	return nil
}

func (f *plannedField) checkList(list protoreflect.List, outgoing bool) *wrongField {
	for index := range list.Len() {
		if wrong := f.check(list.Get(index), outgoing); wrong != nil {
			return wrong.within(fmt.Sprintf("[%d]", index))
		}
	}
	return nil
}

func (f *plannedField) checkMap(entries protoreflect.Map, outgoing bool) (wrong *wrongField) {
	entries.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		if wrong = f.key.check(key.Value(), outgoing); wrong == nil {
			wrong = f.value.check(value, outgoing)
		}
		return wrong == nil
	})
	return wrong
}

// check checks one value of the field.
func (f *plannedField) check(value protoreflect.Value, outgoing bool) *wrongField {
	switch f.kind {
	case kindText:
		return checkText(value.String(), outgoing)
	case kindString:
		return checkString(value.String(), outgoing)
	case kindEnum:
		if value.Enum() != 0 && f.field.Enum().Values().ByNumber(value.Enum()) == nil {
			return wrongValue("must be a value of %s and %d is none", f.field.Enum().Name(), value.Enum())
		}
	case kindFloat:
		if !isFinite(value.Float()) {
			return wrongValue("must be a finite number")
		}
	case kindUnsigned:
		if value.Uint() > math.MaxInt64 {
			return wrongValue("must be at most %d", math.MaxInt64)
		}
	case kindAmount:
		if amount := value.Int(); amount < 0 || amount > maxAmount {
			return wrongValue("must be 0 to %d", int64(maxAmount))
		}
	case kindTimestamp, kindDuration, kindJSON:
		return checkWellKnown(value.Message().Interface(), outgoing)
	case kindMessage:
		return f.inner.check(value.Message(), outgoing)
	}
	return nil
}

func checkText(text string, outgoing bool) *wrongField {
	if outgoing && !utf8.ValidString(text) {
		return wrongValue("is no UTF-8")
	}
	return nil
}

func checkString(text string, outgoing bool) *wrongField {
	if len(text) > maxString {
		if length := utf8.RuneCountInString(text); length > maxString {
			return wrongValue("has %d characters and may have %d", length, maxString)
		}
	}
	return checkText(text, outgoing)
}

func checkWellKnown(message proto.Message, outgoing bool) *wrongField {
	switch value := message.(type) {
	case *timestamppb.Timestamp:
		if value.GetSeconds() < 0 || value.GetSeconds() >= maxTimestamp || value.GetNanos() < 0 || value.GetNanos() > maxNanos {
			return wrongValue("must be within the years 1970 to 2200, with nanos of 0 to 999,999,999")
		}
	case *durationpb.Duration:
		if value.GetSeconds() < 0 || value.GetSeconds() > maxDuration || value.GetNanos() < 0 || value.GetNanos() > maxNanos {
			return wrongValue("must be 0 s to 100 years, with nanos of 0 to 999,999,999")
		}
	case *structpb.Value:
		return (&jsonChecker{outgoing: outgoing}).check(value)
	case *structpb.Struct:
		return (&jsonChecker{outgoing: outgoing}).check(structpb.NewStructValue(value))
	case *structpb.ListValue:
		return (&jsonChecker{outgoing: outgoing}).check(structpb.NewListValue(value))
	}
	return nil
}

func isFinite(number float64) bool { return !math.IsNaN(number) && !math.IsInf(number, 0) }

// jsonChecker checks a JSON-like value. It uses its own stack instead of recursion, because the sender chooses the depth.
type jsonChecker struct {
	outgoing bool
	pending  []pendingJSON
}

// pendingJSON is an array or object whose elements are still to be checked.
type pendingJSON struct {
	value *structpb.Value
	depth int
}

func (j *jsonChecker) check(top *structpb.Value) *wrongField {
	if wrong := j.checkValue(top, 0); wrong != nil {
		return wrong
	}
	for last := len(j.pending) - 1; last >= 0; last = len(j.pending) - 1 {
		next := j.pending[last]
		j.pending = j.pending[:last]
		for _, child := range next.value.GetListValue().GetValues() {
			if wrong := j.checkValue(child, next.depth); wrong != nil {
				return wrong
			}
		}
		for key, child := range next.value.GetStructValue().GetFields() {
			wrong := checkText(key, j.outgoing)
			if wrong == nil {
				wrong = j.checkValue(child, next.depth)
			}
			if wrong != nil {
				return wrong
			}
		}
	}
	return nil
}

// checkValue checks a value but not its elements, and queues an array or object.
func (j *jsonChecker) checkValue(value *structpb.Value, depth int) *wrongField {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_NumberValue:
		if !isFinite(kind.NumberValue) {
			return wrongValue("has a number that JSON cannot hold: NaN or an infinity")
		}
		return nil
	case *structpb.Value_StringValue:
		return checkText(kind.StringValue, j.outgoing)
	case *structpb.Value_ListValue:
		depth += arrayNesting
	case *structpb.Value_StructValue:
		depth += objectNesting
	default:
		return nil
	}
	if depth > maxNesting {
		return wrongValue("is nested too deep: 32 arrays in each other are the most, or 21 objects")
	}
	j.pending = append(j.pending, pendingJSON{value, depth})
	return nil
}
