"""The trend of sweeps on the page: a table with bars, which needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from scanner.report.interface import TrendPoint
from scanner.report.plain import visible

_HIGH = 6


def trend_section(points: Sequence[TrendPoint]) -> str:
    """HTML of the sweeps, the newest first; empty for fewer than two, which make no trend."""
    if len(points) < 2:
        return ""
    most = max(1, *(point.open for point in points))
    rows = "".join(_row(point, most) for point in reversed(points))
    return (
        '<section class="chart trend" id="trend"><h2>Sweeps</h2><table><thead><tr><th>Day</th><th>Repositories</th>'
        f'<th>New secrets</th><th colspan="2">Open secrets</th></tr></thead><tbody>{rows}</tbody></table></section>'
    )


def _row(point: TrendPoint, most: int) -> str:
    return (
        f"<tr><td>{escape(visible(point.day))}</td><td>{point.repositories:,}</td><td>{point.new:,}</td>"
        f"<td>{point.open:,}</td><td>{_bar(point.open / most)}</td></tr>"
    )


def _bar(share: float) -> str:
    return (
        f'<svg viewBox="0 0 100 {_HIGH}" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="{_HIGH}"/><rect width="{100 * share:.1f}" height="{_HIGH}"/></svg>'
    )
