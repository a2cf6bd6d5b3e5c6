"""Vietnamese in the writings from before Unicode, letter by letter, apart from the kit's tables."""

from __future__ import annotations

TCVN3 = dict(
    zip(
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        bytes.fromhex(
            "a1a2a3a4a5a6a7a8a9aaabacadaeb5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6"
            "d7d8dcdddedfe1e2e3e4e5e6e7e8e9eaebecedeeeff1f2f3f4f5f6f7f8f9fafbfcfdfe"
        ).decode("latin-1"),
        strict=True,
    )
)
# fmt: off
VNI = dict(pair.split(":") for pair in [
    "á:aù", "à:aø", "ả:aû", "ã:aõ", "ạ:aï", "â:aâ", "ấ:aá", "ầ:aà", "ẩ:aå", "ẫ:aã", "ậ:aä",
    "ă:aê", "ắ:aé", "ằ:aè", "ẳ:aú", "ẵ:aü", "ặ:aë", "é:eù", "è:eø", "ẻ:eû", "ẽ:eõ", "ẹ:eï",
    "ê:eâ", "ế:eá", "ề:eà", "ể:eå", "ễ:eã", "ệ:eä", "í:í", "ì:ì", "ỉ:æ", "ĩ:ó", "ị:ò", "ó:où",
    "ò:oø", "ỏ:oû", "õ:oõ", "ọ:oï", "ô:oâ", "ố:oá", "ồ:oà", "ổ:oå", "ỗ:oã", "ộ:oä", "ơ:ô",
    "ớ:ôù", "ờ:ôø", "ở:ôû", "ỡ:ôõ", "ợ:ôï", "ú:uù", "ù:uø", "ủ:uû", "ũ:uõ", "ụ:uï", "ư:ö",
    "ứ:öù", "ừ:öø", "ử:öû", "ữ:öõ", "ự:öï", "ý:yù", "ỳ:yø", "ỷ:yû", "ỹ:yõ", "ỵ:î", "đ:ñ",
    "Đ:Ñ",
])
# fmt: on


def written(text: str, table: dict[str, str]) -> str:
    """The text in an old writing. A capital that the writing lacks is written as the small letter,
    which fonts of capitals drew large; in VNI the mark follows the capital.
    """
    return "".join(_letter(letter, table) for letter in text)


def _letter(letter: str, table: dict[str, str]) -> str:
    small = table.get(letter.lower())
    if letter in table or small is None or letter.islower():
        return table.get(letter, letter)
    return small if table is TCVN3 else small.upper()
