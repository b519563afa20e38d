"""Ways to write a date or a number, for tests that write and read back: names in five languages by hand."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st


def words(text: str) -> list[str]:
    return text.split()


MONTHS = {
    "es": words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    "en": words("January February March April May June July August September October November December"),
    "fr": words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "de": words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "pt": words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
}
SHORT_MONTHS = {
    "es": words("ene feb mar abr may jun jul ago sept oct nov dic"),
    "en": words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    "fr": words("janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."),
    "de": words("Jan. Feb. Mrz. Apr. Mai Jun. Jul. Aug. Sept. Okt. Nov. Dez."),
    "pt": words("jan fev mar abr mai jun jul ago set out nov dez"),
}
WEEKDAYS = {
    "es": words("lun mar mié jue vie sáb dom"),
    "en": words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "fr": words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    "de": words("Mo. Di. Mi. Do. Fr. Sa. So."),
    "pt": words("segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"),
}


@dataclass(frozen=True)
class DateStyle:
    """A way to write a day; `order` is what a mapping states where the texts alone may not decide."""

    name: str
    write: Callable[[datetime.date], str]
    order: str | None = None
    two_digit_year: bool = False


def _named(language: str) -> tuple[DateStyle, ...]:
    long, short, weekdays = MONTHS[language], SHORT_MONTHS[language], WEEKDAYS[language]
    return (
        DateStyle(f"{language} de", lambda d: f"{d.day} de {long[d.month - 1]} de {d.year}"),
        DateStyle(f"{language} long", lambda d: f"{d.day}. {long[d.month - 1].upper()} {d.year}"),
        DateStyle(
            f"{language} short",
            lambda d: f"{d.day:02d}-{short[d.month - 1]}-{d.year % 100:02d}",
            two_digit_year=True,
        ),
        DateStyle(
            f"{language} weekday", lambda d: f"{weekdays[d.weekday()]} {d.day} {short[d.month - 1]} {d.year}"
        ),
        DateStyle(
            f"{language} weekday numbers",
            lambda d: f"{weekdays[d.weekday()]}, {d:%d/%m/%Y}",
            order="day/month/year",
        ),
    )


DATE_STYLES: tuple[DateStyle, ...] = (
    *(
        DateStyle(pattern, lambda d, pattern=pattern: d.strftime(pattern), order, "%y" in pattern)  # type: ignore[misc]
        for pattern, order in (
            ("%Y-%m-%d", None),
            ("%Y/%m/%d", None),
            ("%Y%m%d", None),
            ("%Y-%m-%dT%H:%M:%S", None),
            ("%Y-%m-%d 18:45:10.250", None),
            ("%Y-%m-%dT06:30:00Z", None),
            ("%Y-%m-%dT06:30:00+02:00", None),
            ("%d/%m/%Y", "day/month/year"),
            ("%d.%m.%Y", "day/month/year"),
            ("%d-%m-%Y 6:30 p. m.", "day/month/year"),
            ("%m/%d/%Y", "month/day/year"),
            ("%m/%d/%Y 11:59 PM", "month/day/year"),
            ("%d/%m/%y", "day/month/year"),
            ("%m/%d/%y", "month/day/year"),
            ("%y-%m-%d", "year/month/day"),
        )
    ),
    DateStyle("serial", lambda d: str((d - datetime.date(1899, 12, 30)).days)),
    DateStyle("serial with time", lambda d: f"{(d - datetime.date(1899, 12, 30)).days}.75"),
    DateStyle("en month first", lambda d: f"{MONTHS['en'][d.month - 1]} {d.day}, {d.year}"),
    *(style for language in MONTHS for style in _named(language)),
)
date_styles = st.sampled_from(DATE_STYLES)


def sale_dates(style: DateStyle) -> st.SearchStrategy[datetime.date]:
    """Days that the style can write without losing their century."""
    first, last = (1970, 2068) if style.two_digit_year else (1955, 2099)
    return st.dates(datetime.date(first, 1, 1), datetime.date(last, 12, 31))


@dataclass(frozen=True)
class NumberStyle:
    """A way to write a number: its decimal mark and separator of thousands, what stands around, the minus."""

    decimal: str
    thousands: str
    before: str = ""
    after: str = ""
    minus: str = "-{}"

    def write(self, number: Decimal) -> str:
        """The number as text; exact, whatever the style."""
        digits = f"{abs(number):,f}".translate(str.maketrans({",": self.thousands, ".": self.decimal}))
        text = f"{self.before}{digits}{self.after}"
        return self.minus.format(text) if number < 0 else text


@st.composite
def number_styles(draw: st.DrawFn) -> NumberStyle:
    """Every combination of mark, separator, currency or unit, and minus that people use."""
    decimal = draw(st.sampled_from(".,"))
    thousands = draw(st.sampled_from(["", " ", "\u00a0", "\u202f", "'", ",."[decimal == ","]]))
    before, after = draw(
        st.sampled_from(
            [
                ("", ""),
                ("€ ", ""),
                ("$", ""),
                ("R$ ", ""),
                ("US$", ""),
                ("", " €"),
                ("", " EUR"),
                ("CHF ", ""),
            ]
        )
    )
    minus = draw(st.sampled_from(["-{}", "({})", "{}-", "\u2212{}"]))
    return NumberStyle(decimal, thousands, before, after, minus)


amounts = st.decimals(-(10**9), 10**9, places=2)
