"""A document as markup: the page of the PDF and the preview on the screen. Every text is escaped.

No style attributes: the browser's policy forbids them. Sizes and heights are classes of css/paper.css.
"""

from base64 import b64encode
from collections.abc import Iterable

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from salvation.documents.official import (
    SEAL_PLACE,
    UNFROZEN,
    Annex,
    Break,
    Figure,
    Grid,
    Imprint,
    Line,
    Paper,
    Part,
    Placed,
    align_of,
    chinese_date,
    placed,
    shares_of,
)

NOTHING = SafeString("")
# CSS pixels a millimetre.
PIXELS = 96 / 25.4


def paper_html(paper: Paper) -> SafeString:
    """The whole document as one ``article``."""
    return format_html(
        '<article class="paper{}">{}{}{}{}{}{}{}</article>',
        " plain" if paper.plain else "",
        format_html('<div class="mark" data-mark="{}"></div>', paper.mark) if paper.mark else NOTHING,
        _opening(paper),
        parts_html(paper.body),
        _signatures(paper) if paper.plain else _closing(paper),
        parts_html(paper.tail),
        format_html_join("", "{}", ((_annex(annex),) for annex in paper.annexes)),
        _imprint(paper.imprint) if paper.imprint else NOTHING,
    )


def parts_html(parts: Iterable[Part]) -> SafeString:
    """Paragraphs, tables and pictures in their order."""
    return format_html_join("", "{}", ((_part(part),) for part in parts))


def _opening(paper: Paper) -> SafeString:
    pieces = [format_html('<p class="unfrozen">{}</p>', UNFROZEN) if paper.draft else NOTHING]
    if paper.masthead:
        pieces.append(format_html('<p class="masthead">{}</p>', paper.masthead))
        pieces.append(format_html('<p class="file-line"><span>{}</span>{}</p>', paper.number, _signer(paper)))
    elif paper.signer:
        pieces.append(format_html('<p class="signer">{}</p>', _signer(paper)))
    pieces.append(format_html('<h1 class="title">{}</h1>', paper.title))
    if paper.number and not paper.masthead:
        pieces.append(format_html('<p class="number">{}</p>', paper.number))
    if paper.addressee:
        pieces.append(format_html('<p class="addressee">{}</p>', paper.addressee))
    return _together(pieces)


def _signer(paper: Paper) -> SafeString:
    if not paper.signer:
        return NOTHING
    return format_html("<span>签发人：<span class=kai>{}</span></span>", paper.signer)


def _closing(paper: Paper) -> SafeString:
    pieces = []
    for number, name in enumerate(paper.attachments, start=1):
        lead = "附件：" if number == 1 else ""
        pieces.append(
            format_html(
                '<p class="attached {}"><span>{}</span>{}. {}</p>',
                "first" if lead else "",
                lead,
                number,
                name,
            )
        )
    pieces.append(_signatures(paper))
    pieces.append(
        format_html(
            '<div class="closing{}"><p>{}</p><p>{}</p></div>',
            " sealed" if paper.sealed else "",
            paper.issuer,
            chinese_date(paper.dated),
        )
    )
    if paper.contact:
        pieces.append(format_html('<p class="body">（{}）</p>', paper.contact))
    pieces += [format_html('<p class="note">{}</p>', note) for note in paper.notes]
    return _together(pieces)


def _signatures(paper: Paper) -> SafeString:
    """Who signed electronically, and where the electronic seal goes."""
    if not paper.signatures:
        return NOTHING
    lines = format_html_join("", "<p>{}</p>", ((line,) for line in paper.signatures))
    return format_html('<div class="signatures">{}<p class="seal-place">{}</p></div>', lines, SEAL_PLACE)


def _part(part: Part) -> SafeString:
    if isinstance(part, Line):
        return _line(part)
    if isinstance(part, Grid):
        return _grid(part)
    if isinstance(part, Figure):
        return _figure(part)
    return mark_safe('<div class="new-page"></div>') if isinstance(part, Break) else NOTHING


def _line(line: Line) -> SafeString:
    tone = {1: "h1", 2: "h2", 3: "body", 4: "body"}[line.level.value]
    return format_html('<p class="{} {}">{}</p>', tone, line.align, with_breaks(line.text))


def with_breaks(text: str) -> SafeString:
    """The text with its line breaks kept."""
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.split("\n")))


def _grid(grid: Grid) -> SafeString:
    columns = format_html_join(
        "", '<col width="{}%">', ((f"{share * 100:.3f}",) for share in shares_of(grid))
    )
    lines: dict[int, list[SafeString]] = {}
    for place in placed(grid):
        lines.setdefault(place.row, []).append(_cell(grid, place))
    head = format_html("<thead><tr>{}</tr></thead>", _together(lines.pop(0))) if grid.head else NOTHING
    rows = format_html_join("", "<tr>{}</tr>", ((_together(cells),) for cells in lines.values()))
    caption = format_html("<caption>{}</caption>", grid.caption) if grid.caption else NOTHING
    return format_html(
        '<table class="grid size-{} high-{}">{}<colgroup>{}</colgroup>{}<tbody>{}</tbody></table>',
        f"{grid.size:g}".replace(".", "-"), grid.height, caption, columns, head, rows,
    )  # fmt: skip


def _cell(grid: Grid, place: Placed) -> SafeString:
    cell = place.cell
    return format_html(
        '<{} class="{}{}"{}{}>{}</{}>',
        "th" if place.head else "td",
        align_of(grid, place),
        " strong" if cell.bold else "",
        mark_safe(f' colspan="{cell.span}"') if cell.span > 1 else NOTHING,
        mark_safe(f' rowspan="{cell.down}"') if cell.down > 1 else NOTHING,
        with_breaks(cell.text),
        "th" if place.head else "td",
    )


def _figure(figure: Figure) -> SafeString:
    """As an image: whatever the drawing names is not fetched, and nothing in it runs."""
    data = b64encode(figure.svg.encode()).decode()
    caption = format_html("<figcaption>{}</figcaption>", figure.caption) if figure.caption else NOTHING
    return format_html(
        '<figure><img alt="{}" width="{}" src="data:image/svg+xml;base64,{}">{}</figure>',
        figure.caption, round(figure.width * PIXELS), data, caption,
    )  # fmt: skip


def _annex(annex: Annex) -> SafeString:
    return format_html(
        '<section class="annex"><p class="annex-label">{}</p><h1 class="title">{}</h1>{}</section>',
        annex.label,
        annex.title,
        parts_html(annex.body),
    )


def _imprint(imprint: Imprint) -> SafeString:
    rows = []
    if imprint.copies:
        rows.append(format_html("<p>抄送：{}</p>", imprint.copies))
    printed = f"{chinese_date(imprint.printed_on)}印发" if imprint.printed_on else ""
    rows.append(format_html("<p><span>{}</span><span>{}</span></p>", imprint.office, printed))
    return format_html('<div class="imprint">{}</div>', _together(rows))


def _together(pieces: Iterable[SafeString]) -> SafeString:
    return SafeString("".join(conditional_escape(piece) for piece in pieces))
