package botmesh

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// rawHTTP2 is a connection on which a test writes HTTP/2 frames itself.
type rawHTTP2 struct {
	t      *testing.T
	conn   net.Conn
	framer *http2.Framer
}

func openHTTP2(t *testing.T, address string) *rawHTTP2 {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(15 * time.Second))
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	made := &rawHTTP2{t, conn, http2.NewFramer(conn, conn)}
	made.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := made.framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return made
}

// begin opens a stream with additional headers, and sends the request unless it is nil.
func (h *rawHTTP2) begin(stream uint32, method string, request []byte, more ...string) {
	h.t.Helper()
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	headers := append([]string{
		":method", "POST", ":scheme", "http", ":path", agentServicePath + method, ":authority", "test",
		"content-type", "application/grpc", "te", "trailers",
	}, more...)
	for at := 0; at < len(headers); at += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: headers[at], Value: headers[at+1]})
	}
	if err := h.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: block.Bytes(), EndHeaders: true,
	}); err != nil {
		h.t.Fatal(err)
	}
	if request != nil {
		framed := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(request)))
		if err := h.framer.WriteData(stream, true, append(framed, request...)); err != nil {
			h.t.Fatal(err)
		}
	}
}

// ended reads frames until a stream ends, and returns its trailers.
func (h *rawHTTP2) ended() map[string]string {
	h.t.Helper()
	for {
		frame, err := h.framer.ReadFrame()
		if err != nil {
			h.t.Fatal(err)
		}
		if headers, ok := frame.(*http2.MetaHeadersFrame); ok && headers.StreamEnded() {
			found := map[string]string{}
			for _, field := range headers.Fields {
				found[field.Name] = field.Value
			}
			return found
		}
	}
}

func TestMetadataThatIsNotPrintableIsRefusedAndNeverTakenAsAbsent(t *testing.T) {
	address, _ := serveAt(t, anything(), defaultBounds)
	raw := openHTTP2(t, address)
	request := bytesOf(t, &pb.DelegateRequest{Message: &pb.Message{}})
	stream := uint32(1)
	for _, key := range append([]string{"botmesh-of-tomorrow"}, chainKeys...) {
		for _, value := range []string{"\xff", "é", "a\x80"} {
			raw.begin(stream, "Delegate", request, key, value)
			stream += 2
			got := raw.ended()
			if got["grpc-status"] != "3" || !strings.Contains(got["grpc-message"], key) {
				t.Errorf("%s %q: %v", key, value, got)
			}
		}
	}
	raw.begin(stream, "Delegate", request, "not-ours", "\xff")
	if got := raw.ended(); got["grpc-status"] != "0" {
		t.Errorf("not ours: %v", got)
	}
}

func TestACallThatNeverSendsItsRequestEndsInTime(t *testing.T) {
	bounds := defaultBounds
	bounds.request = 300 * time.Millisecond
	address, _ := serveAt(t, anything(), bounds)
	raw := openHTTP2(t, address)
	for index, method := range []string{"Delegate", "DelegateStream", "Cancel"} {
		raw.begin(uint32(2*index+1), method, nil)
		if got := raw.ended(); got["grpc-status"] != "4" {
			t.Errorf("%s: %v", method, got)
		}
	}
	raw.begin(7, "Delegate", nil, "grpc-timeout", "1H")
	if got := raw.ended(); got["grpc-status"] != "4" {
		t.Errorf("a deadline far away: %v", got)
	}
}

func TestACallWhoseRequestHasComeMayTakeLongerThanThat(t *testing.T) {
	bounds := defaultBounds
	bounds.request = 100 * time.Millisecond
	address, _ := serveAt(t, &Agent{Name: "slow", OnDelegate: func(context.Context, *Task) (*Reply, error) {
		time.Sleep(400 * time.Millisecond)
		return Say("done"), nil
	}}, bounds)
	raw := openHTTP2(t, address)
	for index, method := range []string{"Delegate", "DelegateStream"} {
		raw.begin(uint32(2*index+1), method, bytesOf(t, &pb.DelegateRequest{Message: &pb.Message{}}))
		if got := raw.ended(); got["grpc-status"] != "0" {
			t.Errorf("%s: %v", method, got)
		}
	}
}

func TestAConnectionThatNeverSpeaksOrRestsIsClosed(t *testing.T) {
	bounds := defaultBounds
	bounds.handshake, bounds.idle = 200*time.Millisecond, 300*time.Millisecond
	address, _ := serveAt(t, anything(), bounds)
	silent, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	_ = silent.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.Copy(io.Discard, silent); err != nil {
		t.Errorf("a silent connection stays: %v", err)
	}
	idle := openHTTP2(t, address)
	for {
		frame, err := idle.framer.ReadFrame()
		if err != nil {
			t.Fatal("an idle connection is not told to leave: ", err)
		}
		if _, ok := frame.(*http2.GoAwayFrame); ok {
			return
		}
	}
}

func TestAConnectionHasABoundOfCalls(t *testing.T) {
	if defaultBounds.calls != 1000 || defaultBounds.handshake != 10*time.Second || defaultBounds.idle != 5*time.Minute ||
		defaultBounds.request != 30*time.Second {
		t.Fatalf("%+v", defaultBounds)
	}
	bounds := defaultBounds
	bounds.calls = 3
	address, _ := serveAt(t, anything(), bounds)
	raw := openHTTP2(t, address)
	for {
		frame, err := raw.framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if settings, ok := frame.(*http2.SettingsFrame); ok && !settings.IsAck() {
			if most, ok := settings.Value(http2.SettingMaxConcurrentStreams); !ok || most != 3 {
				t.Fatal(most, ok)
			}
			return
		}
	}
}
