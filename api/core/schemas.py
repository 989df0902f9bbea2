"""What every shape shares."""

from __future__ import annotations

from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field, WithJsonSchema

T = TypeVar("T")
JsonObject = dict[str, Any]
"""A JSON object of free form: the fields of a form, what a kind of task or entry says of itself, formats of others."""
JsonSchema = JsonObject
"""A JSON Schema, of a form."""
OPEN_OBJECT = WithJsonSchema({"additionalProperties": True, "type": "object"})
"""Of a part of an answer whose fields the contract does not name, so that they may become more."""


@cache
def schema_of(form: type[BaseModel]) -> JsonSchema:
    """The JSON Schema of a form; one for all who ask, so nobody changes it."""
    return form.model_json_schema()


class Shape(BaseModel):
    """A part of an answer."""


class Listed(Shape, Generic[T]):
    """A page of a list; `next_cursor` is none at the end."""

    items: list[T]
    next_cursor: str | None


class Choice(Shape):
    """An action open to the person, with its form."""

    name: str
    title: str
    schema_: JsonSchema = Field(alias="schema")


class FieldError(Shape):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Shape):
    """RFC 9457: every error. `code` is stable and for programs, `title` Chinese, `errors` names the fields of a 422."""

    type: str = Field(examples=["urn:santui:not_entitled"])
    title: str
    status: int
    code: str
    detail: str = ""
    errors: list[FieldError] = []
    may_take_effect: bool = False
    """of a 503: it was sent, and may have taken effect or do so yet; the same key gets the outcome"""
