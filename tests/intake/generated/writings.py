"""The ways in which offices write a figure or a name: each with what a careful person reads."""

from __future__ import annotations

import datetime
import random
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from tests.intake.generated.meaning import Reading, Written

THINGS = {"households": "hộ", "dossiers": "hồ sơ", "teams": "tổ", "team_members": "người"}


def clear(content: object, meant: int, pattern: str, number_format: str = "General") -> Written:
    return Written(content, Reading.CLEAR, meant, pattern, number_format)


def unclear(content: object, pattern: str, **more: object) -> Written:
    return Written(content, Reading.UNCLEAR, None, pattern, **more)  # type: ignore[arg-type]


def write_figure(
    dice: random.Random,
    value: int,
    *,
    thing: str,
    whole: int | None = None,
    above: int | None = None,
    noise: float = 0.3,
) -> Written:
    """A writing of ``value``. ``whole`` is the figure beside it that it is a part of, ``above``
    the one in the row above, where there is one.
    """
    if dice.random() > noise:
        return clear(value, value, "number")
    ways = [_plain, _plain, _grouped, _with_thing, _padded, _approximate, _lookalike, _missing,
            _unreadable, _unreadable]  # fmt: skip
    if whole:
        ways += [_of_whole, _share]
    if above is not None and above == value:
        ways += [_ditto]
    if value == 0:
        ways += [_nought]
    return dice.choice(ways)(dice, value, thing, whole)


def _plain(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    ways = [(str(value), "text"), (float(value), "float"), (f"'{value}", "apostrophe"),
            (f"{value},0", "decimal nought"), (f"+{value}", "plus")]  # fmt: skip
    content, pattern = dice.choice(ways)
    return clear(content, value, pattern)


def _grouped(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    mark = dice.choice([".", ",", " ", "\u00a0", "\u202f"])
    return clear(f"{value:,}".replace(",", mark), value, f"grouped by {mark!r}")


def _with_thing(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    number = dice.choice([str(value), f"{value:,}".replace(",", ".")])
    if dice.random() < 0.15:
        other = dice.choice([word for word in THINGS.values() if word != thing])
        return unclear(f"{number} {other}", "another thing")
    return clear(f"{number} {thing}", value, "with its thing")


def _padded(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    blank = dice.choice([" ", "\u00a0", "\u200b", "\n"])
    return clear(f"{blank}{value}{blank}", value, "padded")


def _approximate(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    word = dice.choice(["gần", "trên", "hơn", "khoảng", "Khoảng"])
    number = dice.choice([str(value), f"{value:,}".replace(",", ".")])
    return clear(f"{word} {number}", value, "approximate")


def _lookalike(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    text = str(value)
    changed = text.replace("0", dice.choice("Oo"), 1)
    if changed == text:
        changed = text.replace("1", "l", 1)
    if changed == text or not any(letter.isdigit() for letter in changed):
        return clear(text, value, "text")
    return clear(changed, value, "letter for digit")


def _of_whole(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    if not whole or value > whole:
        return clear(value, value, "number")
    share = (Decimal(value) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    written = dice.choice(
        [f"{value}/{whole}", f"{share}%".replace(".", ",") + f" ({value}/{whole})"]
    )
    return clear(written, value, "part of whole")


def _share(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    """A percentage in a column of counts: readable when only one count gives it."""
    if not whole or value > whole:
        return clear(value, value, "number")
    share = (Decimal(value) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    fitting = [
        part
        for part in range(whole + 1)
        if (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) == share
    ]
    text = f"{share}%".replace(".", ",")
    return clear(text, value, "share") if fitting == [value] else unclear(text, "share of many")


def _ditto(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    return clear(dice.choice(["nt", "-nt-", "như trên"]), value, "ditto")


def _nought(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    return clear(dice.choice(["0", "không"]), 0, "nought")


def _missing(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    content = dice.choice([None, "-", "–", "…", "x", "chưa có số liệu", "Chưa thống kê", "  "])
    return Written(content, Reading.MISSING, None, "missing")


def _unreadable(dice: random.Random, value: int, thing: str, whole: int | None) -> Written:
    day = datetime.datetime(2022, dice.randint(1, 12), dice.randint(1, 28))
    return dice.choice(
        [
            unclear(day, "date", number_format="d/m/yyyy"),
            unclear("#DIV/0!", "error"),
            unclear("#REF!", "error"),
            unclear(f"{value}¹", "footnote mark"),
            unclear(f"{value} (ước)", "remark in the cell"),
            unclear("10.50,15", "malformed grouping"),
            unclear(f"1.23.{value:03d}"[:9] + "x", "malformed grouping"),
            unclear(f"0,{100 + value % 900}", "fraction among counts"),
            unclear(0.456, "fraction among counts"),
            unclear(value + 0.5, "half a thing"),
            unclear(-value - 1, "negative"),
            unclear(f"{value}-{value + 3}", "range"),
            unclear(f"{value}?", "doubt"),
            unclear("năm mươi", "number in words"),
            unclear(f"{value % 90 + 1} nghìn", "thousands in words"),
            unclear(True, "truth value"),
            unclear(f"{value} + 3", "sum as text"),
            unclear("=C1048576+1", "formula without value", formula=True),
        ]
    )


def write_name(
    dice: random.Random, name: str, noise: float = 0.4, declared: bool = True
) -> tuple[str, bool]:
    """A writing of a unit's name, and whether a careful person knows which unit it is. The name of
    a unit that nobody declared is never misspelt here: nobody could tell.
    """
    if dice.random() > noise:
        return name, True
    if declared and dice.random() < 0.04:
        letters = list(name)
        place = dice.randrange(len(name) - 2, len(name))
        if letters[place].isalpha():
            letters[place] = "q"
            return "".join(letters), False
    ways = [
        lambda n: n.upper(),
        lambda n: unicodedata.normalize("NFD", n),
        lambda n: f" {n} ",
        lambda n: n.replace(" ", "  ", 1),
        lambda n: n.replace(" ", "\n", 1),
        lambda n: n.replace(" ", " \u200b", 1),
        lambda n: n.replace("Đ", "\u00d0").replace("đ", "\u00f0"),
        lambda n: n.replace("A", "\u0410", 1),
        lambda n: n.replace("òa", "oà").replace("ỏa", "oả").replace("ủy", "uỷ").replace("úy", "uý"),
        _short_type,
    ]
    if declared:
        ways += [_without_type, lambda n: _without_accents(n).upper(), _without_accents]
    return dice.choice(ways)(name), True


def _without_type(name: str) -> str:
    """The bare name, but for numbers: "I" alone is no ward."""
    for kind in ("Thị trấn ", "Phường ", "Xã "):
        bare = name.removeprefix(kind)
        if bare != name and not set(bare) <= set("IVX"):
            return bare
    return name


def _without_accents(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def misspelt(dice: random.Random, label: str) -> str:
    """A label with two letters changed about, as a hurried hand leaves it."""
    place = dice.randrange(1, len(label) - 2)
    return label[:place] + label[place + 1] + label[place] + label[place + 2 :]


def _short_type(name: str) -> str:
    for long, short in (("Thị trấn ", "TT. "), ("Phường ", "P. "), ("Xã ", "X. "),
                        ("Khu vực ", "KV"), ("Huyện ", "H. "), ("Thị xã ", "TX. "),
                        ("Thành phố ", "TP. ")):  # fmt: skip
        if name.startswith(long):
            return short + name.removeprefix(long)
    return name
