package shop

import (
	"errors"
	"fmt"
	"testing"
)

func TestAUserIsKept(t *testing.T) {
	client := UseCassette(t, "none")
	if err := Register(t.Context(), client, "ada", "Ada"); err != nil {
		t.Fatal(err)
	}
	if name, err := Name(t.Context(), client, "ada"); name != "Ada" {
		t.Fatal(name, err)
	}
}

func TestAnIdIsTakenOnce(t *testing.T) {
	client := UseCassette(t, "none")
	if err := Register(t.Context(), client, "ada", "Ada"); err != nil {
		t.Fatal(err)
	}
	if err := Register(t.Context(), client, "ada", "Another"); !errors.Is(err, ErrTaken) {
		t.Fatal(err)
	}
}

func TestTestsSideBySideDoNotSeeEachOther(t *testing.T) {
	for number := range 20 {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			t.Parallel()
			client, name := Mock(t), fmt.Sprint("Ada ", number)
			if err := Register(t.Context(), client, "ada", name); err != nil {
				t.Fatal(err)
			}
			if found, err := Name(t.Context(), client, "ada"); found != name {
				t.Fatal(found, err)
			}
		})
	}
}
