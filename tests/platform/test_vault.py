"""Sealed values: bound to their kind, readable with old keys, proof against change, never shown by accident."""

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from salvation.domain.mask import Scene
from salvation.vault import crypto
from salvation.vault.crypto import Unsealable, blind_index, keyring, open_bytes, seal, seal_bytes, unseal
from salvation.vault.facts import dump, load
from salvation.vault.fields import Sealed, SealedField

NUMBER = "990000195103150015"
FIRST, SECOND = "11" * 16, "22" * 16


@pytest.fixture
def keys(settings: Any) -> Iterator[Any]:
    """Set the ring of keys for one test."""

    def use(value: str) -> None:
        settings.VAULT_KEYS = value
        keyring.cache_clear()

    yield use
    keyring.cache_clear()


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again(text: str) -> None:
    assert unseal(seal(text, "citizen_id"), "citizen_id") == text


def test_equal_texts_are_sealed_differently() -> None:
    assert seal(NUMBER, "citizen_id") != seal(NUMBER, "citizen_id")
    assert NUMBER.encode() not in seal(NUMBER, "citizen_id")


def test_a_phone_number_cannot_be_passed_off_as_an_account() -> None:
    with pytest.raises(Unsealable):
        unseal(seal("13879700101", "phone"), "account")


@pytest.mark.parametrize("place", [1, 12, 13, -1, -17])
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(seal(NUMBER, "citizen_id"))
    sealed[place] ^= 1
    with pytest.raises(Unsealable):
        unseal(bytes(sealed), "citizen_id")


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"\x01" * 20])
def test_a_torn_value_is_refused_in_the_same_way(damaged: bytes) -> None:
    with pytest.raises(Unsealable):
        open_bytes(damaged, "citizen_id")


def test_after_rotation_old_values_open_and_new_ones_carry_the_new_key(keys: Any) -> None:
    keys(f"1:{FIRST}")
    old = seal(NUMBER, "citizen_id")
    keys(f"1:{FIRST},2:{SECOND}")
    new = seal(NUMBER, "citizen_id")
    assert (old[0], new[0]) == (1, 2)
    assert unseal(old, "citizen_id") == unseal(new, "citizen_id") == NUMBER


def test_a_value_whose_key_is_gone_does_not_open(keys: Any) -> None:
    keys(f"1:{FIRST}")
    old = seal(NUMBER, "citizen_id")
    keys(f"2:{SECOND}")
    with pytest.raises(Unsealable):
        unseal(old, "citizen_id")


@pytest.mark.parametrize("ring", ["", "1:abcd", f"1:{FIRST}11"])
def test_a_ring_without_a_proper_key_stops_the_start(ring: str, keys: Any) -> None:
    keys(ring)
    with pytest.raises(ImproperlyConfigured):
        seal(NUMBER, "citizen_id")


def test_the_blind_index_is_equal_for_equals_and_apart_by_kind() -> None:
    assert blind_index(NUMBER, "citizen_id") == blind_index(NUMBER, "citizen_id")
    assert blind_index(NUMBER, "citizen_id") != blind_index(NUMBER, "account")
    assert blind_index(NUMBER, "citizen_id") != blind_index(NUMBER[:-1] + "3", "citizen_id")


def test_the_blind_index_hangs_on_its_key(settings: Any) -> None:
    before = blind_index(NUMBER, "citizen_id")
    settings.INDEX_KEY = "ab" * 32
    crypto.index_keys.cache_clear()
    try:
        assert blind_index(NUMBER, "citizen_id") != before
    finally:
        crypto.index_keys.cache_clear()


@pytest.fixture
def sealed() -> Sealed:
    return Sealed(seal(NUMBER, "citizen_id"), "citizen_id")


def test_printing_a_sealed_value_shows_its_mask(sealed: Sealed) -> None:
    assert str(sealed) == f"{sealed}" == "990000********0015"
    assert NUMBER not in repr(sealed)
    assert sealed.masked(Scene.LOG) == "990*************15"


def test_only_plain_opens_a_sealed_value(sealed: Sealed) -> None:
    assert sealed.plain() == NUMBER


def test_sealed_values_compare_by_content_and_kind(sealed: Sealed) -> None:
    again = Sealed(seal(NUMBER, "citizen_id"), "citizen_id")
    assert sealed == again
    assert hash(sealed) == hash(again)
    assert sealed != Sealed(seal(NUMBER, "account"), "account")
    assert sealed != NUMBER


def test_a_kind_without_a_mask_shows_nothing() -> None:
    assert str(Sealed(seal("诊断", "facts"), "facts")) == "（已密封）"


def test_a_copied_sealed_value_still_hides_its_content(sealed: Sealed) -> None:
    assert NUMBER not in repr(copy.copy(sealed))
    assert NUMBER.encode() not in pickle.dumps(Sealed(seal(NUMBER, "citizen_id"), "citizen_id"))


@pytest.mark.parametrize("empty", [None, ""])
def test_nothing_is_kept_as_nothing(empty: Any) -> None:
    assert SealedField(kind="phone").get_prep_value(empty) is None


def test_a_sealed_value_moves_between_columns_of_its_kind_without_opening(sealed: Sealed) -> None:
    assert SealedField(kind="citizen_id").get_prep_value(sealed) == sealed.sealed


def test_facts_are_kept_in_one_canonical_form() -> None:
    assert dump({"b": 1, "a": "甲"}) == dump({"a": "甲", "b": 1}) == '{"a":"甲","b":1}'
    assert load(Sealed(seal('{"a":1}', "facts"), "facts")) == {"a": 1}
    assert load(None) is None


def test_files_are_sealed_under_a_kind_of_their_own() -> None:
    with pytest.raises(Unsealable):
        open_bytes(seal_bytes(b"%PDF-", "file"), "facts")
