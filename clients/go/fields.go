package botmesh

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// What the fields of any message of the contract may hold. What passes can be stored, listed, printed as JSON and read
// again by every language.
const (
	maxTimestamp  = 7_258_118_400 // seconds: the years 1970 to 2200
	maxDuration   = 3_155_760_000 // seconds: a hundred years
	maxNanos      = 999_999_999
	maxAmount     = 1<<53 - 1 // of tokens and costs: exact in every language
	maxString     = 4096      // characters of a string that is no text: an id, a name, a reason
	maxNesting    = 64        // protobuf messages in each other that a JSON-like value may take
	arrayNesting  = 2         // of which an array takes so many ...
	objectNesting = 3         // ... and an object so many
)

// longStrings may be longer, as far as the size of the message allows.
var longStrings = map[protoreflect.FullName]bool{
	"botmesh.v1.Part.text": true, "botmesh.v1.Part.url": true, "botmesh.v1.Progress.text": true,
	"botmesh.v1.AgentCard.description": true, "botmesh.v1.Skill.name": true, "botmesh.v1.Skill.description": true,
	"botmesh.v1.Skill.examples": true, "botmesh.v1.FindAgentsRequest.query": true,
}

// amounts are never negative, and exact in every language.
var amounts = map[protoreflect.FullName]bool{
	"botmesh.v1.Usage.input_tokens": true, "botmesh.v1.Usage.output_tokens": true, "botmesh.v1.Usage.cost_micros": true,
}

// unchecked messages tell of spans, which may hold anything.
var unchecked = map[protoreflect.FullName]bool{"botmesh.v1.GetTraceResponse": true, "botmesh.v1.ListTracesResponse": true}

// checkFields refuses a message that holds what nobody could store, print or read again: INVALID_FIELD, with the field's
// path. Such a message was received: its strings are known to be UTF-8.
func checkFields(message proto.Message) error { return check(message, false) }

// checkOutgoing is the same for a message that is about to leave, whose strings anybody may have made.
func checkOutgoing(message proto.Message) error { return check(message, true) }

func check(message proto.Message, outgoing bool) error {
	m := message.ProtoReflect()
	wrong := planOf(m.Descriptor()).look(m, outgoing)
	if wrong == nil {
		return nil
	}
	return invalid(wrong.place, "%s %s", wrong.place, wrong.text)
}

// wrongField is a value that is not allowed. Where it stands is told on the way out: a good message pays nothing for it.
type wrongField struct{ place, text string }

func wrongly(format string, args ...any) *wrongField {
	return &wrongField{text: fmt.Sprintf(format, args...)}
}

// in is the same, seen from what has the value as `name`.
func (w *wrongField) in(name string) *wrongField {
	if w.place != "" && !strings.HasPrefix(w.place, "[") {
		name += "."
	}
	w.place = name + w.place
	return w
}

// fieldKind is what a field's values are looked at for.
type fieldKind int

const (
	kindNothing fieldKind = iota
	kindText
	kindString
	kindEnum
	kindFloat
	kindUnsigned
	kindAmount
	kindTimestamp
	kindDuration
	kindJSON
	kindMessage
)

// plan says which fields of one kind of message need looking at. It is made once.
type plan struct{ fields []plannedField }

type plannedField struct {
	field  protoreflect.FieldDescriptor
	kind   fieldKind
	isList bool
	scalar bool  // whether its zero value is allowed and costs nothing to look at
	inner  *plan // of kindMessage
	// key and value of a map; kind is not used then.
	key, value *plannedField
}

var (
	plans    sync.Map // *plan by protoreflect.MessageDescriptor
	planning sync.Mutex
)

func planOf(kind protoreflect.MessageDescriptor) *plan {
	if found, ok := plans.Load(kind); ok {
		return found.(*plan)
	}
	planning.Lock()
	defer planning.Unlock()
	made := map[protoreflect.MessageDescriptor]*plan{}
	top := makePlan(kind, made)
	for descriptor, one := range made {
		plans.Store(descriptor, one)
	}
	return top
}

// makePlan makes the plans of a kind of message and of those below it. `made` holds those under way: a message may hold
// its own kind.
func makePlan(kind protoreflect.MessageDescriptor, made map[protoreflect.MessageDescriptor]*plan) *plan {
	if found := made[kind]; found != nil {
		return found
	}
	p := &plan{}
	made[kind] = p
	if unchecked[kind.FullName()] || kind.ParentFile().Package() != "botmesh.v1" {
		return p // other messages are checked by whoever takes them in
	}
	for index := range kind.Fields().Len() {
		field := kind.Fields().Get(index)
		planned := plannedField{field: field}
		if field.IsMap() {
			planned.key, planned.value = plannedOf(field.MapKey(), made), plannedOf(field.MapValue(), made)
			if planned.key.kind == kindNothing && planned.value.kind == kindNothing {
				continue
			}
		} else if planned = *plannedOf(field, made); planned.kind == kindNothing {
			continue
		}
		p.fields = append(p.fields, planned)
	}
	return p
}

func plannedOf(field protoreflect.FieldDescriptor, made map[protoreflect.MessageDescriptor]*plan) *plannedField {
	planned := &plannedField{field: field}
	switch field.Kind() {
	case protoreflect.StringKind:
		planned.kind = kindString
		if longStrings[field.FullName()] {
			planned.kind = kindText
		}
	case protoreflect.EnumKind:
		planned.kind = kindEnum
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		planned.kind = kindFloat
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		planned.kind = kindUnsigned
	case protoreflect.Int64Kind:
		if amounts[field.FullName()] {
			planned.kind = kindAmount
		}
	case protoreflect.MessageKind:
		planned.kind = kindOf(field.Message())
		if planned.kind != kindMessage {
			break
		}
		_, underWay := made[field.Message()]
		if planned.inner = makePlan(field.Message(), made); len(planned.inner.fields) == 0 && !underWay {
			planned.kind = kindNothing
		}
	}
	planned.isList = field.IsList()
	planned.scalar = planned.kind < kindTimestamp && !planned.isList
	return planned
}

func kindOf(message protoreflect.MessageDescriptor) fieldKind {
	switch message.FullName() {
	case "google.protobuf.Timestamp":
		return kindTimestamp
	case "google.protobuf.Duration":
		return kindDuration
	case "google.protobuf.Value", "google.protobuf.Struct", "google.protobuf.ListValue":
		return kindJSON
	}
	return kindMessage
}

// look gives the first field of a message that is not allowed; nil: there is none.
func (p *plan) look(m protoreflect.Message, outgoing bool) *wrongField {
	for index := range p.fields {
		f := &p.fields[index]
		if f.kind == kindText && !outgoing || !f.scalar && !m.Has(f.field) {
			continue
		}
		var wrong *wrongField
		switch value := m.Get(f.field); {
		case f.key != nil:
			wrong = f.lookMap(value.Map(), outgoing)
		case f.isList:
			wrong = f.lookList(value.List(), outgoing)
		default:
			wrong = f.look(value, outgoing)
		}
		if wrong != nil {
			return wrong.in(string(f.field.Name()))
		}
	}
	return nil
}

func (f *plannedField) lookList(list protoreflect.List, outgoing bool) *wrongField {
	for index := range list.Len() {
		if wrong := f.look(list.Get(index), outgoing); wrong != nil {
			return wrong.in(fmt.Sprintf("[%d]", index))
		}
	}
	return nil
}

func (f *plannedField) lookMap(entries protoreflect.Map, outgoing bool) (wrong *wrongField) {
	entries.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		if wrong = f.key.look(key.Value(), outgoing); wrong == nil {
			wrong = f.value.look(value, outgoing)
		}
		return wrong == nil
	})
	return wrong
}

// look is about one value of the field.
func (f *plannedField) look(value protoreflect.Value, outgoing bool) *wrongField {
	switch f.kind {
	case kindText:
		return lookText(value.String(), outgoing)
	case kindString:
		return lookString(value.String(), outgoing)
	case kindEnum:
		if value.Enum() != 0 && f.field.Enum().Values().ByNumber(value.Enum()) == nil {
			return wrongly("must be a value of %s and %d is none", f.field.Enum().Name(), value.Enum())
		}
	case kindFloat:
		if !isFinite(value.Float()) {
			return wrongly("must be a finite number")
		}
	case kindUnsigned:
		if value.Uint() > math.MaxInt64 {
			return wrongly("must be at most %d", math.MaxInt64)
		}
	case kindAmount:
		if amount := value.Int(); amount < 0 || amount > maxAmount {
			return wrongly("must be 0 to %d", int64(maxAmount))
		}
	case kindTimestamp, kindDuration, kindJSON:
		return lookWellKnown(value.Message().Interface(), outgoing)
	case kindMessage:
		return f.inner.look(value.Message(), outgoing)
	}
	return nil
}

func lookText(text string, outgoing bool) *wrongField {
	if outgoing && !utf8.ValidString(text) {
		return wrongly("is no UTF-8")
	}
	return nil
}

func lookString(text string, outgoing bool) *wrongField {
	if len(text) > maxString {
		if length := utf8.RuneCountInString(text); length > maxString {
			return wrongly("has %d characters and may have %d", length, maxString)
		}
	}
	return lookText(text, outgoing)
}

func lookWellKnown(message proto.Message, outgoing bool) *wrongField {
	switch value := message.(type) {
	case *timestamppb.Timestamp:
		if value.GetSeconds() < 0 || value.GetSeconds() >= maxTimestamp || value.GetNanos() < 0 || value.GetNanos() > maxNanos {
			return wrongly("must be within the years 1970 to 2200, with nanos of 0 to 999,999,999")
		}
	case *durationpb.Duration:
		if value.GetSeconds() < 0 || value.GetSeconds() > maxDuration || value.GetNanos() < 0 || value.GetNanos() > maxNanos {
			return wrongly("must be 0 s to 100 years, with nanos of 0 to 999,999,999")
		}
	case *structpb.Value:
		return (&jsonLook{outgoing: outgoing}).all(value)
	case *structpb.Struct:
		return (&jsonLook{outgoing: outgoing}).all(structpb.NewStructValue(value))
	case *structpb.ListValue:
		return (&jsonLook{outgoing: outgoing}).all(structpb.NewListValue(value))
	}
	return nil
}

func isFinite(number float64) bool { return !math.IsNaN(number) && !math.IsInf(number, 0) }

// jsonLook goes through a JSON-like value. It never recurses: how deep that goes is somebody else's choice.
type jsonLook struct {
	outgoing bool
	waiting  []nested
}

// nested is an array or an object that is still to be looked at.
type nested struct {
	value *structpb.Value
	depth int
}

func (j *jsonLook) all(top *structpb.Value) *wrongField {
	if wrong := j.one(top, 0); wrong != nil {
		return wrong
	}
	for last := len(j.waiting) - 1; last >= 0; last = len(j.waiting) - 1 {
		next := j.waiting[last]
		j.waiting = j.waiting[:last]
		for _, child := range next.value.GetListValue().GetValues() {
			if wrong := j.one(child, next.depth); wrong != nil {
				return wrong
			}
		}
		for key, child := range next.value.GetStructValue().GetFields() {
			wrong := lookText(key, j.outgoing)
			if wrong == nil {
				wrong = j.one(child, next.depth)
			}
			if wrong != nil {
				return wrong
			}
		}
	}
	return nil
}

// one looks at a value by itself; what is in it waits.
func (j *jsonLook) one(value *structpb.Value, depth int) *wrongField {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_NumberValue:
		if !isFinite(kind.NumberValue) {
			return wrongly("has a number that JSON cannot hold: NaN or an infinity")
		}
		return nil
	case *structpb.Value_StringValue:
		return lookText(kind.StringValue, j.outgoing)
	case *structpb.Value_ListValue:
		depth += arrayNesting
	case *structpb.Value_StructValue:
		depth += objectNesting
	default:
		return nil
	}
	if depth > maxNesting {
		return wrongly("is nested too deep: 32 arrays in each other are the most, or 21 objects")
	}
	j.waiting = append(j.waiting, nested{value, depth})
	return nil
}
