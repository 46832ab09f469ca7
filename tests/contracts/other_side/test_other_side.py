"""The other side reads nothing of ours that it was not given: not on any page, not through the API, in no file.

The same search as somebody of our own finds each of the words, so that it would be found where it leaked.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from clm.accounts.actors import hash_key
from clm.accounts.models import ApiToken
from clm.lib import clock
from tests.cast import Cast
from tests.contracts.other_side.crawl import Read, crawl
from tests.contracts.other_side.planted import SECRETS, SHARED, House, plant

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def house(acme: Cast) -> House:
    return plant(acme)


def by_session(house: House, role: str) -> Client:
    client = Client()
    client.force_login(house.cast.users[role], backend=BACKEND)
    return client


def by_token(house: House, role: str) -> Client:
    """Signed in as an integration of that person's, which may do all that the person may."""
    ApiToken.objects.create(
        organization=house.cast.organization, user=house.cast.users[role], name="All", prefix="abcdef",
        key_hash=hash_key("the secret"), scopes=["*"], expires_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    return Client(headers={"authorization": "Bearer the secret"})


def leaks(read: Read) -> dict[str, list[str]]:
    """What was read that should not have been, and where."""
    return {what: urls for what, word in SECRETS.items() if (urls := read.where(word))}


def missed(read: Read, words: dict[str, str]) -> set[str]:
    return {what for what, word in words.items() if not read.where(word)}


def test_no_page_no_file_and_no_answer_tells_the_other_side_anything(house: House) -> None:
    for read in (
        crawl(by_session(house, "counterparty"), api=False),
        crawl(by_token(house, "counterparty"), api=True),
    ):
        assert leaks(read) == {}
        assert missed(read, SHARED) == set()
        assert any(url.endswith("/file/") for url in read.texts)
        assert any(url.endswith("/pdf/") for url in read.texts)


def test_somebody_of_ours_finds_each_word_on_the_pages_and_through_the_api(house: House) -> None:
    words = SECRETS | SHARED
    for client, api in ((by_session(house, "alice"), False), (by_token(house, "alice"), True)):
        assert missed(crawl(client, api=api, until=words.values()), words) == set()
