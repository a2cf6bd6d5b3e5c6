"""What the words of a sentence claim, told from the words alone.

The catalogue says when a sentence is printed; here stands, apart from it, what a reader takes the
printed words to mean: "tăng" before a number is a rise, "3/8" a part of a whole, "đạt chỉ tiêu" a
verdict, "tất cả" a whole. A sentence is looked at as it is printed, with ``#`` for a number, ``?``
for a missing one and ``@`` for a name; a phrase that is found in it must be so of the numbers that
stand there, counted again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from dxkit.model.campaign import Indicator
from dxkit.model.facts import FactKey, as_written
from tests.oracles.page_tree import Element
from tests.oracles.proved import beside_target, proved_fact
from tests.oracles.second_path import Again
from tests.oracles.writing import writings

NUMBER, MISSING, NAME = "#", "?", "@"
_BROKEN = re.compile(
    r"\b(nan|NaN|inf|None(?! of)|null)\b|[-−]0(?![\d.,]*[1-9])|\(\s*\)|\{|\}|  |\s[,.;:](?=\s|$)"
    r"|,,|\.\.|: \.|\(,|\b(\w{2,}) \2\b"
)
"""A number that is none, a minus nought, an empty bracket or list, a hole, a word said twice."""


@dataclass(frozen=True)
class Said:
    """One printed sentence, what was counted again, and the unit whose page it stands on."""

    text: str
    words: str
    keys: tuple[FactKey, ...]
    """Of the numbers that it shows, in order."""
    unseen: dict[str, FactKey]
    """Of those that it rests on and does not show, by name."""
    unit: str
    again: Again

    def number(self, key: FactKey) -> Decimal:
        """A number as a reader sees it."""
        return as_written(proved_fact(self.again, key))

    def exact(self, key: FactKey) -> float:
        """The number itself."""
        return float(self.again.number(key) or 0)

    def indicator(self, key: FactKey) -> Indicator | None:
        """The indicator that a number is about."""
        return next((i for i in self.again.campaign.indicators if i.id == key.subject), None)

    def of_unit(self, code: str, kind: str, *, ratios: bool = False) -> list[float]:
        """The known numbers of a kind of all indicators of a unit, or of its ratios."""
        found = []
        for i in self.again.indicators(code):
            if not ratios or i.kind == "ratio":
                try:
                    number = self.again.number(FactKey(self.again.period.id, code, i.id, kind))
                except KeyError:
                    continue
                if number is not None:
                    found.append(float(number))
        return found


def sentence(element: Element, unit: str, again: Again) -> Said:
    """The sentence in an element that names its claim."""
    words, keys = "", []
    for child in element.children:
        if isinstance(child, str):
            words += child
        elif "data-fact" in child.attributes:
            words += NUMBER
            keys.append(FactKey.parse(child.attributes["data-fact"]))
        else:
            words += NAME if "data-name" in child.attributes else MISSING
    unseen = {name: FactKey.parse(key) for name, key in element.unseen().items()}
    return Said(element.text, " ".join(words.split()), tuple(keys), unseen, unit, again)


def wrongs(element: Element, unit: str, language: str, again: Again) -> Iterator[str]:
    """What is wrong with a printed sentence: its form, its numbers, what its words claim."""
    said = sentence(element, unit, again)
    yield from broken(said.text)
    shown = [e for e in element.children if isinstance(e, Element) and "data-fact" in e.attributes]
    for key, part in zip(said.keys, shown, strict=True):
        try:
            number = again.number(key)
        except KeyError:
            yield f"{key} is no number of this period"
            continue
        if number is None:
            yield f"{key} is shown as {part.text} and is not known"
            continue
        target = beside_target(again, key)
        if part.text not in writings(key, float(number), again.campaign, language, target):
            yield f"{key} is {float(number)}, shown as {part.text}"
    goes_on = element.attributes["data-claim"].startswith("change_")  # in a series, by semicolons
    begins = goes_on or said.text[:1].isupper() or said.text[:1].isdigit()
    if not begins or not said.words.endswith((".", ";") if goes_on else "."):
        yield f"no sentence: {said.text}"
    for phrase, holds in CLAIMS[language]:
        for found in phrase.finditer(said.words):
            first = said.words[: found.start()].count(NUMBER)
            keys = said.keys[first : first + found.group().count(NUMBER)]
            if not holds(said, *keys):
                yield f"“{found.group()}” is not so"


def broken(text: str) -> Iterator[str]:
    """What no text may hold."""
    for found in _BROKEN.finditer(text):
        yield f"“{found.group()}” in: {text[:160]}"


# what phrases claim -------------------------------------------------------------------------------

Holds = Callable[..., bool]


def rise(s: Said, key: FactKey) -> bool:
    return s.number(key) > 0


def fall(s: Said, key: FactKey) -> bool:
    return s.number(key) < 0


def of(s: Said, part: FactKey, whole: FactKey) -> bool:
    """Of units, that is: more households may be reported than there are, which a warning tells."""
    return part.kind == "numerator" or 0 <= s.exact(part) <= s.exact(whole)


def rank(s: Said, own: FactKey, ranked: FactKey) -> bool:
    return 1 <= s.exact(own) <= s.exact(ranked)


def better_rank(s: Said, *keys: FactKey) -> bool:
    return change_of_rank(s, *keys) > 0


def worse_rank(s: Said, *keys: FactKey) -> bool:
    return change_of_rank(s, *keys) < 0


def change_of_rank(s: Said, *keys: FactKey) -> float:
    """By how much the rank is better, where the same units were ranked both times and the ranks
    differ by so much.
    """
    again, key = s.again, keys[-1]
    if again.before is None:
        return 0
    now, then = again.ranks(key.unit), again.before.ranks(key.unit)
    gained = then[key.unit] - now[key.unit] if set(now) == set(then) else 0
    return gained if gained == s.exact(key) else 0


def same_rank(s: Said, *keys: FactKey) -> bool:
    again = s.again
    if again.before is None:
        return False
    now, then = again.ranks(keys[0].unit), again.before.ranks(keys[0].unit)
    return now.get(keys[0].unit) == then.get(keys[0].unit) and set(now) == set(then)


def own_rank_is_the_same(s: Said, *_: FactKey) -> bool:
    return same_rank(s, FactKey(s.again.period.id, s.unit, "total", "rank"))


def unranked(s: Said, *_: FactKey) -> bool:
    return s.unit not in s.again.ranks(s.unit)


def _decided(s: Said) -> list[tuple[bool, str]]:
    group = s.again.group(s.unit)
    decided = s.again.decisions(group).values() if group else ()
    return [how[s.unit] for how in decided if s.unit in how]


def listed(s: Said, *_: FactKey) -> bool:
    return any(on for on, _ in _decided(s))


def unlisted(s: Said, *_: FactKey) -> bool:
    return not listed(s)


def next_after(s: Said, *_: FactKey) -> bool:
    return (False, "quota_full") in _decided(s)


def shared(s: Said, key: FactKey) -> bool:
    return s.exact(key) == s.again.shared(s.unit)


def met(s: Said, *keys: FactKey) -> bool:
    indicator = s.indicator(keys[0])
    return indicator is not None and s.again.is_met(keys[0].unit, indicator) is True


def missed(s: Said, *keys: FactKey) -> bool:
    """Missed, and seen to be missed by the two numbers that are shown."""
    indicator = s.indicator(keys[0])
    if indicator is None or s.again.is_met(keys[0].unit, indicator) is not False:
        return False
    shown = [s.number(key) for key in keys if key.kind in ("value", "target")]
    return len(shown) < 2 or (shown[0] - shown[1]) * indicator.direction < 0


def few(s: Said, known: FactKey, all_: FactKey) -> bool:
    return 0 < 2 * s.exact(known) < s.exact(all_)


def untargeted(s: Said, *keys: FactKey) -> bool:
    indicator = s.indicator(keys[0])
    return indicator is not None and s.again.target(keys[0].unit, indicator) is None


def unchanged(s: Said, *keys: FactKey) -> bool:
    """The number of the period before is written as this one."""
    key = keys[0]
    before = FactKey(s.again.before.period.id, *key[1:]) if s.again.before else None
    if before is None or s.again.number(before) is None:
        return False
    return s.number(before) == s.number(key)


def before_and_now(s: Said, then: FactKey, now: FactKey) -> bool:
    return s.number(then) != s.number(now) and then.period != now.period


def all_targets(s: Said, *keys: FactKey) -> bool:
    """All that have a figure are met, and there are as many as said."""
    verdicts = [s.again.is_met(keys[0].unit, i) for i in s.again.indicators(keys[0].unit)]
    targeted = s.exact(keys[-1])
    return verdicts.count(True) == targeted > 0 and verdicts.count(False) == 0


def no_target(s: Said, *keys: FactKey) -> bool:
    verdicts = [s.again.is_met(keys[0].unit, i) for i in s.again.indicators(keys[0].unit)]
    return verdicts.count(True) == 0 and verdicts.count(False) == s.exact(keys[-1])


def some_targets(s: Said, part: FactKey, whole: FactKey) -> bool:
    verdicts = [s.again.is_met(part.unit, i) for i in s.again.indicators(part.unit)]
    return verdicts.count(True) == s.exact(part) and s.exact(whole) >= s.exact(part)


def all_ratio_targets(s: Said, *_: FactKey) -> bool:
    """Every ratio with a target has a figure and reaches it."""
    wanted = [i for i in s.again.indicators(s.unit) if i.kind == "ratio"]
    targeted = [i for i in wanted if s.again.target(s.unit, i) is not None and i.direction > 0]
    return bool(targeted) and all(s.again.is_met(s.unit, i) is True for i in targeted)


def _changes(s: Said) -> list[Decimal]:
    keys = [FactKey(s.again.period.id, s.unit, i.id, "change") for i in s.again.indicators(s.unit)
            if i.kind == "ratio"]  # fmt: skip
    return [s.number(key) for key in keys if s.again.number(key) is not None]


def all_rise(s: Said, least: FactKey, most: FactKey) -> bool:
    return all(c > 0 for c in _changes(s)) and 0 < s.number(least) <= s.number(most)


def all_fall(s: Said, one: FactKey, other: FactKey) -> bool:
    return all(c < 0 for c in _changes(s)) and abs(s.number(one)) <= abs(s.number(other))


def none_rises(s: Said, *_: FactKey) -> bool:
    return all(c <= 0 for c in _changes(s))


def none_falls(s: Said, *_: FactKey) -> bool:
    return all(c >= 0 for c in _changes(s))


def none_moves(s: Said, *_: FactKey) -> bool:
    return none_rises(s) and none_falls(s)


def greatest(s: Said, key: FactKey) -> bool:
    return s.exact(key) >= max(s.of_unit(key.unit, key.kind, ratios=True)) - 1e-12


def _against(s: Said, kind: str) -> list[Decimal]:
    keys = [FactKey(s.again.period.id, s.unit, i.id, kind) for i in s.again.indicators(s.unit)
            if i.kind == "ratio"]  # fmt: skip
    found = []
    for key in keys:
        try:
            known = s.again.number(key) is not None
        except KeyError:
            continue
        if known:
            found.append(s.number(key))
    return found


def higher_on_all(s: Said, *keys: FactKey) -> bool:
    return all(n > 0 for n in _against(s, keys[-1].kind))


def lower_on_all(s: Said, *keys: FactKey) -> bool:
    return all(n < 0 for n in _against(s, keys[-1].kind))


def others_are_three(s: Said, *_: FactKey) -> bool:
    """At least three others are ranked with the unit."""
    return len([u for u in s.again.members(s.unit) if u != s.unit]) >= 3


def each_reported(s: Said, *_: FactKey) -> bool:
    """No unit directly below lacks a table or has nothing on a criterion that it should have."""
    again, below = s.again, s.again.children(s.unit)
    silent = [
        (code, i.id) for code in below for i in again.indicators(code)
        if again.value(code, i) is None and again.sums.of(code, i).why != "not_applicable"
    ]  # fmt: skip
    return not silent and not any(again.received.tables_lacking[code] for code in (s.unit, *below))


def sure(s: Said, *_: FactKey) -> bool:
    kinds = ("rank_best", "rank", "rank_worst")
    found = {s.again.number(FactKey(s.again.period.id, s.unit, "total", kind)) for kind in kinds}
    return len(found) == 1


def wide(s: Said, best: FactKey, worst: FactKey) -> bool:
    return s.exact(best) < s.exact(worst) and s.exact(best) <= (
        s.again.rank(s.unit) or 0
    ) <= s.exact(worst)


def in_time(s: Said, *keys: FactKey) -> bool:
    dated = [k for k in (*s.keys, *s.unseen.values()) if k.kind in ("goal_date", "deadline")]
    days = {k.kind: s.exact(k) for k in dated}
    return days["goal_date"] <= days["deadline"]


def too_late(s: Said, *keys: FactKey) -> bool:
    return not in_time(s, *keys)


def ordered(s: Said, high: FactKey, low: FactKey) -> bool:
    return s.exact(high) > s.exact(low)


def nought(s: Said, *_: FactKey) -> bool:
    """Of what it is said that there is none, none was counted."""
    kinds = ("value", "movement_value", "children_met")
    found = [k for k in (*s.unseen.values(), *s.keys) if k.kind in kinds]
    return bool(found) and all(s.exact(k) == 0 for k in found)


def positive(s: Said, key: FactKey) -> bool:
    return s.exact(key) > 0


def left_to_earn(s: Said, key: FactKey) -> bool:
    """A target is missed, and no more is promised than the criterion has left to give."""
    own, most = (FactKey(*key[:3], kind) for kind in ("points", "max_points"))
    return missed(s, key) and 0 < s.exact(key) <= s.exact(most) - s.exact(own) + 1e-9


def _written(s: Said, key: FactKey, kind: str) -> list[Decimal]:
    """A number of this period and of those before, back to the first that has none, as they are
    written with as many decimals as the plan writes it.
    """
    indicator, found = s.indicator(key), []
    decimals = indicator.decimals if indicator else 2
    scale = 100 if indicator is not None and indicator.kind == "ratio" else 1
    there = {s.again.period.id, *(earlier.period.id for earlier in s.again.earlier)}
    for period in (s.again.period.id, *s.again.past):
        try:
            number = s.again.number(FactKey(period, key.unit, key.subject, kind))
        except KeyError:
            break
        if number is None or period not in there:
            break
        shown = Decimal(repr(round(float(number) * scale, 9)))
        found.append(shown.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    return found


def _runs(s: Said, steps: FactKey, first: FactKey, now: FactKey, sign: int) -> bool:
    """So many steps in a row, from the period of the first number to this one."""
    row, n = _written(s, now, now.kind), int(s.exact(steps))
    periods = (s.again.period.id, *s.again.past)
    in_row = all((row[k] - row[k + 1]) * sign > 0 for k in range(n))
    return n > 1 and in_row and first.period == periods[n] and now.period == periods[0]


def rises(s: Said, steps: FactKey, first: FactKey, now: FactKey) -> bool:
    return _runs(s, steps, first, now, 1)


def falls(s: Said, steps: FactKey, first: FactKey, now: FactKey) -> bool:
    return _runs(s, steps, first, now, -1)


def _turned(s: Said, steps: FactKey, sign: int) -> bool:
    """So many steps one way up to the period before, then one the other way."""
    row, n = _written(s, steps, "value"), int(s.exact(steps))
    before = all((row[k] - row[k + 1]) * sign > 0 for k in range(1, n + 1))
    return n > 1 and before and (row[0] - row[1]) * sign < 0


def turned_down(s: Said, *keys: FactKey) -> bool:
    return _turned(s, next(k for k in keys if k.kind == "rises_before"), 1)


def turned_up(s: Said, *keys: FactKey) -> bool:
    return _turned(s, next(k for k in keys if k.kind == "falls_before"), -1)


def highest_of(s: Said, periods: FactKey) -> bool:
    """Of three periods at least, and above all others of them."""
    row = _written(s, periods, "rank" if periods.kind == "ranks_alike" else "value")
    own, *others = row[: int(s.exact(periods))]
    if periods.kind == "ranks_alike":
        return len(others) > 1 and own < min(others)
    return len(others) > 1 and own > max(others)


def lowest_of(s: Said, periods: FactKey) -> bool:
    row = _written(s, periods, "rank" if periods.kind == "ranks_alike" else "value")
    own, *others = row[: int(s.exact(periods))]
    if periods.kind == "ranks_alike":
        return len(others) > 1 and own > max(others)
    return len(others) > 1 and own < min(others)


def missed_in_a_row(s: Said, periods: FactKey) -> bool:
    """So many periods and no more, each by its own target."""
    indicator, found = s.indicator(periods), 0
    assert indicator is not None
    by_period = {earlier.period.id: earlier for earlier in s.again.earlier}
    for period in (s.again.period.id, *s.again.past):
        own = s.again if period == s.again.period.id else by_period.get(period)
        if own is None or periods.unit not in own.units:
            break
        value, target = own.sums.value(periods.unit, indicator), own.target(periods.unit, indicator)
        if value is None or target is None:
            break
        if (value - Fraction(repr(target))) * indicator.direction >= 0:
            break
        found += 1
    return found == s.exact(periods) > 2


def targets_then_and_now(s: Said, *keys: FactKey) -> bool:
    then, now = (key for key in keys if key.kind == "target")
    other = next(e for e in s.again.earlier if e.period.id == then.period)
    indicator = s.indicator(now)
    assert indicator is not None
    return other.target(then.unit, indicator) != s.again.target(now.unit, indicator)


def nothing_known(s: Said, *_: FactKey) -> bool:
    return all(s.again.value(s.unit, i) is None for i in s.again.indicators(s.unit))


_THAN = "(?: bình quân chung các @ khác của @)"
_THEM = " the other @ of @ taken together"
_PHRASES: dict[str, list[tuple[str, Holds]]] = {
    "vi": [
        (r"xếp thứ #/#", rank),
        (r"điểm, không được xếp hạng\.$|chưa có thứ hạng\.$", unranked),
        (r"^Có tên trong danh sách", listed),
        (r"^Là đơn vị kế tiếp", next_after),
        (r"^Còn thiếu số liệu nên không được xét", unlisted),
        (r"đứng thứ #/#", rank),
        (r"[Tt]ăng # bậc", better_rank),
        (r"[Gg]iảm # bậc", worse_rank),
        (r"^Giữ nguyên so với", own_rank_is_the_same),
        (r"# đơn vị đồng hạng", shared),
        (r"xếp thứ #/# .*giữ nguyên thứ hạng so với", same_rank),
        (r"(?<!mức )[Tt]ăng #(?! bậc)", rise),
        (r"[Gg]iảm #(?! bậc)", fall),
        (r"giảm nhiều nhất là [^#]*\(#", fall),
        (r"(?:[Tt]ăng) cao nhất là [^#;]*\(#", greatest),
        (r"cùng tăng #", greatest),
        (r"đạt # \(#/# @\), cao hơn chỉ tiêu \(#\) #", met),
        (r"vượt # @", rise),
        (r"cao hơn chỉ tiêu \(#\) (?=#)", met),
        (r"(?:là|đạt) #[^#]*(?:\(#/# @\))?, chưa đạt chỉ tiêu", missed),
        (r"(?:là|đạt) #[^#]*(?:\(#/# @\))?, đạt chỉ tiêu", met),
        (r", còn thiếu # điểm", fall),
        (r"mới của #/# @, chưa đại diện", few),
        (r"không đặt chỉ tiêu\.", lambda s, *k: untargeted(s, *s.keys)),
        (r"không đổi, vẫn là #", unchanged),
        (r"không đáng kể \(từ # thành #", before_and_now),
        (r"Hoàn thành cả # chỉ tiêu:", all_targets),
        (r"hoàn thành cả # chỉ tiêu có số liệu:", all_targets),
        (r"[Cc]hưa hoàn thành chỉ tiêu nào trong # chỉ tiêu", no_target),
        (r"oàn thành #/# chỉ tiêu", some_targets),
        (r"@ đạt cả # chỉ tiêu", all_targets),
        (r"Các tỷ lệ có chỉ tiêu đều đạt", all_ratio_targets),
        (r"không tỷ lệ nào tăng", none_rises),
        (r"không tỷ lệ nào giảm", none_falls),
        (r"các tỷ lệ (?:so sánh được )?không thay đổi", none_moves),
        (rf"cao hơn{_THAN}? ở mọi tỷ lệ so sánh được[^#]*#", higher_on_all),
        (rf"thấp hơn{_THAN}? ở mọi tỷ lệ so sánh được[^#]*#", lower_on_all),
        (r"bình quân chung", others_are_three),
        (r"Đã nhận đủ báo cáo của # @", each_reported),
        (r"Thứ hạng chung giữ nguyên", sure),
        (r"^Không đổi khi trọng số", sure),
        (r"[Tt]ừ thứ # đến thứ # khi", wide),
        (r"xếp từ thứ # đến thứ #", wide),
        (r"[Kk]ịp hạn", in_time),
        (r"mới hoàn thành|^Sau hạn", too_late),
        (r"mới có số liệu của #/# @", few),
        (r"Cao nhất là @[^#]*\(#\), thấp nhất là @[^#]*\(#\)", ordered),
        (r"chưa có @ nào", nought),
        (r"[Cc]hưa ghi nhận @ nào", nought),
        (r"chưa đơn vị nào", nought),
        (r"còn thiếu # @", positive),
        (r"mỗi tuần cần thêm #", positive),
        (r"được thêm # điểm", left_to_earn),
        (r"chưa có kết quả của tiêu chí nào", nothing_known),
        (r"#/# (?:đơn vị|@)", of),
        (r"tăng liên tiếp # kỳ, từ # (?:điểm )?\(@\) lên #", rises),
        (r"giảm liên tiếp # kỳ, từ # (?:điểm )?\(@\) xuống #", falls),
        (r"giảm sau # kỳ tăng liên tiếp", turned_down),
        (r"tăng trở lại sau # kỳ giảm liên tiếp", turned_up),
        (r"cao nhất trong # kỳ", highest_of),
        (r"thấp nhất trong # kỳ", lowest_of),
        (r"chưa đạt chỉ tiêu # kỳ liên tiếp", missed_in_a_row),
        (r"chỉ tiêu @ là #, kỳ này là #", targets_then_and_now),
        (r"xếp hạng (?:cao|thấp) nhất: #/#", rank),
        (r"\) và #/# \(", rank),
    ],
    "en": [
        (r"ranks # of #", rank),
        (r"points and is not ranked\.$|has no rank yet\.$", unranked),
        (r"^On the list", listed),
        (r"^Next in reserve", next_after),
        (r"^Figures are lacking, so it is not considered", unlisted),
        (r"(?:, u|^U)p # since", better_rank),
        (r"(?:, d|^D)own # since", worse_rank),
        (r"^The same rank as in", own_rank_is_the_same),
        (r"# units share this rank", shared),
        (r"^Up # points", rise),
        (r"^Down # points", fall),
        (r"ranks # of # .*the same rank as in", same_rank),
        (r": up #", rise),
        (r": down #", fall),
        (r"up by #", rise),
        (r"down by #", fall),
        (r"risen most, by #", greatest),
        (r"fallen by #", fall),
        (r"greatest fall is in [^#]*by #", fall),
        (r"greatest rise is in [^#]*by #", greatest),
        (r"gains #", rise),
        (r"loses #", fall),
        (r"is # \(# of # @\), above the target of #", met),
        (r"is # \(# of # @\), below the target of #", missed),
        (r"is # \(# of # @\), reaching the target of #", met),
        (r": #, (?:above|reaching) the target of #", met),
        (r": #, below the target of #", missed),
        (r"no target is set\.", lambda s, *k: untargeted(s, *s.keys)),
        (r"of # of # @ only", few),
        (r"unchanged at #", unchanged),
        (r"hardly changed \(from # to #", before_and_now),
        (r"All # targets are reached", all_targets),
        (r"all # targets with figures are reached", all_targets),
        (r"[Nn]one of the # targets (?:with figures )?is reached", no_target),
        (r"[Rr]eached: # of #", some_targets),
        (r"@ reaches all # targets", all_targets),
        (r"All shares with a target reach it", all_ratio_targets),
        (r"no share has risen", none_rises),
        (r"no share has fallen", none_falls),
        (r"the shares have hardly changed", none_moves),
        (r"No share has changed", none_moves),
        (rf"(?:higher|above{_THEM}) on every share that can be compared[^#]*#", higher_on_all),
        (rf"(?:lower|below{_THEM}) on every share that can be compared[^#]*#", lower_on_all),
        (r"taken together", others_are_three),
        (r"All # @ have reported", each_reported),
        (r"The overall (?:place|rank) stays the same", sure),
        (r"^Stays the same with weights", sure),
        (r"^Between # and # with weights", wide),
        (r"ranks from # to #", wide),
        (r"[Ii]n time", in_time),
        (r"reached only on #", too_late),
        (r"^Late\.", too_late),
        (r"only # of # @ have figures", few),
        (r": # of # @", of),
        (r"Highest: @[^#]*\(#\); lowest: @[^#]*\(#\)", ordered),
        (r"there are no @", nought),
        (r"records no @", nought),
        (r"no @ in either period", nought),
        (r": none, below", nought),
        (r"none of the # units", nought),
        (r"Of the @ with figures, none reaches", nought),
        (r"# @ are lacking", positive),
        (r"# more @ a week", positive),
        (r"bring # more points", left_to_earn),
        (r"there is no result on any criterion|There is no result on any criterion", nothing_known),
        (r"(?:up|risen) for # periods in a row, from # (?:points )?\(@\) to #", rises),
        (r"(?:down|fallen) for # periods in a row, from # (?:points )?\(@\) to #", falls),
        (r"down \(from # to #\) after # periods in a row with a rise", turned_down),
        (r"up again \(from # to #\) after # periods in a row with a fall", turned_up),
        (r"the highest of # periods", highest_of),
        (r"the lowest of # periods", lowest_of),
        (r"target missed in # periods in a row", missed_in_a_row),
        (r"the target was # in @ and is # now", targets_then_and_now),
        (r"best rank is # of #", rank),
        (r"lowest rank is # of #", rank),
        (r"# of # units below", of),
    ],
}
CLAIMS = {
    language: [(re.compile(phrase), holds) for phrase, holds in phrases]
    for language, phrases in _PHRASES.items()
}
"""By language: phrases, and what must be so where one stands."""
