"""Water works and drought relief: what the projects of the demonstration build against the drought.

Rule: all four means stand among them, built new or renewed, and the four industries that relief
kept alive.
"""

from reports.demo.kinds import Content, Count


def water_works(
    types, zh: str, en: str, content_zh: str, content_en: str, low, high, *counts, **more
):
    values = {"steps": "water", "people": (400, 2600)} | more
    return Content(types, zh, en, content_zh, content_en, low, high, counts=counts, **values)


def _pipes(types: tuple[str, ...], **more) -> Content:
    return water_works(
        types,
        "人畜饮水工程",
        "Drinking water for people and livestock",
        "引水管{n}00米、蓄水池、入户管网",
        "{n}00 m of pipe, a tank and taps at the houses",
        12,
        68,
        Count("引水管", "Pipes", "m", 100),
        Count("蓄水池", "Tanks", "set", 1, whole=True),
        **more,
    )


def _pumps(types: tuple[str, ...], **more) -> Content:
    return water_works(
        types,
        "提水灌溉工程",
        "Pumping and irrigation",
        "泵房一座，灌溉农田{n}亩",
        "A pump house that waters {n} mu of fields",
        80,
        600,
        Count("泵房", "Pump houses", "building", 1, whole=True),
        Count("灌溉农田", "Fields watered", "mu"),
        means="pumping",
        purpose="irrigation",
        **more,
    )


RELIEF = ("water", "relief")
DRINKING_WATER = (_pipes(("water",)), _pumps(("water",)))
RELIEF_WATER = (_pipes(RELIEF), _pumps(RELIEF, work="renewed"))
LIVELIHOOD = ("relief", "industry")


def _saved(zh: str, en: str, product: str, low: int, high: int, *counts: Count, **more) -> Content:
    """An industry that relief keeps alive in the drought."""
    unit_zh, unit_en = ("只", "head") if more.get("unit") == "head" else ("亩", "mu")
    return Content(
        LIVELIHOOD,
        f"抗旱保{zh}",
        f"{en} kept alive in the drought",
        f"{zh}{{n}}{unit_zh}补种补栏、送水和技术指导",
        f"{en}: {{n}} {unit_en} replanted or restocked, with water and advice",
        low,
        high,
        steps="base",
        people=(2000, 6000),
        counts=(Count(zh, en, more.get("unit", "mu"), is_renewal=True), *counts),
        work="renewed",
        product=product,
        **more,
    )


APPEAL = (
    water_works(
        RELIEF,
        "抗旱人畜饮水",
        "Water in the drought",
        "蓄水池{n}立方米及送水",
        "{n} m³ of tanks and water brought in",
        60,
        400,
        Count("蓄水池", "Tanks", "m3"),
        Count("送水", "Water brought in", "m3", 3),
        means="storage",
        people=(2000, 6000),
    ),
    water_works(
        RELIEF,
        "抗旱提水站",
        "Pumping station in the drought",
        "提水泵{n}台及管道",
        "{n} pumps with their pipes",
        2,
        9,
        Count("提水泵", "Pumps", "set"),
        Count("管道", "Pipes", "m", 260),
        means="pumping",
        purpose="both",
        people=(2000, 6000),
    ),
    water_works(
        RELIEF,
        "抗旱输水管道",
        "Delivery pipe in the drought",
        "输水管道{n}00米，接通村寨",
        "{n}00 m of pipe to the hamlets",
        14,
        72,
        Count("输水管道", "Pipes", "m", 100, is_renewal=True),
        work="renewed",
        people=(2000, 6000),
    ),
    water_works(
        RELIEF,
        "抗旱灌溉渠",
        "Irrigation ditch in the drought",
        "整修灌溉渠{n}00米",
        "{n}00 m of irrigation ditches repaired",
        12,
        60,
        Count("灌溉渠", "Irrigation ditches", "m", 100, is_renewal=True),
        Count("恢复灌溉", "Fields watered again", "mu", 9),
        means="irrigation",
        purpose="irrigation",
        work="renewed",
        people=(2000, 6000),
    ),
    _saved("蔬菜", "Vegetables", "vegetables", 80, 300),
    _saved("烤烟", "Tobacco", "tobacco", 100, 400),
    _saved(
        "经果林", "Fruit and nut trees", "fruit", 90, 360, Count("补植苗木", "Trees", "tree", 30)
    ),
    _saved("长毛兔", "Angora rabbits", "rabbit", 200, 700, unit="head"),
)

# The two projects that the gift of the README pays for.
PIPE = water_works(
    RELIEF,
    "{n}公里引水管",
    "Spring-water pipe, {n} km",
    "引山泉水{n}公里，三个村民组和一所小学通水",
    "{n} km of spring-water pipe to three hamlets and a primary school",
    4.6,
    4.6,
    Count("引水管", "Spring-water pipe", "km"),
    people=(864, 864),
)
CELLARS = water_works(
    RELIEF,
    "{n}口水窖",
    "{n} water cellars",
    "水窖{n}口，旱季蓄山泉水，供人和412头牲畜饮用",
    "{n} cellars that keep spring water for people and 412 head of stock",
    12,
    12,
    Count("水窖", "Water cellars", "well"),
    means="storage",
    people=(1286, 1286),
)
