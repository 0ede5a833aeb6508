"""What a new standard gives each covered person of a benefit: by the verdicts where it can be judged, else by what is paid."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cases.models import TermMember
from cases.rules.result import NOTHING, MemberShare
from cases.rules.result import Assessment as Verdict
from cases.rules.standards import Paid, PaidShare, Raise, raised
from cases.services.judging import Policy


def shares_of_terms(terms: Iterable[int]) -> dict[int, list[PaidShare]]:
    """Who is covered in each range and with what; one query for any number."""
    found: dict[int, list[PaidShare]] = defaultdict(list)
    rows = TermMember.objects.filter(term__in=list(terms)).order_by("pk")
    for term, person, base, uplift, kinds in rows.values_list(
        "term", "person", "base", "uplift", "uplift_kinds"
    ):
        found[term].append(PaidShare(person, base, uplift, tuple(kinds)))
    return found


def by_amount(
    key: str, policies: tuple[Policy, Policy], paid: Paid, shares: Sequence[PaidShare]
) -> list[Raise]:
    """By what is paid alone, under the values before and after; who gets nothing more is named with nothing.

    Raises Refusal where that does not tell, or one is missing.
    """
    before, after = (policy.parameters.typed(key) for policy in policies)
    return [raised(key, before, after, paid, share) for share in shares]


def by_verdict(now: Verdict, then: Verdict, ids: Mapping[str, int]) -> list[Raise]:
    """What the verdict under the new values gives each member more than the one under the old; nothing is said too."""
    before = {share.key: share for share in now.members}
    found = []
    for share in then.members:
        old = before.get(share.key, MemberShare(share.key, NOTHING))
        made = Raise(
            ids[share.key],
            base=share.base - old.base,
            uplift=(share.uplift - share.care) - (old.uplift - old.care),
            care=share.care - old.care,
        )
        found.append(made)
    return found


def plain(raises: Iterable[Raise]) -> list[dict[str, Any]]:
    """As a row of a trial keeps them."""
    return [each.as_dict() for each in raises]
