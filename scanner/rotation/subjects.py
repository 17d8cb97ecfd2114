"""Which Secret a runbook is about, and whether something that is named somewhere is that Secret.

The same name in several overlays is several Secrets. A name without a namespace belongs to whatever makes it
closest by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.rotation.gitops import substituted
from scanner.rotation.items import Item, folder, namespaces_meet, nearness
from scanner.rotation.made import Made
from scanner.rotation.names import Fit, fit, has_hole, helper_of, shown, without_hash
from scanner.rotation.repository import Repository


@dataclass(frozen=True, slots=True)
class Subject:
    """One Secret in one overlay. ``keys`` are those that hold the value; empty means all of them.

    ``made`` is empty where nothing in the repository makes it, and has several members where two things claim to.
    ``inferred`` says why it is not certain that this Secret holds the value.
    """

    namespace: str
    name: str
    keys: frozenset[str] = frozenset()
    overlay: str = ""
    made: tuple[Made, ...] = ()
    inferred: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``prod/db-creds``."""
        return f"{self.namespace}/{shown(self.name)}" if self.namespace else shown(self.name)

    def holds(self, keys: Sequence[str]) -> bool:
        """Whether somebody who reads ``keys`` (empty: all) reads the value."""
        return not self.keys or not keys or not self.keys.isdisjoint(keys)


def find_subjects(
    repository: Repository, name: str, *, namespace: str = "", key: str = "", path: str = ""
) -> list[Subject]:
    """The Secrets that ``namespace/name`` can mean, one an overlay; ``path`` narrows it to those made in that file.

    Empty when nothing makes such a Secret.
    """
    fits = [(made, _made_fit(made, name, namespace)) for made in repository.made]
    if path:
        here = [(made, how) for made, how in fits if made.item.place.file == path or made.place.file == path]
        fits = here if any(how for _, how in here) else fits
    best = max((how for _, how in fits), default=Fit.NONE)
    if best == Fit.NONE:
        fits = [(made, _helper_fit(repository, made, name, namespace)) for made, _ in fits]
        best = max((how for _, how in fits), default=Fit.NONE)
    if best == Fit.NONE:
        return []
    groups: dict[tuple[str, str, str], list[Made]] = {}
    for made, how in fits:
        if how == best:
            groups.setdefault(_identity(made), []).append(made)
    _join_plain_ones(groups)
    if key and any(key in made.keys for group in groups.values() for made in group):
        # Of Secrets with the same name, those that are known not to have the key are others.
        groups = {one: group for one, group in groups.items() if any(m.open or key in m.keys for m in group)}
    keys = frozenset({key} if key else ())
    return [
        Subject(made[0].namespace or namespace, made[0].name if not has_hole(made[0].name) else name, keys,
                overlay, tuple(made))
        for (_, _, overlay), made in sorted(groups.items())
    ]  # fmt: skip


def _made_fit(made: Made, name: str, namespace: str) -> Fit:
    where = namespaces_meet(made.namespace, namespace) if namespace and made.namespace else Fit.EXACT
    if where == Fit.NONE:
        return Fit.NONE
    written = [base for (kind, base), now in made.item.renames.items() if kind == "Secret" and now == made.name]
    names = (made.name, *written) if not made.item.group else (made.name,)
    # A finding names the Secret as its manifest does, template and all.
    return max(max(fit(one, name, same_chart=True), fit(one, without_hash(name))) for one in names)


def _helper_fit(repository: Repository, made: Made, name: str, namespace: str) -> Fit:
    """Whether ``made``, which a named template names, can be called ``name``."""
    chart, helper = repository.chart(made.item), helper_of(made.name)
    if chart is None or not helper or (namespace and made.namespace and not namespaces_meet(made.namespace, namespace)):
        return Fit.NONE
    return max((fit(one, name) for one in chart.names_of(helper)), default=Fit.NONE)


def _identity(made: Made) -> tuple[str, str, str]:
    """Namespace, name and overlay; for plain files without a namespace their folder stands in for the overlay."""
    if made.item.overlay:
        return made.namespace, made.name, made.item.overlay
    if made.item.chart:
        return made.namespace, made.name, made.item.chart
    return made.namespace, made.name, "" if made.namespace else folder(made.item.place.file)


def _join_plain_ones(groups: dict[tuple[str, str, str], list[Made]]) -> None:
    """A plain file's Secret is in the same cluster as the overlays' Secrets of that namespace and name."""
    for identity in [one for one in groups if one[0] and not one[2]]:
        partners = [other for other in groups if other[:2] == identity[:2] and other[2]]
        if len(partners) == 1:
            groups[partners[0]] += groups.pop(identity)


class Matcher:
    """Says whether a mention of a Secret means one subject, given everything else that makes Secrets."""

    def __init__(self, repository: Repository, subject: Subject) -> None:
        self._repository = repository
        self._subject = subject
        self._others = [
            made for made in repository.made if made not in subject.made and self._could_be(made.name, made.item)
        ]

    def match(self, owner: Item, name: str, namespace: str = "") -> tuple[str, ...] | None:
        """Why the match is inferred (empty for a plain one), or None when ``name`` is another Secret.

        ``namespace`` is that of the mention where it has one of its own.
        """
        subject = self._subject
        chart = self._repository.chart(owner)
        notes: tuple[str, ...] = ()
        if chart is not None:
            name, notes = chart.fill(name)
        name = substituted(name, owner.variables)
        name = owner.called("Secret", name)
        how = max(self._fit(name, owner), self._fit(without_hash(name), owner) if owner.overlay else Fit.NONE)
        if how == Fit.NONE and self._through_helper(owner, name):
            how = Fit.TEMPLATE
        if how == Fit.NONE:
            return None
        own = namespace or owner.namespace
        if chart is not None and own:
            own = chart.fill(own)[0]
        beside = self._beside(owner)
        where = namespaces_meet(own, subject.namespace, same_chart=beside and not (own and subject.namespace))
        if where == Fit.NONE or not self._is_closest(owner, own):
            return None
        reasons = [*owner.inferred, *notes]
        if how == Fit.TEMPLATE:
            reasons.append(f"the name is a template ({shown(name)}) that can give {shown(subject.name)}")
        elif how == Fit.SAME_TEMPLATE:
            reasons.append(f"both names are the same template ({shown(name)})")
        if not beside and not (own and subject.namespace):
            which = "its manifest" if not own else "the Secret's manifest"
            reasons.append(f"{which} gives no namespace; nothing closer makes {shown(subject.name)}")
        return tuple(dict.fromkeys(reasons))

    def could_be(self, owner: Item, name: str, namespace: str = "") -> bool:
        """Whether a name that is nothing but a template could be the subject: same chart, or same namespace."""
        if not has_hole(name) or fit(name, self._subject.name) != Fit.NONE:
            return False
        chart = self._repository.chart(owner)
        filled = chart.fill(name)[0] if chart is not None else name
        if not has_hole(filled) or (filled.strip("{}$") == name.strip("{}$") and len(shown(filled).strip("*-. ")) > 1):
            return False
        own = namespace or owner.namespace
        return self._beside(owner) or bool(own and own == self._subject.namespace)

    def _fit(self, name: str, owner: Item) -> Fit:
        charts = {made.item.chart for made in self._subject.made}
        return fit(name, self._subject.name, same_chart=bool(owner.chart) and owner.chart in charts) or max(
            (fit(name, made.name, same_chart=bool(owner.chart) and owner.chart == made.item.chart)
             for made in self._subject.made),
            default=Fit.NONE,
        )  # fmt: skip

    def _through_helper(self, owner: Item, name: str) -> bool:
        """Whether a named template of the chart can end in the one that names the Secret."""
        chart, helper = self._repository.chart(owner), helper_of(name)
        if chart is None or not helper:
            return False
        beside = [made.name for made in self._subject.made if made.item.chart == owner.chart]
        return any(chart.can_give(helper, helper_of(one)) or chart.gives(helper, one) for one in beside)

    def _beside(self, owner: Item) -> bool:
        """Whether ``owner`` is applied together with what makes the subject."""
        for made in self._subject.made:
            item = made.item
            if owner.overlay or item.overlay:
                if owner.overlay == item.overlay:
                    return True
            elif owner.chart or item.chart:
                if owner.chart == item.chart:
                    return True
            elif folder(owner.place.file) == folder(item.place.file):
                return True
        return False

    def _could_be(self, name: str, item: Item) -> bool:
        return fit(name, self._subject.name, same_chart=any(item.chart == m.item.chart for m in self._subject.made)) > 0

    def _is_closest(self, owner: Item, namespace: str) -> bool:
        mine = max((self._rank(owner, namespace, made) for made in self._subject.made), default=None)
        if mine is None:
            return True
        others = [
            self._rank(owner, namespace, made) for made in self._others if namespaces_meet(namespace, made.namespace)
        ]
        return all(rank <= mine for rank in others)

    def _rank(self, owner: Item, namespace: str, made: Made) -> tuple[int, int, int]:
        together = owner.overlay == made.item.overlay and bool(owner.overlay)
        together = together or (bool(owner.chart) and owner.chart == made.item.chart)
        meets = namespaces_meet(namespace, made.namespace)
        return int(together), int(meets), nearness(owner.place.file, made.item.place.file)
