package botmesh

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

func TestTheEnvironmentIsRead(t *testing.T) {
	for name, value := range map[string]string{
		"BOTMESH_REGISTRY": "127.0.0.1:1234", "BOTMESH_ACCOUNT": "acme", "BOTMESH_DRAIN_TIMEOUT": "5m",
		"BOTMESH_CONNECT_TIMEOUT": "500ms", "BOTMESH_MAX_HOPS": "2", "BOTMESH_MAX_MESSAGE_BYTES": "64KiB",
		"BOTMESH_ENABLED": "off", "BOTMESH_MAX_REPLY_BYTES": "4MiB",
	} {
		t.Setenv(name, value)
	}
	s, err := LoadSettings()
	if err != nil {
		t.Fatal(err)
	}
	if s.Registry != "127.0.0.1:1234" || s.Account != "acme" || s.DrainTimeout != 5*time.Minute ||
		s.ConnectTimeout != 500*time.Millisecond || *s.Narrow.MaxHops != 2 || *s.Narrow.MaxMessageBytes != 65536 ||
		*s.Narrow.MaxReplyBytes != 4<<20 ||
		*s.Narrow.Enabled {
		t.Fatalf("%+v", s)
	}
}

func TestMalformedSettingsNameTheirVariable(t *testing.T) {
	for name, value := range map[string]string{
		"BOTMESH_REGISTRY": "nowhere", "BOTMESH_BIND": "127.0.0.1:99999", "BOTMESH_ACCOUNT": "a b",
		"BOTMESH_EJECTION_TIME": "soon", "BOTMESH_MAX_HOPS": "-1", "BOTMESH_IDEMPOTENCY_BYTES": "1 TB",
		"BOTMESH_ALLOW_REVISITS": "maybe",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			_, err := LoadSettings()
			var e *Error
			if !errors.As(err, &e) || e.Metadata["field"] != name {
				t.Fatal(err)
			}
		})
	}
}

func TestLimitsOnlyNarrow(t *testing.T) {
	more, fewer, off := 9, 2, false
	got := DefaultLimits().narrow(Narrow{MaxHops: &more, MaxDelegations: &fewer, Enabled: &off, MaxReplyBytes: &fewer})
	if DefaultLimits().MaxReplyBytes != 8<<20 || got.MaxReplyBytes != 2 || got.MaxHops != 5 || got.MaxDelegations != 2 || got.Enabled {
		t.Fatalf("%+v", got)
	}
}

func TestAChildHasLessTimeThanItsParent(t *testing.T) {
	for _, one := range []struct{ remaining, asked, want time.Duration }{
		{time.Second, time.Minute, 950 * time.Millisecond},
		{time.Minute, time.Hour, time.Minute - 250*time.Millisecond},
		{time.Minute, time.Second, time.Second},
	} {
		if got := childTimeout(one.remaining, one.asked); got != one.want {
			t.Errorf("%v of %v: %v", one.asked, one.remaining, got)
		}
	}
}

func TestTheMeshsBoundOfAReplyIsTakenAndAnAgentsIsTold(t *testing.T) {
	if got := limitsFrom(&pb.Limits{MaxReplyBytes: proto.Uint64(5)}); got.MaxReplyBytes != 5 {
		t.Fatalf("%+v", got)
	}
	five := 5
	if got := (Narrow{MaxReplyBytes: &five}).toProto(); got.GetMaxReplyBytes() != 5 {
		t.Fatal(got)
	}
}
