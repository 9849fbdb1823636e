"""Users with a version, a moment and a set: as PynamoDB's model, and as a pydantic model in a typed table."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated

from pydantic import BaseModel, PlainSerializer
from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.exceptions import DoesNotExist, PutError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from pytest_dynamodb import DynamoDbClient, IndexKeys, TypedTable, VersionConflict, entity


class Stale(Exception):
    """Somebody else has written the user in between."""


class ByTeam(GlobalSecondaryIndex["UserModel"]):
    class Meta:
        index_name = "by_team"
        projection = AllProjection()

    team = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)


class UserModel(Model):
    class Meta:
        table_name = "users"
        region = "us-east-1"

    user_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    team = UnicodeAttribute(null=True)
    visits = NumberAttribute(default=0)
    tags = UnicodeSetAttribute(null=True)
    joined = UTCDateTimeAttribute()
    version = VersionAttribute()
    by_team = ByTeam()


def spelled(moment: datetime) -> str:
    """As PynamoDB's UTCDateTimeAttribute writes moments, so that it can read them."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f%z")


Moment = Annotated[datetime, PlainSerializer(spelled)]


@entity(
    pk="{user_id}",
    key_names=("user_id",),
    indexes=[IndexKeys("by_team", {"team": "{team}"}, {"name": "{name}"})],
    discriminator=None,
    version="version",
)
class User(BaseModel):
    user_id: str
    name: str
    team: str | None = None
    visits: int = 0
    tags: set[str] = set()
    joined: Moment
    version: int = 0


class Before:
    """With PynamoDB."""

    def join(self, user_id: str, name: str, team: str | None, joined: datetime) -> None:
        user = UserModel(user_id, name=name, team=team, joined=joined)
        try:
            user.save()
        except PutError as problem:
            if problem.cause_response_code == "ConditionalCheckFailedException":
                raise Stale(user_id) from problem
            raise

    def visits(self, user_id: str) -> int | None:
        try:
            return int(UserModel.get(user_id).visits)
        except DoesNotExist:
            return None

    def visit(self, user_id: str, page: str) -> None:
        user = UserModel.get(user_id)
        try:
            user.update([UserModel.visits.add(1), UserModel.tags.add({page})])
        except UpdateError as problem:
            if problem.cause_response_code == "ConditionalCheckFailedException":
                raise Stale(user_id) from problem
            raise

    def names(self, team: str) -> list[str]:
        return [user.name for user in UserModel.by_team.query(team)]

    def rename_after(self, user_id: str, name: str, meanwhile: object) -> None:
        """Rename a user, with something done between reading and writing."""
        user = UserModel.get(user_id)
        meanwhile() if callable(meanwhile) else None
        user.name = name
        try:
            user.save()
        except PutError as problem:
            raise Stale(user_id) from problem


class After:
    """With a typed table."""

    def __init__(self, client: DynamoDbClient) -> None:
        self.users: TypedTable[User] = client.table("users", model=User)

    def join(self, user_id: str, name: str, team: str | None, joined: datetime) -> None:
        try:
            self.users.put(User(user_id=user_id, name=name, team=team, joined=joined))
        except VersionConflict as problem:
            raise Stale(user_id) from problem

    def visits(self, user_id: str) -> int | None:
        user = self.users.get(user_id=user_id)
        return None if user is None else user.visits

    def visit(self, user_id: str, page: str) -> None:
        user = self.users.get_or_raise(user_id=user_id)
        try:
            self.users.update(user).add("visits", 1).add("tags", {page}).execute()
        except VersionConflict as problem:
            raise Stale(user_id) from problem

    def names(self, team: str) -> list[str]:
        return [user.name for user in self.users.query(index="by_team", team=team)]

    def rename_after(self, user_id: str, name: str, meanwhile: object) -> None:
        """Rename a user, with something done between reading and writing."""
        user = self.users.get_or_raise(user_id=user_id)
        meanwhile() if callable(meanwhile) else None
        try:
            self.users.put(user.model_copy(update={"name": name}))
        except VersionConflict as problem:
            raise Stale(user_id) from problem
