"""Icons of our own, drawn on a 20 × 20 grid with one stroke."""

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

PATHS = {
    "desk": "M3 4h14v9H3zM7 17h6M10 13v4",
    "people": "M7 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2 17c0-3 2-5 5-5s5 2 5 5"
    "M13 4a2.5 2.5 0 0 1 0 5M14 12c2.5.3 4 2 4 5",
    "home": "M3 9l7-6 7 6M5 8v9h10V8M8.5 17v-5h3v5",
    "camera": "M3 6h3l1.5-2h5L14 6h3v10H3zM10 13.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6",
    "me": "M10 9.5a3.2 3.2 0 1 0 0-6.5 3.2 3.2 0 0 0 0 6.5M4 17c0-3.3 2.6-5.5 6-5.5s6 2.2 6 5.5",
    "search": "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12M13.5 13.5L17 17",
    "bell": "M5 14V9a5 5 0 0 1 10 0v5l1.5 1h-13zM8.5 17.5h3",
    "menu": "M3 5h14M3 10h14M3 15h14",
    "file": "M5 2.5h6l4 4v11H5zM11 2.5v4h4M7.5 11h5M7.5 14h5",
    "money": "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M7 6l3 4 3-4M10 10v5M7.5 10.5h5M7.5 12.8h5",
    "chart": "M3 17h14M5 17V9h2.5v8M9 17V4h2.5v13M13 17v-6h2.5v6",
    "shield": "M10 2.5l6 2v5c0 4-2.5 6.5-6 8-3.5-1.5-6-4-6-8v-5zM7.5 10l2 2 3.5-4",
    "calendar": "M3 5h14v12H3zM3 8.5h14M7 3v3.5M13 3v3.5",
    "book": "M4 3.5h9.5a2 2 0 0 1 2 2v11H6a2 2 0 0 1-2-2zM4 14.5a2 2 0 0 1 2-2h9.5",
    "settings": "M10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M10 2.5v2.2M10 15.3v2.2M2.5 10h2.2M15.3 10h2.2"
    "M4.7 4.7l1.6 1.6M13.7 13.7l1.6 1.6M15.3 4.7l-1.6 1.6M6.3 13.7l-1.6 1.6",
    "log": "M4 3h12v14H4zM7 7h6M7 10h6M7 13h3",
    "clock": "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M10 5.5V10l3 2",
    "late": "M10 2.5l8 14.5H2zM10 8v4M10 14.3v.4",
    "check": "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M6.5 10.2l2.5 2.5 4.5-5",
    "cross": "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M7.2 7.2l5.6 5.6M12.8 7.2l-5.6 5.6",
    "download": "M10 3v9M6.5 8.8L10 12.3l3.5-3.5M3.5 16.5h13",
    "upload": "M10 12.5v-9M6.5 7L10 3.5 13.5 7M3.5 16.5h13",
    "plus": "M10 4v12M4 10h12",
    "columns": "M3 4h14v12H3zM8 4v12M12.5 4v12",
    "next": "M8 4.5l5.5 5.5L8 15.5",
    "back": "M12 4.5L6.5 10l5.5 5.5",
    "up": "M4.5 12.5L10 7l5.5 5.5",
    "down": "M4.5 7.5L10 13l5.5-5.5",
    "info": "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M10 9v5M10 6v.4",
    "tray": "M3 11l2.5-7h9L17 11v5.5H3zM3 11h4l1 2h4l1-2h4",
    "edit": "M4 16l.8-3.4L13 4.4l2.6 2.6-8.2 8.2zM11.5 6l2.6 2.6",
    "list": "M7 5h10M7 10h10M7 15h10M3.5 5h.1M3.5 10h.1M3.5 15h.1",
    "bank": "M3 8l7-4.5L17 8zM4 17h12M5.5 8v7M10 8v7M14.5 8v7",
    "mail": "M3 5h14v10H3zM3 5.5l7 5.5 7-5.5",
    "flag": "M5 17.5V3M5 3.5h10l-2.5 3.5L15 10.5H5",
    "print": "M6 7V3h8v4M4 7h12v6.5h-2M6 13.5H4V7M6 11.5h8V17H6z",
    "lock": "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
    "eye": "M2 10c2-3.5 4.8-5.2 8-5.2s6 1.7 8 5.2c-2 3.5-4.8 5.2-8 5.2S4 13.5 2 10z"
    "M10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6",
    "folder": "M2.5 5h5l2 2h8v9h-15z",
    "refresh": "M16 10a6 6 0 1 1-1.8-4.3M16 3v3.5h-3.5",
    "map": "M3 5.5l4.5-2 5 2 4.5-2v11l-4.5 2-5-2-4.5 2zM7.5 3.5v11M12.5 5.5v11",
    "star": "M10 3l2.2 4.6 5 .6-3.7 3.5 1 5L10 14.2l-4.5 2.5 1-5L2.8 8.2l5-.6z",
    "out": "M8 3.5H4v13h4M12.5 6.5L16 10l-3.5 3.5M16 10H7.5",
    "table": "M3 4h14v12H3zM3 8h14M3 12h14M8 4v12",
    "warning": "M10 2.5l8 14.5H2zM10 8v4M10 14.3v.4",
    "archive": "M3 4h14v4H3zM4 8v8.5h12V8M8 11h4",
    "send": "M3 10l14-6.5-5 13-3-5zM9 11.5l8-8",
    "phone": "M6 2.5h8v15H6zM9 15h2",
    "building": "M4 17V3h8v14M12 8h4v9M2.5 17h15M6.5 6.5h3M6.5 9.5h3M6.5 12.5h3",
}
# Other words for the same drawing.
SAME = {
    "house": "home",
    "gear": "settings",
    "users": "people",
    "user": "me",
    "person": "me",
    "document": "file",
    "report": "chart",
    "alert": "warning",
    "history": "clock",
    "clipboard": "log",
    "coins": "money",
    "wallet": "money",
    "megaphone": "flag",
    "inbox": "tray",
    "audit": "shield",
    "export": "download",
    "import": "upload",
}


@cache
def icon(name: str) -> SafeString:
    """The drawing, hidden from screen readers: a word always stands beside it. Raises KeyError."""
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        mark_safe(PATHS[SAME.get(name, name)]),
    )
