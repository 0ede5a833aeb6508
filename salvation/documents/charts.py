"""A Vega-Lite specification drawn twice: SVG for page and PDF, PNG for Word. Fetches nothing."""

from collections.abc import Mapping
from typing import Any

import vl_convert

from salvation.documents.official import Figure

# Pixels a millimetre in Word at 200 dpi, over the 96 of the specification.
SCALE = 2.0


def figure(spec: Mapping[str, Any], *, caption: str = "", width: int = 150) -> Figure:
    """The picture of a specification whose data stand in it; ``width`` in millimetres.

    Raises ValueError for a specification that cannot be drawn.
    """
    drawn = dict(spec)
    svg = vl_convert.vegalite_to_svg(drawn, allowed_base_urls=[])
    png = vl_convert.vegalite_to_png(drawn, scale=SCALE, allowed_base_urls=[])
    return Figure(svg, png, caption, width)
