package botmesh

import (
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// fieldKind selects the check of a field's values.
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

// plan lists the fields of one message type that need a check. It is computed once per type.
type plan struct{ fields []plannedField }

type plannedField struct {
	field  protoreflect.FieldDescriptor
	kind   fieldKind
	isList bool
	scalar bool  // whether the value is read without first asking Has: the zero value passes
	inner  *plan // if kind is kindMessage
	// key and value are set for a map only; kind is not used then.
	key, value *plannedField
}

var (
	plans    sync.Map // *plan by protoreflect.MessageDescriptor
	planning sync.Mutex
)

func planOf(kind protoreflect.MessageDescriptor) *plan {
	if cached, ok := plans.Load(kind); ok {
		return cached.(*plan)
	}
	planning.Lock()
	defer planning.Unlock()
	inProgress := map[protoreflect.MessageDescriptor]*plan{}
	top := makePlan(kind, inProgress)
	for descriptor, p := range inProgress {
		plans.Store(descriptor, p)
	}
	return top
}

// makePlan makes the plan of a message type and of the types in it. inProgress holds the plans made so far, because a
// message type may contain itself.
func makePlan(kind protoreflect.MessageDescriptor, inProgress map[protoreflect.MessageDescriptor]*plan) *plan {
	if existing := inProgress[kind]; existing != nil {
		return existing
	}
	p := &plan{}
	inProgress[kind] = p
	if unchecked[kind.FullName()] || kind.ParentFile().Package() != "botmesh.v1" {
		return p // messages of other packages: checkWellKnown checks the few that the contract uses
	}
	for index := range kind.Fields().Len() {
		field := kind.Fields().Get(index)
		planned := plannedField{field: field}
		if field.IsMap() {
			planned.key, planned.value = plannedOf(field.MapKey(), inProgress), plannedOf(field.MapValue(), inProgress)
			if planned.key.kind == kindNothing && planned.value.kind == kindNothing {
				continue
			}
		} else if planned = *plannedOf(field, inProgress); planned.kind == kindNothing {
			continue
		}
		p.fields = append(p.fields, planned)
	}
	return p
}

func plannedOf(field protoreflect.FieldDescriptor, inProgress map[protoreflect.MessageDescriptor]*plan) *plannedField {
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
		_, underWay := inProgress[field.Message()]
		if planned.inner = makePlan(field.Message(), inProgress); len(planned.inner.fields) == 0 && !underWay {
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
