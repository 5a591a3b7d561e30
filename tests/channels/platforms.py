"""All fakes, and one message sent to a webhook as each of them sends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.channels.fake import FakePlatform, running
from tests.channels.line import FakeLine
from tests.channels.messenger import FakeMessenger
from tests.channels.slack import FakeSlack
from tests.channels.telegram import FakeTelegram
from tests.channels.twilio import FakeTwilio
from tests.channels.whatsapp import FakeWhatsApp

FAKES: dict[str, type[FakePlatform]] = {
    each.name: each for each in (FakeTelegram, FakeWhatsApp, FakeMessenger, FakeSlack, FakeLine, FakeTwilio)
}
GROUPED = [name for name, each in FAKES.items() if each.groups]
PUBLIC_URL = "https://signpost.clinic.example"


@contextmanager
def fakes(*names: str) -> Iterator[tuple[dict[str, FakePlatform], dict[str, str]]]:
    """Fakes that run, all or those named, by name; and the settings with which a server finds them."""
    made: dict[str, FakePlatform] = {}
    settings = {"SIGNPOST_PUBLIC_URL": PUBLIC_URL}
    with ExitStack() as stack:
        for name in names or FAKES:
            fake = made[name] = FAKES[name]()
            if hasattr(fake, "public_url"):
                fake.public_url = PUBLIC_URL
            keys = {**fake.keys, "api": stack.enter_context(running(fake.app()))}
            settings |= {f"SIGNPOST_{name}_{key}".upper(): value for key, value in keys.items()}
        yield made, settings
