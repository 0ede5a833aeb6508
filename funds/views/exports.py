"""Downloads of rosters; the unmasked ones by the rule of files with whole numbers (12 §12.1 #9)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from funds.services.exports import full_roster, masked_roster, summary_table
from funds.services.papers import signed_paper
from salvation.web.downloads import download
from salvation.web.pages.base import Page

MAKERS = {"roster": masked_roster, "summary": summary_table, "full": full_roster, "signed": signed_paper}


class Download(Page):
    """A roster as a file, journalled. Out of scope 404; the full one needs an approved request."""

    permission = "roster.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["what"] not in MAKERS:
            raise Http404("没有这种文件")
        content, name = MAKERS[kwargs["what"]](roster_id=kwargs["pk"], actor=request.user)
        return download(content, name)
