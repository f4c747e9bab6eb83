"""Pages about problems in the style of the page, in English and Chinese."""

from __future__ import annotations

from pathlib import Path

import yaml
from flask import Request, Response, render_template

from service.problems.problem_document import MEDIA_TYPE, ProblemResponse
from service.problems.problem_type import ProblemType
from service.problems.registry import PROBLEMS

LANGUAGES = {"en": "en", "zh": "zh-Hans"}
"""Languages of the pages and their tags, the default one first."""

_CHINESE: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("problems.zh.yaml").read_text(encoding="utf-8")
)


def problem_texts(problem: ProblemType, language: str) -> dict[str, str]:
    """The title, meaning and repair of a problem in a language.

    >>> problem_texts(PROBLEMS["no_key"], "zh")["title"]
    '需要 API 密钥'
    """
    english = [problem.title, problem.meaning, problem.repair]
    texts = _CHINESE[problem.code] if language == "zh" else english
    return dict(zip(("title", "meaning", "repair"), texts, strict=True))


def preferred_language(request: Request) -> str:
    """The query parameter ``language``, or the language that the client prefers."""
    wanted = request.args.get("language")
    return (
        wanted if wanted in LANGUAGES else request.accept_languages.best_match([*LANGUAGES], "en")
    )


def problem_page(request: Request, template: str, **values: object) -> str:
    """The text of a page from its template, in the language of the request."""
    language = preferred_language(request)
    return render_template(
        template,
        language=language,
        tag=LANGUAGES[language],
        chinese=language == "zh",
        texts_of=lambda problem: problem_texts(problem, language),
        **values,
    )


def with_page(request: Request, response: Response, detail: str) -> Response:
    """The response, as a page if it is a 404 that a browser shows.

    A browser that follows a link prefers HTML; programs and scripts of pages do not.
    """
    best = request.accept_mimetypes.best_match([MEDIA_TYPE, "text/html"])
    if not isinstance(response, ProblemResponse) or response.status_code != 404:
        return response
    if best == "text/html":
        response.mimetype = best
        problem = PROBLEMS[response.code]
        page = problem_page(request, "not_found.html", problem=problem, detail=detail)
        response.set_data(page)
    response.vary.update(("Accept", "Accept-Language"))
    return response
