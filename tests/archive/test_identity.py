"""Numbers that lead to somebody go; the numbers of medicine stay."""

from __future__ import annotations

import pytest

from bot.archive.identity import without_numbers

GONE = (
    "A123456789", "a123456789", "123-45-6789", "943 476 5919", "943-476-5919", "9434765919", "1234 5678 9012",
    "1234-5678-9012", "4111 1111 1111 1111", "AB1234567", "C12345678", "MRN 0048213", "MRN: 123-456", "ID no. 55-1234",
    "ID number is X98765", "my id: 12345", "patient ID 4471", "passport no. 12345678", "Medical record number: 88-1234",
    "hospital number K4471829", "policy no. 7788123", "NHS no: 943 476 5919", "SSN 123 45 6789", "+44 20 7946 0958",
    "0912-345-678", "(02) 2345-6789", "020 7946 0958", "07700 900123", "0912345678", "(555) 123-4567", "555.123.4567",
    "+1 (555) 123-4567", "1-800-555-1234", "98765 43210", "phone: 2345-6789", "call me at 555-1234", "tel. 23456789",
    "whatsapp +91 98765 43210", "a.b@example.org",
)  # fmt: skip
KEPT = (
    "since 2004-08-17 or 17.08.2004, 100 000 units", "on 12/03/2019 it was 120/80", "2004-08-17 2004-09-01",
    "call on 12.03.2019 14.30", "from 1990 to 1995-1998", "120/80-140/90", "120 80, 130 85", "3-4 times", "130-85",
    "1000-2000 mg", "1000 2000 3000 mg", "150000-400000", "10.5-11.5", "5.6 7.8 9.1 10.2", "1 000 000 units",
    "1200000000 copies", "RBC 4500000", "6500000000/L", "123,456,789", "1,234,567.89 cells", "B12 350", "CA199",
    "CA125 35.2", "T4 1.20 TSH 2.45", "vitamin D 50000 IU", "250 mg/5 ml", "glasses +1.50 -0.75 180", "L4-L5, G51.3",
    "call 999", "call 111 or 112", "text 160 characters", "in case 2 of us", "file no. 3", "insurance 2019",
    "at 0800-2000", "pulse 72 80 76 90", "10-12 20-25 30-35", "5 x 10^9",
)  # fmt: skip


@pytest.mark.parametrize("number", GONE)
def test_what_leads_to_somebody_goes(number: str) -> None:
    for text in (number, f"It was {number}, they said.", f"({number})", f"It is {number}."):
        left = without_numbers(text)
        assert "[removed]" in left and not any(character.isdigit() for character in left)


@pytest.mark.parametrize("text", KEPT)
def test_the_numbers_of_medicine_stay(text: str) -> None:
    for whole in (text, f"It was {text}.", f"{text}, and then less"):
        assert without_numbers(whole) == whole


def test_the_words_around_a_number_stay() -> None:
    assert without_numbers("My MRN is 0048213, my wrist hurts.") == "My MRN is [removed], my wrist hurts."
    assert without_numbers("Call me at 0912-345-678 or a@b.example!") == "Call me at [removed] or [removed]!"


@pytest.mark.parametrize("piece", ["1", "a", "MRN 1", "0 ", "(0", "+1 ", "a.", "1-", "ID ", "call ", "12/", " ", "A1"])
def test_no_text_takes_long(piece: str) -> None:
    # A pattern that tries every way to part a long text would not come back from this.
    without_numbers("MRN " + piece * (20_000 // len(piece)) + "_")
