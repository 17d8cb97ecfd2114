"""What someone who sees findings does next, by the command that found them."""

from __future__ import annotations

# The setting of a comparison of two results, which is about what changed.
COMPARISON = "diff"
_LEAKED = (
    "Rotate first: who could read the repository may have the value, and removing it does not take it back.",
    "Then replace it by a reference to a secret store, and only then clean the history if that is worth it.",
)
_NEXT = {
    "staged": (
        "The commit was stopped. Take the value out, `git add` the file again and commit.",
        "Keep it in a secret store or an ignored file. If it was ever pushed or shared, rotate it.",
    ),
    "push": (
        "The push was stopped: these commits would publish the value. Take it out of them (`git rebase -i`).",
        "If an earlier push or anyone else had it, rotate it.",
    ),
    "scan": (
        "Take the value out and keep it in a secret store or an ignored file.",
        "If the file was ever committed and pushed, or shared, rotate the value.",
    ),
    "image": (
        "Rotate first: everyone who can pull the image has the value, in whichever layer it is.",
        "Then build without it (build secrets, mounts) and delete the old tags.",
    ),
}
FALSE_ALARM = (
    "Not a secret? A comment `unsealed:allow` on the line accepts it, or the baseline: `unsealed baseline update` "
    "(`create`, where there is none yet)."
)


def next_steps(setting: str) -> tuple[str, ...]:
    """Two sentences for people; those about a leaked value where the command says nothing else."""
    return _NEXT.get(setting, _LEAKED)


def stops_silently_when_clean(setting: str) -> bool:
    """True for hooks: a clean commit prints nothing."""
    return setting in ("staged", "push")
