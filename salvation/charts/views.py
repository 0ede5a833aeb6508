"""The drawing of a chart that stands on a page."""

from django.http import Http404, HttpRequest, HttpResponse

from salvation.charts.render import offered
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import Page


class Drawing(Page):
    """Open to the person on whose page it stands, for an hour."""

    title = "图"
    permission = SIGNED_IN

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        found = offered(name, request.user.pk or 0)
        if found is None:
            raise Http404("图已过期，请刷新页面")
        return HttpResponse(found, content_type="image/svg+xml")
