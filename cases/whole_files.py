"""Which files of cases carry whole ID numbers out of the system, and what each asks for (12 §12.1 #9)."""

from collections.abc import Callable, Sequence

from cases.models import ArchiveBundle, CheckExchange, ReferralBatch
from salvation.files.whole import Whole


def taken_out_whole(reverse: Callable[..., str]) -> Sequence[Whole]:
    """Lists for departments, requests of core checks with their answers, bound archives."""
    return (
        Whole(
            ReferralBatch, "转介名单", "case.review", lambda batch: batch.unit,
            file=lambda batch: reverse("cases:referral_list", args=[batch.pk]),
            back=lambda batch: reverse("cases:referral_lists"),
        ),
        Whole(
            CheckExchange, "核对文件", "check.issue", lambda exchange: exchange.unit,
            file=lambda exchange: reverse("cases:check_exchange", args=[exchange.pk]),
            back=lambda exchange: reverse("cases:check_exchanges"),
        ),
        Whole(
            ArchiveBundle, "档案合订件", "mask.unmask", lambda bundle: bundle.household.handling_unit,
            file=lambda bundle: reverse("cases:bundle_file", args=[bundle.pk]),
            back=lambda bundle: reverse("cases:bundle", args=[bundle.pk]),
        ),
    )  # fmt: skip
