"""Write the pages of the site into build/pages, for MkDocs. Run by `make docs`.

They are those of docs/, the README as the first, and a page for each other file that one of these links to.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from os.path import normpath, relpath
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "build/pages"
OUTSIDE = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages from outside docs/, and where the site has them."""

_LINK = re.compile(r"`[^`\n]+`|\]\(([^)#:\s]*)(#[^)\s]*)?\)")
"""A link within the project, with the path and the heading that it names; or code, which has none."""

_FENCED = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$\n?", re.MULTILINE | re.DOTALL)
_LANGUAGES = {".yml": "yaml", ".ipynb": "json", ".md": "markdown", "": "text"}


def site() -> dict[str, str]:
    """Every page of the site by its path there."""
    written = [*OUTSIDE, *(_name(path) for path in sorted((ROOT / "docs").rglob("*.md")))]
    texts = {path: (ROOT / path).read_text() for path in written}
    linked = {path for origin, text in texts.items() for path, _ in links(origin, text)}
    linked = {path for path in linked if path not in OUTSIDE and not path.startswith("docs/")}
    sources = {name for path in linked for name in (path, *_files(path))}
    pages = {site_path(path): _for_site(path, text) for path, text in texts.items()}
    return pages | {site_path(path): _source(path) for path in sources}


def site_path(path: str) -> str:
    """Where the site has a file or folder of the project."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return OUTSIDE.get(path, f"source/{path.replace('/.', '/')}.md")  # names that begin with a dot are left out


def links(origin: str, text: str) -> Iterator[tuple[str, str]]:
    """What a page links to within the project: a path from its root, and a heading of it or nothing."""
    for part in _parts(text):
        if not part.startswith("```"):
            yield from ((_target(origin, name), anchor[1:]) for name, anchor in _LINK.findall(part) if name or anchor)


def anchors(text: str) -> list[str]:
    """What a link may name on a page: its headings, in small letters, without marks, words joined by hyphens."""
    prose = "".join(part for part in _parts(text) if not part.startswith("```"))
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return [re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings]


def _for_site(origin: str, text: str) -> str:
    here = _folder(site_path(origin))

    def moved(link: re.Match[str]) -> str:
        if link[0].startswith("`"):
            return link[0]
        path = relpath(site_path(_target(origin, link[1])), here) if link[1] else ""
        return f"]({path}{link[2] or ''})"

    return "".join(
        part.replace("```text session\n", "```text\n", 1) if part.startswith("```") else _LINK.sub(moved, part)
        for part in _parts(text)
    )


def _parts(text: str) -> Iterator[str]:
    """A page cut into fenced blocks and what is between them."""
    at = 0
    for block in _FENCED.finditer(text):
        yield text[at : block.start()]
        yield block[0]
        at = block.end()
    yield text[at:]


def _target(origin: str, link: str) -> str:
    return normpath(f"{_folder(origin)}/{link}") if link else origin


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "."


def _files(path: str) -> list[str]:
    """The files below a folder of the project."""
    return sorted(
        _name(file)
        for file in (ROOT / path).rglob("*")
        if file.is_file() and not {".cache", "__pycache__"} & {*file.parts}
    )


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _source(path: str) -> str:
    """A file as a page, which the search leaves out; a folder as a list of its files."""
    head = f"---\nsearch: {{exclude: true}}\n---\n\n# {path}\n\n"
    if (ROOT / path).is_dir():
        here = _folder(site_path(path))
        return head + "".join(f"- [{name}]({relpath(site_path(name), here)})\n" for name in _files(path))
    text, ending = (ROOT / path).read_text(), Path(path).suffix
    fence = "`" * max([3, *(len(marks) + 1 for marks in re.findall(r"`+", text))])
    return f"{head}{fence}{_LANGUAGES.get(ending, ending[1:])}\n{text}\n{fence}\n"


def main() -> None:
    """Write all of them anew."""
    shutil.rmtree(PAGES, ignore_errors=True)
    for path, text in site().items():
        (PAGES / path).parent.mkdir(parents=True, exist_ok=True)
        (PAGES / path).write_text(text)
    for name in ("map.svg", "site.css"):
        shutil.copy(ROOT / "docs" / name, PAGES)


if __name__ == "__main__":
    main()
