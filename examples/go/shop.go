// Package shop keeps users in DynamoDB.
package shop

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ErrTaken says that somebody else has the id.
var ErrTaken = errors.New("the id is taken")

// Register keeps a user's name, once.
func Register(ctx context.Context, client *dynamodb.Client, id, name string) error {
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           aws.String("Shop"),
		Item:                item("USER#"+id, map[string]types.AttributeValue{"name": text(name)}),
		ConditionExpression: aws.String("attribute_not_exists(PK)"),
	})
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		return ErrTaken
	}
	return err
}

// Name gives a user's name; empty where there is no such user.
func Name(ctx context.Context, client *dynamodb.Client, id string) (string, error) {
	found, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("Shop"), Key: item("USER#"+id, nil)})
	if err != nil || found.Item == nil {
		return "", err
	}
	return found.Item["name"].(*types.AttributeValueMemberS).Value, nil
}

func item(key string, attributes map[string]types.AttributeValue) map[string]types.AttributeValue {
	made := map[string]types.AttributeValue{"PK": text(key), "SK": text("PROFILE")}
	for name, value := range attributes {
		made[name] = value
	}
	return made
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }
