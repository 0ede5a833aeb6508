"""A table as HTML. Cells are joined here, not in a template: a wide statistic has thousands of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from salvation.domain.mask import Scene
from salvation.tables.model import Cell, Column, HeaderCell, Kind, Labelled, Mark, Row, Source, Table, Totals
from salvation.tables.values import grouped, state, text

SIGNS = {"draft": "○", "wait": "◔", "bad": "!", "good": "✓", "ended": "–", "plain": "·"}
SOURCES = {
    Source.AUTO: "自动",
    Source.MANUAL: "人工",
    Source.ADJUSTED: "自动，经人工调整",
    Source.MISSING: "缺数据",
}


@dataclass(frozen=True)
class Look:
    """What a page adds to the bare table: links, sorting, tick boxes, sources of figures."""

    row_url: Callable[[Row], str] | None = None
    cell_url: Callable[[Row, Column], str] | None = None
    sort_url: Callable[[str], str] | None = None
    sorted_by: str = ""
    tick: Callable[[Row], str] | None = None
    sources: bool = False
    beside: Callable[[Row, Column], str] | None = None
    # Whether cells lead somewhere that stand for no measure.
    every: bool = False
    # A cell set apart (a remark, a check that fails, a jump): its class and the words that say why.
    flag: Callable[[Row, Column], tuple[str, str]] | None = None
    # The same for the total row.
    total_flag: Callable[[Totals, Column], tuple[str, str]] | None = None
    scene: Scene = Scene.LIST
    css: str = ""


PLAIN = Look()


def html_table(
    table: Table, rows: Iterable[Row], *, look: Look = PLAIN, total: Totals | None = None
) -> SafeString:
    """The whole ``<table>``. ``total`` is printed where the table declares it (top or bottom)."""
    places = _places(table)
    body = [_row(places, row, look) for row in rows]
    if total is not None:
        place = 0 if table.totals == "top" else len(body)
        body.insert(place, _total(table, total, look))
    head = format_html(
        '<caption class="hidden">{}</caption><thead>{}</thead>', table.title, _head(table, look)
    )
    return format_html('<table class="table {}">{}<tbody>{}</tbody></table>', look.css, head, _join(body))


def tag(shown: Labelled) -> SafeString:
    """A state as a small label: tone, sign and word, never colour alone."""
    sign = SIGNS.get(shown.tone, SIGNS["plain"])
    return format_html(
        '<span class="tag tag-{}"><span aria-hidden="true">{}</span> {}</span>', shown.tone, sign, shown.label
    )


def cell_html(column: Column, cell: Cell, scene: Scene = Scene.LIST) -> SafeString:
    """The inside of one cell."""
    value = cell.value
    if isinstance(value, Mark):
        return format_html('<span class="unknown">{}</span>', str(value))
    if column.kind is Kind.STATE and value is not None:
        return tag(state(column, value))
    shown = text(column, value, scene)
    if column.kind in (Kind.ID, Kind.ACCOUNT):
        shown = grouped(shown, column.kind)
    return conditional_escape(shown)


def _head(table: Table, look: Look) -> SafeString:
    rows = table.header()
    tick = format_html(
        '<th scope="col" class="tick" rowspan="{}"><span class="hidden">选择</span></th>', len(rows)
    )
    lines = []
    for level, cells in enumerate(rows):
        front = tick if look.tick and level == 0 else ""
        lines.append(
            format_html("<tr>{}{}</tr>", front, _join(_heading(table, cell, look) for cell in cells))
        )
    return _join(lines)


def _heading(table: Table, cell: HeaderCell, look: Look) -> SafeString:
    column = cell.column
    if column is None:
        return format_html(
            '<th scope="colgroup" colspan="{}" class="group">{}</th>', cell.colspan, cell.label
        )
    css = _css(column, cell.first < table.lead)
    return format_html(
        '<th scope="col" rowspan="{}" class="{}"{}>{}</th>',
        cell.rowspan,
        css,
        _aria_sort(column, look),
        _heading_text(column, look),
    )


def _heading_text(column: Column, look: Look) -> SafeString:
    label = conditional_escape(column.label)
    if column.definition:
        label = format_html('<span class="defined" title="{}">{}</span>', column.definition, column.label)
    if not (column.sort and look.sort_url):
        return label
    arrow = {column.sort: "↑", f"-{column.sort}": "↓"}.get(look.sorted_by, "")
    return format_html('<a class="sort" href="{}">{}<span aria-hidden="true">{}</span></a>',
                       look.sort_url(column.sort), label, arrow)  # fmt: skip


def _aria_sort(column: Column, look: Look) -> SafeString:
    if column.sort and look.sorted_by.lstrip("-") == column.sort:
        order = "descending" if look.sorted_by.startswith("-") else "ascending"
        return format_html(' aria-sort="{}"', order)
    return mark_safe("")


@dataclass(frozen=True, slots=True)
class _Place:
    """What all cells of a column share, worked out once a table."""

    column: Column
    lead: bool
    heads: bool
    css: str
    label: str


def _places(table: Table) -> list[_Place]:
    return [
        _Place(
            column,
            position < table.lead,
            position < table.lead and position == 0,
            _css(column, position < table.lead),
            f' data-label="{escape(column.label)}"' if column.priority else "",
        )
        for position, column in enumerate(table.leaves())
    ]


def _row(places: Sequence[_Place], row: Row, look: Look) -> SafeString:
    cells = [_cell(place, row, look) for place in places]
    if look.tick:
        mark = format_html(
            '<td class="tick"><label class="tick-box"><input type="checkbox" name="pick" value="{}">'
            '<span class="hidden">选择这一行</span></label></td>',
            look.tick(row),
        )
        cells.insert(0, mark)
    return mark_safe(f"<tr>{''.join(cells)}</tr>")


def _cell(place: _Place, row: Row, look: Look) -> str:
    """Joined by hand from escaped parts: a page has thousands of cells."""
    column, found = place.column, place.column.cell(row)
    inner: str = cell_html(column, found, look.scene)
    url = _url(column, row, look)
    if url and look.every:
        # Where every cell leads somewhere, an empty one needs words to click on.
        inner = inner or "（空）"
    if url and inner:
        inner = f'<a href="{escape(url)}">{inner}</a>'
    css = place.css
    if look.beside and (note := look.beside(row, column)):
        inner = f'{inner} <span class="beside">{escape(note)}</span>'
    flag, why = look.flag(row, column) if look.flag and not place.lead else ("", "")
    if why:
        inner = f'{inner} <span class="flag-words">{escape(why)}</span>'
    if flag:
        css = f"{css} {escape(flag)}".strip()
    extra = _source(found) if look.sources and not place.lead and found.source is not Source.AUTO else ""
    # A heading without words heads nothing.
    if place.heads and inner:
        return f'<th scope="row" class="{css}"{place.label}{extra}>{inner}</th>'
    return f'<td class="{css}"{place.label}{extra}>{inner}</td>'


def _css(column: Column, lead: bool) -> str:
    """Left is the default and needs no class; a wide statistic repeats this thousands of times."""
    align = "" if column.align == "left" else column.align
    priority = f"p{column.priority}" if column.priority else ""
    return " ".join(part for part in (align, "lead" if lead else "", priority) if part)


def _url(column: Column, row: Row, look: Look) -> str:
    if column.link and look.row_url:
        return look.row_url(row)
    if look.cell_url and (column.measure or look.every):
        return look.cell_url(row, column)
    return ""


def _source(cell: Cell) -> SafeString:
    wording = SOURCES[cell.source] + (f"：{cell.note}" if cell.note else "")
    return format_html(' data-source="{}" title="{}"', cell.source.value, wording)


def _total(table: Table, total: Totals, look: Look) -> SafeString:
    tick = mark_safe("<td></td>") if look.tick else mark_safe("")
    cells = []
    for position, column in enumerate(table.leaves()):
        inner = cell_html(column, Cell(total.get(column.code)), look.scene)
        if position == 0:
            label = str(total.get(column.code) or "")
            cells.append(format_html('<th scope="row" class="lead p1">{}</th>', label))
        else:
            link = look.cell_url(total, column) if look.cell_url and column.measure and inner else ""
            shown = format_html('<a href="{}">{}</a>', link, inner) if link else inner
            label = format_html(' data-label="{}"', column.label) if column.priority else ""
            css, (flag, why) = _css(column, position < table.lead), ("", "")
            if look.total_flag:
                flag, why = look.total_flag(total, column)
            words = format_html(' <span class="flag-words">{}</span>', why) if why else ""
            cells.append(
                format_html('<td class="{}"{}>{}{}</td>', f"{css} {flag}".strip(), label, shown, words)
            )
    return format_html('<tr class="total">{}{}</tr>', tick, _join(cells))


def _join(parts: Iterable[SafeString]) -> SafeString:
    """Join pieces that are already escaped."""
    return mark_safe("".join(parts))
