"""What the tools for agents take: typed arguments, with what a model is told of each of them."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from ..index.errors import QueryError
from ..search.options import FILTERS, PageOptions
from ..search.sorting import Sort

__all__ = [
    "Arguments",
    "PaperArguments",
    "RecommendArguments",
    "RelatedArguments",
    "SearchArguments",
    "arguments_from",
]

_MOST = 100
_MOST_IDS = 500


def _several(given: object) -> object:
    """One value may stand by itself, years may be numbers, and some models send a list as the text
    of its JSON."""
    if isinstance(given, str) and given.lstrip().startswith("["):
        try:
            read = json.loads(given)
        except (ValueError, RecursionError):
            read = None
        given = read if isinstance(read, list) else given
    values = given if isinstance(given, list) else [given]
    whole = (isinstance(each, int) and not isinstance(each, bool) for each in values)
    return [str(each) if plain else each for each, plain in zip(values, whole, strict=True)]


def _one_or_more(*types: str) -> WithJsonSchema:
    one = [{"type": each} for each in types]
    item = one[0] if len(one) == 1 else {"anyOf": one}
    return WithJsonSchema({"anyOf": [*one, {"type": "array", "items": item}]})


_Texts = Annotated[list[str], BeforeValidator(_several), _one_or_more("string")]
_Years = Annotated[list[str], BeforeValidator(_several), _one_or_more("string", "integer")]
_Ids = Annotated[_Texts, Field(max_length=_MOST_IDS)]


class Arguments(BaseModel):
    """Arguments of one tool. An unknown one is an error; null is as good as leaving one out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None}


class _Page(Arguments):
    """A page of an answer, and the filters that its papers pass."""

    k: int = Field(10, ge=1, le=_MOST, description="How many papers to return.")
    offset: int = Field(
        0, ge=0, description="How many papers to pass over: the `next` of the page before."
    )
    year: _Years = Field(
        [], description='Years: "2021", "2019-2021", "2019-" or "-2021"; "!2020" excludes.'
    )
    published: _Texts = Field(
        [],
        description='Dates: "2021-06-30", "2021-03:2021-06", "2021-03:" or ":2021-06".',
    )
    venue: _Texts = Field(
        [], description="Whole names of venues, in any case; a last * stands for any rest."
    )
    category: _Texts = Field(
        [], description='Whole categories, such as "cs.CL", or "cs.*" for all that begin so.'
    )
    author: _Texts = Field(
        [], description='Words of one author\'s name, such as "zhang" or "wei zhang".'
    )
    source: _Texts = Field([], description="Names of the files that papers were read from.")
    diversity: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How much a paper loses for being like those before it: 0, nothing, to 1.",
    )
    sort: Sort = Field(
        "relevance",
        description="newest or oldest: the papers that answer, in the order of their dates.",
    )
    abstracts: bool = Field(
        False, description="Return the abstracts too. They are long: ask for few papers then."
    )
    sentences: bool = Field(
        False,
        description="Return the sentence of each abstract that answers best: shorter than "
        "abstracts, and usually enough to judge a paper.",
    )

    def options(self) -> PageOptions:
        """All of it but k and the abstracts, as Library.search takes it."""
        given = {name: getattr(self, name) for name in ("offset", "diversity", "sort", *FILTERS)}
        return cast(PageOptions, {**given, "explain": self.sentences})


class SearchArguments(_Page):
    """Of the tool search."""

    query: str = Field(
        description="What the papers should be about, in words or as a question; a whole abstract "
        'does as well. May hold "exact phrases", -excluded words, and title:, abstract:, author: '
        "or venue: before a word or a phrase. The id or the title of a paper finds that paper and "
        "what is near it."
    )
    mode: Literal["hybrid", "semantic", "keyword"] = Field(
        "hybrid",
        description="hybrid: by meaning and by words, the best for most questions; semantic: by "
        "meaning alone; keyword: by words alone, for names, codes and exact terms.",
    )
    quality: Literal["normal", "high"] = Field(
        "normal",
        description="high reads the first 50 papers once more: a little better, some seconds "
        "slower. Only with mode hybrid.",
    )
    without: _Ids = Field(
        [], description="Ids of papers to leave out, such as those that are known already."
    )


class PaperArguments(Arguments):
    """Of the tool paper."""

    ids: _Ids = Field(
        min_length=1,
        description="Ids of papers, as answers have them, or arXiv ids, DOIs, ACL or PubMed ids, "
        "or their URLs.",
    )


class RelatedArguments(_Page):
    """Of the tool related."""

    ids: _Ids = Field(
        min_length=1,
        description="Ids of one paper, or of several that are looked at together.",
    )


class RecommendArguments(_Page):
    """Of the tool recommend."""

    like: _Ids = Field(min_length=1, description="Ids of papers that are liked.")
    unlike: _Ids = Field(
        [], description="Ids of papers that are not; what is near them comes late."
    )


Kind = TypeVar("Kind", bound=Arguments)


def arguments_from(kind: type[Kind], given: Mapping[str, Any]) -> Kind:
    """The arguments of a call. Raises QueryError, in words that tell a model what to change."""
    try:
        return kind.model_validate(dict(given))
    except ValidationError as error:
        known = ", ".join(kind.model_fields)
        said = []
        for each in error.errors():
            name = ".".join(str(part) for part in each["loc"])
            if each["type"] == "extra_forbidden":
                said.append(f"There is no argument {name!r}. The arguments are: {known}.")
            elif each["type"] == "missing":
                said.append(f"The argument {name!r} is missing.")
            else:
                said.append(f"{name}: {each['msg']}, not {each['input']!r}.")
        raise QueryError(" ".join(said)) from error
