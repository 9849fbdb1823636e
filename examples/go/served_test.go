package shop

// A file to copy: cassettes, or tables of its own, for each test, from `pytest-dynamodb serve`.
// DYNAMODB_URL says where the server is, DYNAMODB_TOKEN what it printed, DYNAMODB_RECORD which mode wins over all others.

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Mock gives a client on a copy of the server's tables, which no other test sees.
func Mock(t *testing.T) *dynamodb.Client { return begin(t, map[string]any{}) }

// UseCassette gives a client whose calls are replayed from the test's cassette, or recorded into it.
func UseCassette(t *testing.T, mode string) *dynamodb.Client {
	if wanted := os.Getenv("DYNAMODB_RECORD"); wanted != "" {
		mode = wanted
	}
	return begin(t, map[string]any{"cassette": strings.ReplaceAll(t.Name(), ":", "_"), "mode": mode})
}

func begin(t *testing.T, options map[string]any) *dynamodb.Client {
	options["name"] = t.Name()
	begun := ask(t, "/tests", options)
	t.Cleanup(func() {
		report := ask(t, "/tests/"+begun["id"].(string)+"/end", map[string]any{"passed": !t.Failed()})
		if problem := report["problem"].(string); problem != "" && !t.Failed() {
			t.Error(problem)
		}
	})
	key := credentials.NewStaticCredentialsProvider(begun["access_key_id"].(string), "any", "")
	url := aws.String(os.Getenv("DYNAMODB_URL"))
	return dynamodb.New(dynamodb.Options{BaseEndpoint: url, Region: "us-east-1", Credentials: key})
}

func ask(t *testing.T, path string, body any) (given map[string]any) {
	sent, _ := json.Marshal(body)
	request, err := http.NewRequest("POST", os.Getenv("DYNAMODB_URL")+"/_dynamodb"+path, bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("DYNAMODB_TOKEN"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err = json.NewDecoder(answer.Body).Decode(&given); err != nil || answer.StatusCode != 200 {
		t.Fatal(path, answer.Status, given["message"], err)
	}
	return given
}
