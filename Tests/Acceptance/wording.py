"""Texts of agreements as a provider would write them: the standard one under another name."""

import pathlib
import re

TEXTS = pathlib.Path(__file__).parents[2] / "Sources/Core/Platform/Agreements/Texts"


def wording(name, version=1, title=None):
    """Both files, by language, as the API takes them."""
    files = {}
    for language in ("de", "en"):
        text = (TEXTS / f"standard.{language}.yaml").read_text()
        text = re.sub("^id: standard$", f"id: {name}", text, count=1, flags=re.M)
        text = re.sub("^version: .*$", f'version: "{version}"', text, count=1, flags=re.M)
        files[language] = re.sub("^title: .*$", f"title: {title}", text, count=1, flags=re.M) if title else text
    return files
