"""The second factor of county roles and administrators (等保三级): a time-based one-time password."""

import base64
from io import BytesIO
from typing import Any

import qrcode
from django.conf import settings
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathImage

from salvation.accounts.models import User
from salvation.accounts.roles import ROLES


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


def right_token(device: TOTPDevice, token: str) -> bool:
    """Check a token; the device throttles guessing. The first right one confirms the device."""
    allowed, _ = device.verify_is_allowed()
    if not allowed or not device.verify_token(token):
        return False
    if not device.confirmed:
        device.confirmed = True
        device.save(update_fields=["confirmed"])
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


def expired(user: User) -> bool:
    """Accounts of third-party staff end with their contract (M04)."""
    return user.expires_on is not None and user.expires_on < timezone.localdate()
