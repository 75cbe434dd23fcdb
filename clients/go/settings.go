package botmesh

import (
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Settings configure one process. Each field is read from an environment variable.
type Settings struct {
	Registry         string        // BOTMESH_REGISTRY: IP and port of the registry; default 127.0.0.1:7600
	Account          string        // BOTMESH_ACCOUNT: default "default"
	Bind             string        // BOTMESH_BIND: IP and port on which a bot listens; default 127.0.0.1:0, any free port
	Advertise        string        // BOTMESH_ADVERTISE: IP and port that a bot registers; default the one it listens on
	DrainTimeout     time.Duration // BOTMESH_DRAIN_TIMEOUT: longest wait for running work when a bot leaves; default 30 s
	ConnectTimeout   time.Duration // BOTMESH_CONNECT_TIMEOUT: to connect to an instance; default 2 s
	EjectionTime     time.Duration // BOTMESH_EJECTION_TIME: how long a failed instance is avoided; default 5 s
	IdempotencyTTL   time.Duration // BOTMESH_IDEMPOTENCY_TTL: how long an outcome is remembered; default 300 s
	IdempotencyCount int           // BOTMESH_IDEMPOTENCY_ENTRIES: remembered outcomes, and running work; default 10,000
	IdempotencyBytes int           // BOTMESH_IDEMPOTENCY_BYTES: memory of remembered outcomes; default 64 MiB
	OrphanGrace      time.Duration // BOTMESH_ORPHAN_GRACE: how long work continues without a caller; default 1 s
	Narrow           Narrow        // BOTMESH_MAX_HOPS and so on: limits narrower than the mesh's
}

// DefaultSettings returns the defaults. It does not read the environment.
func DefaultSettings() Settings {
	return Settings{
		Registry: "127.0.0.1:7600", Account: DefaultAccount, Bind: "127.0.0.1:0",
		DrainTimeout: 30 * time.Second, ConnectTimeout: 2 * time.Second, EjectionTime: 5 * time.Second,
		IdempotencyTTL: 300 * time.Second, IdempotencyCount: 10_000, IdempotencyBytes: 64 << 20,
		OrphanGrace: time.Second,
	}
}

// LoadSettings returns the defaults overridden by the environment (BOTMESH_*). A malformed variable returns INVALID_FIELD.
func LoadSettings() (Settings, error) {
	settings := DefaultSettings()
	var failed error
	for _, setting := range settings.table() {
		if text, ok := os.LookupEnv(setting.variable); ok && failed == nil {
			failed = setting.parse(strings.TrimSpace(text))
		}
	}
	return settings, failed
}

type setting struct {
	variable string
	parse    func(string) error
}

func (s *Settings) table() []setting {
	return []setting{
		address("BOTMESH_REGISTRY", &s.Registry), identifier("BOTMESH_ACCOUNT", &s.Account),
		address("BOTMESH_BIND", &s.Bind), address("BOTMESH_ADVERTISE", &s.Advertise),
		seconds("BOTMESH_DRAIN_TIMEOUT", &s.DrainTimeout), seconds("BOTMESH_CONNECT_TIMEOUT", &s.ConnectTimeout),
		seconds("BOTMESH_EJECTION_TIME", &s.EjectionTime), seconds("BOTMESH_IDEMPOTENCY_TTL", &s.IdempotencyTTL),
		count("BOTMESH_IDEMPOTENCY_ENTRIES", &s.IdempotencyCount),
		size("BOTMESH_IDEMPOTENCY_BYTES", &s.IdempotencyBytes), seconds("BOTMESH_ORPHAN_GRACE", &s.OrphanGrace),
		optional("BOTMESH_ENABLED", &s.Narrow.Enabled, toggle),
		optional("BOTMESH_DEFAULT_TIMEOUT", &s.Narrow.DefaultTimeout, seconds),
		optional("BOTMESH_MAX_TIMEOUT", &s.Narrow.MaxTimeout, seconds),
		optional("BOTMESH_STREAM_IDLE_TIMEOUT", &s.Narrow.StreamIdleTimeout, seconds),
		optional("BOTMESH_MAX_HOPS", &s.Narrow.MaxHops, count),
		optional("BOTMESH_ALLOW_REVISITS", &s.Narrow.AllowRevisits, toggle),
		optional("BOTMESH_MAX_MESSAGE_BYTES", &s.Narrow.MaxMessageBytes, size),
		optional("BOTMESH_MAX_DELEGATIONS", &s.Narrow.MaxDelegations, count),
		optional("BOTMESH_MAX_RETRIES", &s.Narrow.MaxRetries, count),
		optional("BOTMESH_MAX_REPLY_BYTES", &s.Narrow.MaxReplyBytes, size),
	}
}

// optional returns a setting that stays nil if its variable is not set.
func optional[T any](variable string, to **T, kind func(string, *T) setting) setting {
	return setting{variable, func(text string) error {
		value := new(T)
		if err := kind(variable, value).parse(text); err != nil {
			return err
		}
		*to = value
		return nil
	}}
}

func malformed(variable, text, expects string) error {
	return invalid(variable, "%s must be %s but is %q", variable, expects, cut(text, 80))
}

func address(variable string, to *string) setting {
	return setting{variable, func(text string) error {
		host, port, err := net.SplitHostPort(text)
		_, bad := strconv.ParseUint(port, 10, 16)
		if err != nil || bad != nil || host == "" {
			return malformed(variable, text, `IP and port ("127.0.0.1:7600")`)
		}
		*to = text
		return nil
	}}
}

func identifier(variable string, to *string) setting {
	return setting{variable, func(text string) error {
		*to = text
		return checkID(variable, text)
	}}
}

var (
	timePattern = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$`)
	sizePattern = regexp.MustCompile(`^(\d{1,18})\s*(B|KiB|MiB|GiB)?$`)
	timeUnits   = map[string]time.Duration{
		"": time.Second, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
	}
	sizeUnits = map[string]uint{"": 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30}
)

func seconds(variable string, to *time.Duration) setting {
	return setting{variable, func(text string) error {
		match := timePattern.FindStringSubmatch(text)
		if match == nil {
			return malformed(variable, text, `seconds ("30", "500ms", "5m")`)
		}
		number, err := strconv.ParseFloat(match[1], 64)
		if err != nil || number > 366*24*3600 {
			return malformed(variable, text, "a year at most")
		}
		*to = time.Duration(number * float64(timeUnits[match[2]]))
		return nil
	}}
}

func size(variable string, to *int) setting {
	return setting{variable, func(text string) error {
		match := sizePattern.FindStringSubmatch(text)
		if match == nil {
			return malformed(variable, text, `bytes ("65536", "64KiB", "1MiB")`)
		}
		number, err := strconv.Atoi(match[1])
		if err != nil || number > 1<<62>>sizeUnits[match[2]] {
			return malformed(variable, text, "at most 2^62 bytes")
		}
		*to = number << sizeUnits[match[2]]
		return nil
	}}
}

func count(variable string, to *int) setting {
	return setting{variable, func(text string) error {
		number, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			return malformed(variable, text, "a whole number, 0 to 2147483647")
		}
		*to = int(number)
		return nil
	}}
}

func toggle(variable string, to *bool) setting {
	return setting{variable, func(text string) error {
		switch strings.ToLower(text) {
		case "true", "yes", "on", "1":
			*to = true
		case "false", "no", "off", "0":
			*to = false
		default:
			return malformed(variable, text, "true or false")
		}
		return nil
	}}
}
