"""A list of ID numbers asked at once: the answers on the page, and as a workbook."""

import base64
import binascii
import json
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from cases.forms.lookup import LookupForm
from cases.services.lookup import HELPED, NOT_HELPED, UNKNOWN, WRONG, Answer, Asked, look_up, read_asked
from cases.tables import LOOKUP
from salvation.domain.errors import Refusal
from salvation.domain.mask import Scene
from salvation.tables.flat import write_flat
from salvation.tables.html import Look, html_table
from salvation.vault import facts
from salvation.vault.crypto import Unsealable, open_bytes, seal_bytes
from salvation.web.downloads import download, export_heading
from salvation.web.pages.base import Page
from salvation.web.wording import speak_plainly

SHOWN = 200
KIND = "lookup"
# How long the answers of a page may be fetched as a workbook.
VALID = timedelta(minutes=30)
STATES = (HELPED, NOT_HELPED, UNKNOWN, WRONG)


class Lookup(Page):
    """The question is kept nowhere: for the workbook it travels with the page, sealed for its reader."""

    title = "批量查询"
    permission = "case.view"
    template_name = "cases/lookup.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show({"form": LookupForm()})

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if "sealed" in request.POST:
            return self._workbook(request.POST["sealed"])
        form = LookupForm(request.POST, request.FILES)
        speak_plainly(form)
        if not form.is_valid():
            return self.show({"form": form}, status=422)
        given = form.cleaned_data
        try:
            content = given["file"].read() if given["file"] else b""
            asked = read_asked(given["text"], content)
            answers = look_up(asked=asked, purpose=given["purpose"], actor=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self.show({"form": form}, status=422)
        return self.show({"form": form, **self._answers(answers, asked, given["purpose"])})

    def _answers(self, answers: list[Answer], asked: list[Asked], purpose: str) -> dict[str, Any]:
        counted = Counter(answer.state for answer in answers)
        look = Look(
            row_url=lambda answer: reverse("cases:person", args=[answer.pk]) if answer.pk else "", css="cards"
        )
        return {
            "counts": [(state, counted[state]) for state in STATES],
            "total": len(answers),
            "shown": min(len(answers), SHOWN),
            "markup": html_table(LOOKUP, answers[:SHOWN], look=look),
            "sealed": self._sealed(asked, purpose),
        }

    def _sealed(self, asked: list[Asked], purpose: str) -> str:
        kept = {
            "by": self.request.user.pk,
            "at": timezone.now().isoformat(),
            "purpose": purpose,
            "asked": [asdict(one) for one in asked],
        }
        return base64.b64encode(seal_bytes(facts.dump(kept).encode(), KIND)).decode()

    def _workbook(self, sealed: str) -> HttpResponseBase:
        """The same question asked anew: the answers are those of now, inside the units of now."""
        try:
            kept = json.loads(open_bytes(base64.b64decode(sealed, validate=True), KIND))
        except (binascii.Error, Unsealable) as error:
            raise Refusal("查询内容不完整，请重新查询后再下载") from error
        asked_at = parse_datetime(kept["at"])
        if kept["by"] != self.request.user.pk or asked_at is None or timezone.now() - asked_at > VALID:
            raise Refusal("查询结果已过期，请重新查询后再下载")
        asked = [Asked(**one) for one in kept["asked"]]
        answers = look_up(asked=asked, purpose=f"下载：{kept['purpose']}", actor=self.request.user)
        content = BytesIO()
        heading = export_heading(self.request.user, self.title)
        write_flat(LOOKUP, answers, content, heading=heading, scene=Scene.LIST)
        return download(content, f"{self.title}.xlsx")
