package botmesh

import (
	"os"
	"strings"
	"testing"
)

func TestTheReadmeShowsABotThatIsBuilt(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("examples/shout/main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(program), "package main")
	if !strings.Contains(string(readme), "package main"+code) {
		t.Fatal("examples/shout/main.go is not what README.md shows")
	}
}
