"""What documents state beside what they stated where a change began: what has left force, and what is excused anew."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from genarch.documents.discovery import Selection
from genarch.documents.judge import taken_with
from genarch.documents.lookalikes import WORD
from genarch.documents.reader import PlacedSpec, load_document, load_sidecar, located, read_document, read_sidecar
from genarch.documents.revisions import Trusted
from genarch.documents.settings import Policy
from genarch.engine.findings import CheckId, Located, Place
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Spec, Waiver
from genarch.errors import InputError
from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.files.io import decode, entered, is_document, is_spec, within
from genarch.values import NamedTuple


class _Stated(NamedTuple):
    """A spec in force, in a file by its path from the root."""

    path: str
    spec: Spec
    beside: str = ""
    """The document that the file of a spec stands beside, likewise; not looked for in what is stated now."""
    placed: PlacedSpec | None = None
    """Where it stands now; None for one of the commit."""


class Comparison:
    """The decisions and exceptions in force in the documents of a change, against those where the change began."""

    def __init__(
        self,
        trusted: Trusted,
        paths: Sequence[str],
        rules: RuleTable,
        selection: Selection,
        policy: Policy,
        weaker: Iterable[Located] = (),
    ) -> None:
        """What is `weaker` otherwise is found beside what documents state."""
        self._before, self._reference = trusted.before, trusted.at.reference
        self._rules, self._selection, self._tables = rules, selection, policy.tables
        self._today = policy.today
        self._named = [inner for path in paths if path != "-" and (inner := self._scope(path))]
        self._weaker = tuple(weaker)
        self._now: dict[str, list[_Stated]] = {}
        self._same: dict[str, bool] = {}
        self._looked = dict.fromkeys(self._looked_at())

    def differing(self) -> frozenset[str]:
        """The real paths of the documents and spec files that differ from those of the commit, new ones left out."""
        paths = (path for path in self._looked if not self._unchanged(path))
        return frozenset(os.path.realpath(os.path.join(self._before.root, path)) for path in paths)

    def saw(self, path: str, stated: Iterable[PlacedSpec]) -> None:
        """Take in what a file states that is in force now."""
        stated = list(stated)
        if not stated or (inner := self._before.inside(path)) is None:
            return
        if os.path.islink(path) and inner not in self._looked:  # what it leads to is what the commit may have
            inner = self._before.inside(os.path.realpath(path)) or inner
        if is_spec(os.path.basename(inner)) or not self._unchanged(inner):
            self._now.setdefault(inner, []).extend(_Stated(inner, placed.spec, placed=placed) for placed in stated)

    def findings(self) -> Iterator[Located]:
        """What is weaker, the decisions that have left force, and the exceptions that are new."""
        yield from self._weaker
        # Where a spec file is the same, the document beside it may not be.
        wanted = dict.fromkeys(path for path in self._looked if not self._unchanged(path) or self._may_differ(path))
        before = self._stated_before(wanted | dict.fromkeys(self._now))
        gone: list[_Stated] = []
        pairs: list[tuple[Spec | None, _Stated]] = []
        new: list[_Stated] = []
        for path in dict.fromkeys([*before, *self._now]):
            stated = {item.spec.id: item for item in self._now.get(path, ())}
            left = []
            for item in before.get(path, ()):
                if found := stated.pop(item.spec.id, None):
                    pairs.append((item.spec, found))
                else:
                    left.append(item)
            again = list(stated.values())  # under another id
            pairs += [(item.spec, found) for item, found in zip(left, again, strict=False)]
            gone += left[len(again) :]
            new += again[len(left) :]
        for item in gone:
            # Moved to another file, a decision is the same one.
            moved = next((found for found in new if _decided(found.spec) == _decided(item.spec)), None)
            if moved is not None:
                new.remove(moved)
                pairs.append((item.spec, moved))
            elif item.spec.decision is not None and item.path in wanted and self._meant(item):
                yield self._left(item)
        for spec, found in [*pairs, *((None, found) for found in new)]:
            if spec is not None and spec.decision is not None and found.spec.decision is None:
                yield self._left(_Stated(found.path, spec, placed=found.placed))
            yield from self._exceptions(spec, found)

    def _scope(self, path: str) -> str | None:
        """What of the repository a path that is to be checked stands for."""
        return "." if within(self._before.root, os.path.realpath(path)) else self._before.inside(path)

    def _may_differ(self, path: str) -> bool:
        return is_spec(os.path.basename(path)) and os.path.exists(os.path.join(self._before.root, path))

    def _unchanged(self, path: str) -> bool:
        if path not in self._same:
            self._same[path] = path in self._before.files and self._before.unchanged(path)
        return self._same[path]

    def _looked_at(self) -> Iterator[str]:
        """The files of the commit that the check would look at, were they as there; links that lead to others too."""
        for path, kept in self._before.files.items():
            if not self._takes(path):
                continue
            if kept.is_link:
                there = path
                with suppress(InputError):
                    there = self._before.at(path)
                if there not in self._before.files or self._before.files[there].is_link or self._takes(there):
                    continue
            yield path

    def _takes(self, path: str) -> bool:
        return self._by_name(path) and not self._selection.exclude.match_real(os.path.join(self._before.root, path))

    def _by_name(self, path: str) -> bool:
        if path in self._named:
            return True
        folder, name = os.path.split(path)
        folders = [named for named in self._named if within(path, named) or named == "."]
        if is_spec(name):  # which goes with a document that is named
            folders += [folder for named in self._named if os.path.dirname(named) == folder]
        if self._selection.include:
            wanted = self._selection.include.match_real(os.path.join(self._before.root, path))
        else:
            wanted = is_document(name) or is_spec(name)
        below = (os.path.dirname(os.path.relpath(path, named or ".")) for named in folders)
        return wanted and any(all(map(entered, filter(None, inner.split("/")))) for inner in below)

    def _meant(self, item: _Stated) -> bool:
        """Whether a spec file is looked at for its own sake, or for that of its document."""
        own = any(within(item.path, named) or named == "." for named in self._named)
        return own or item.beside in self._named

    def _stated_before(self, paths: Iterable[str]) -> Mapping[str, list[_Stated]]:
        """What files stated that was in force at the commit."""
        at = {path: self._before.at(path) for path in paths}
        contents = self._before.contents(at.values())
        return {path: self._in_force(path, contents.get(there)) for path, there in at.items()}

    def _in_force(self, path: str, content: bytes | None) -> list[_Stated]:
        beside = ""
        if content is None or (WORD.encode() not in content.lower() and not is_spec(os.path.basename(path))):
            return []
        try:
            text = decode(content, path)
            if not is_spec(os.path.basename(path)):
                document = read_document(text, path, self._rules, self._today)
            else:
                document = read_sidecar(text, path, self._rules)
                named = document.specs[0].spec.document if document.specs else None
                if named is not None:
                    beside = os.path.normpath(os.path.join(os.path.dirname(path), named))
                    read = self._before.contents([at := self._before.at(beside)]).get(at)
                    if read is None or read_document(decode(read, beside), beside, self._rules, self._today).inactive:
                        return []
        except InputError:
            return []
        return [] if document.inactive else [_Stated(path, placed.spec, beside) for placed in document.specs]

    def _left(self, item: _Stated) -> Located:
        """That a decision has left force, at what is left of it."""
        path = self._before.shown(item.path)
        why, place = "its document is gone", Place(path, 1, 1)
        was = self._before.files.get(item.path)
        if not (was and was.is_link) and os.path.realpath(path) != os.path.join(self._before.root, item.path):
            why = "its document was replaced by a link"
        elif os.path.isfile(path):
            read = load_sidecar if is_spec(os.path.basename(path)) else load_document
            document = read(path, self._rules)
            placed = next((one for one in document.specs if one.spec.id == item.spec.id), None) if document else None
            why = f"{path} no longer states it"
            if placed is not None:
                why = "it has no decision now" if placed.spec.decision is None else "its document is not in force"
                place = placed.place("decision")
                if document and document.status:
                    why = f"the status of its document is '{document.status[:60]}'"
        message = DOCUMENT_CHECKS["status-left-force"].message.format(spec=item.spec, why=why, at=self._reference)
        return located(CheckId("status-left-force"), place, message, (), item.spec)

    def _exceptions(self, before: Spec | None, now: _Stated) -> Iterator[Located]:
        """The exceptions of a spec that it did not have for that decision."""
        placed, check = now.placed, CheckId("waiver-added")
        assert placed is not None  # noqa: S101  (what is in force now stands somewhere)
        same = before is not None and _decided(before) == _decided(now.spec)
        other = (
            "other constraints" if before is not None and before.decision == now.spec.decision else "another decision"
        )
        for number, waiver in enumerate(now.spec.waivers):
            earlier = [one for one in before.waivers if one.rule == waiver.rule] if before else []
            if same and any(_no_wider(waiver, one) for one in earlier):
                continue
            what = "is new" if not earlier else "has changed" if same else f"was for {other}"
            fields = f"waivers[{number}].rule", f"waivers[{number}]"
            words = {"what": f"the waiver of {waiver.rule} {what}", "at": self._reference}
            yield placed.found(check, *fields, subject=[waiver.rule], **words)
        pinned = now.spec.decided_with
        if pinned is None or (same and before is not None and before.decided_with == pinned):
            return
        taken = taken_with(pinned, self._rules, self._tables)
        if taken not in ("unknown", self._rules):
            anew = "is new" if before is None or before.decided_with != pinned else f"was for {other}"
            words = {"what": f"'decided_with: {pinned}' {anew}", "at": self._reference}
            yield placed.found(check, "decided_with", subject=["decided_with"], **words)


def _decided(spec: Spec) -> tuple[object, ...]:
    return spec.constraints, spec.decision, spec.model


def _no_wider(now: Waiver, before: Waiver) -> bool:
    """Whether a waiver is the one that was, and ends no later."""
    sooner = before.expires is None or (now.expires is not None and now.expires <= before.expires)
    return sooner and now._replace(expires=None) == before._replace(expires=None)
