"""Which project lies in which county, what it is, and what it costs: 309 cards, dealt by a seed.

Rule: counts and sums of every share of `year_2010` come out exactly, county by county.
"""

from dataclasses import dataclass
from random import Random

from reports.demo import waters, year_2010
from reports.demo.contents import (
    BAYBERRY,
    GOVERNMENT_REST,
    INDUSTRIES,
    LOQUAT,
    SOCIAL,
    VILLAGES,
)
from reports.demo.kinds import Content
from reports.demo.shares import dealt, split
from reports.demo.year_2010 import Share


@dataclass
class Card:
    """One project to be: its share's key, what it is, its county, and its agreed yuan."""

    share: str
    content: Content
    county: str
    agreed: int
    towns: tuple[str, ...] = ()
    is_government: bool = True
    is_integrated: bool = False
    is_drought_relief: bool = False
    is_eco_base: bool = False


def cards_of_the_year(rng: Random) -> list[Card]:
    return [*_government(rng), *_social(rng)]


# -- government -----------------------------------------------------------------------------------


def _government(rng: Random) -> list[Card]:
    counties = {code: government for code, (_all, government) in year_2010.COUNTIES.items()}
    relief = list(year_2010.DROUGHT_COUNTIES)
    for county in relief:
        counties[county] -= 1
    deck = dealt(rng, counties.items())
    cards = _share(rng, "grants", year_2010.GRANT_PROJECTS, waters.RELIEF_WATER, relief)
    cards += _share(rng, "villages", year_2010.VILLAGES, VILLAGES, deck)
    bases = _share(rng, "industry", year_2010.INDUSTRY, INDUSTRIES, deck)
    _varieties(bases)
    cards += bases
    cards += _share(rng, "integrated", year_2010.INTEGRATED_REST, waters.DRINKING_WATER, deck)
    for card in cards:
        card.is_integrated, card.is_drought_relief = True, card.share == "grants"
    for key, share in year_2010.GOVERNMENT_REST.items():
        cards += _share(rng, key, share, GOVERNMENT_REST[key], deck)
    return cards


def _share(
    rng: Random, key: str, share: Share, contents: tuple[Content, ...], deck: list[str]
) -> list[Card]:
    """The cards of one share, dealt from the deck of counties; contents take turns."""
    amounts = split(rng, share.amount, share.count, step=1000)
    return [
        Card(key, contents[place % len(contents)], deck.pop(), amount)
        for place, amount in enumerate(amounts)
    ]


def _varieties(bases: list[Card]) -> None:
    """A base in each prefecture takes on a variety from Ningbo; the largest count as eco-bases."""
    for prefecture, content in (("5223", LOQUAT), ("5226", BAYBERRY)):
        next(card for card in bases if card.county.startswith(prefecture)).content = content
    for card in sorted(bases, key=lambda card: card.agreed)[-year_2010.ECO_BASES :]:
        card.is_eco_base = True


# -- social ---------------------------------------------------------------------------------------


def _social(rng: Random) -> list[Card]:
    counties = {code: all_ - government for code, (all_, government) in year_2010.COUNTIES.items()}
    taken = {"drought-appeal": [], "dong-choir": list(year_2010.CHOIR_COUNTIES)}
    taken["drought-appeal"] = dealt(rng, year_2010.DROUGHT_COUNTIES.items())
    for county in [*taken["drought-appeal"], *taken["dong-choir"]]:
        counties[county] -= 1
    deck = dealt(rng, counties.items())
    cards = []
    for key, share in year_2010.SOCIAL_SHARES.items():
        if key == "drought-appeal":
            cards += _appeal(rng, share, taken[key])
        else:
            cards += _share(rng, key, share, SOCIAL[key], taken.get(key, deck))
    for card in cards:
        card.is_government, card.is_drought_relief = False, card.share == "drought-appeal"
    return cards


def _appeal(rng: Random, share: Share, deck: list[str]) -> list[Card]:
    """The appeal's projects: the two that the show gift pays for, and the others."""
    known = []
    for content, (town, amount) in (
        (waters.PIPE, year_2010.PIPE),
        (waters.CELLARS, year_2010.CELLARS),
    ):
        deck.remove(town[:6])
        known.append(Card("drought-appeal", content, town[:6], amount, towns=(town,)))
    rest = Share(share.count - 2, share.amount - sum(card.agreed for card in known))
    return known + _share(rng, "drought-appeal", rest, SOCIAL["drought-appeal"], deck)


def check(cards: list[Card]) -> None:
    """Raises AssertionError unless every printed count and sum comes out."""
    government = [card for card in cards if card.is_government]
    sums = {
        "all": (cards, year_2010.ALL),
        "government": (government, year_2010.GOVERNMENT),
        "social": ([c for c in cards if not c.is_government], year_2010.SOCIAL),
        "integrated": ([c for c in government if c.is_integrated], year_2010.INTEGRATED),
        "villages": ([c for c in government if c.share == "villages"], year_2010.VILLAGES),
        "industry": ([c for c in government if c.share == "industry"], year_2010.INDUSTRY),
    }
    for name, (some, share) in sums.items():
        assert (len(some), sum(c.agreed for c in some)) == (share.count, share.amount), name
    for county, (count, _government) in year_2010.COUNTIES.items():
        assert sum(card.county == county for card in cards) == count, county
