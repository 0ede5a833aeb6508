"""The second factor of county roles and administrators (等保三级): a time-based one-time password."""

import base64
from io import BytesIO
from typing import Any

import qrcode
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathImage

from salvation.accounts.models import BackupCode, User
from salvation.accounts.roles import ROLES
from salvation.domain.errors import Refusal
from salvation.journal.services import record

CODES = 10
# No signs that are mistaken for each other on paper.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def needs_second_factor(user: User) -> bool:
    """Whether a current post asks for it. A demonstration installation does without."""
    return not settings.DEMO and any(ROLES[post.role].second_factor for post in user.current_posts)


def device_of(user: User) -> TOTPDevice:
    """The person's device; a new, unconfirmed one until the first right token."""
    confirmed = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if confirmed:
        return confirmed
    device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "手机"})
    return device


@transaction.atomic
def right_token(device: TOTPDevice, token: str) -> bool:
    """Check a token; the device throttles guessing. The first right one confirms the device."""
    allowed, _ = device.verify_is_allowed()
    if not allowed or not device.verify_token(token):
        return False
    if not device.confirmed:
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        record(actor=device.user, action="account.factor", subject=device.user)
    return True


def setup_facts(device: TOTPDevice) -> dict[str, Any]:
    """Key and QR code for a device that is not confirmed yet; empty afterwards."""
    if device.confirmed:
        return {}
    picture = BytesIO()
    qrcode.make(device.config_url, image_factory=SvgPathImage).save(picture)
    key = base64.b32encode(device.bin_key).decode()
    return {
        "setup_key": " ".join(key[start : start + 4] for start in range(0, len(key), 4)),
        "qr": base64.b64encode(picture.getvalue()).decode(),
    }


def factor_of(user: User) -> TOTPDevice | None:
    """The bound phone."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def forget_factor(user: User) -> None:
    """Unbind the phone and make the backup codes worthless."""
    TOTPDevice.objects.filter(user=user).delete()
    user.backup_codes.all().delete()


@transaction.atomic
def new_backup_codes(*, user: User) -> list[str]:
    """Ten codes for the day the phone is lost, shown this once; earlier ones stop working. Raises Refusal without a phone."""
    User.objects.select_for_update().get(pk=user.pk)
    if factor_of(user) is None:
        raise Refusal("还没有绑定动态口令，不需要备用码")
    user.backup_codes.all().delete()
    codes = ["-".join(get_random_string(5, SIGNS) for _ in range(2)) for _ in range(CODES)]
    BackupCode.objects.bulk_create(BackupCode(user=user, digest=_digest(user, code)) for code in codes)
    record(actor=user, action="account.backup_codes", subject=user)
    return codes


def codes_left(user: User) -> int:
    return user.backup_codes.filter(used_at__isnull=True).count()


@transaction.atomic
def use_backup_code(*, user: User, code: str) -> bool:
    """Whether the code was right; it works once."""
    rows = user.backup_codes.filter(digest=_digest(user, code.strip().lower()), used_at__isnull=True)
    if not rows.update(used_at=timezone.now()):
        return False
    record(actor=user, action="account.backup_used", subject=user, facts={"left": codes_left(user)})
    return True


def _digest(user: User, code: str) -> str:
    # Fifty random bits keyed with the installation's secret: no slow hash needed.
    return salted_hmac("accounts.backup_code", f"{user.pk}:{code}", algorithm="sha256").hexdigest()
