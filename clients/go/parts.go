package botmesh

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Part is a piece of a message's payload. It has the fields of a Part of A2A v1.0.
type Part = pb.Part

// Text returns a text part.
func Text(text string) *Part { return &pb.Part{Content: &pb.Part_Text{Text: text}} }

// Data returns a part with structured data. It fails with INVALID_FIELD if JSON cannot represent the value.
func Data(value any) (*Part, error) {
	data, err := structpb.NewValue(value)
	if err != nil {
		return nil, invalid("data", "JSON cannot hold this: %v", err)
	}
	return &pb.Part{Content: &pb.Part_Data{Data: data}}, nil
}

// TextOf returns the text parts joined by newlines.
func TextOf(parts []*Part) string {
	var lines []string
	for _, part := range parts {
		if text, ok := part.GetContent().(*pb.Part_Text); ok {
			lines = append(lines, text.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func toStruct(values map[string]any) (*structpb.Struct, error) {
	if len(values) == 0 {
		return nil, nil
	}
	s, err := structpb.NewStruct(values)
	if err != nil {
		return nil, invalid("context", "JSON cannot hold this: %v", err)
	}
	return s, nil
}
