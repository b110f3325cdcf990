"""The year in tables: what the yearbook printed, and into which shares the demonstration splits it.

Rule: amounts are whole yuan here; every total of the yearbook stands in this file once, and what
was invented to split it stands beside it. docs/demo.md says which is which.
"""

from dataclasses import dataclass
from datetime import date

YEAR = 2010
SEED = 2010
TWINNINGS_DAY = date(2010, 7, 1)


@dataclass(frozen=True)
class Share:
    """A number of projects that cost an amount together, in whole yuan."""

    count: int
    amount: int


# -- printed by the yearbook ----------------------------------------------------------------------

ALL = Share(309, 81_850_000)
GOVERNMENT = Share(148, 43_150_000)
SOCIAL = Share(161, 38_700_000)
INTEGRATED = Share(109, 31_190_000)
VILLAGES = Share(58, 14_400_000)
INDUSTRY_AMOUNT = 6_140_000
RELIEF_GRANT = 2_000_000  # to each of the two prefectures
RELIEF_ALL = 10_220_000
RELIEF_PEOPLE_AT_LEAST = 200_000
RELIEF_TOWNS = 86
RELIEF_SCHOOLS = 30

# -- invented shares that add up to it ------------------------------------------------------------

INDUSTRY = Share(31, INDUSTRY_AMOUNT)
ECO_BASES = 3  # of them, besides ten of the years before
GRANT_PROJECTS = Share(8, 3_700_000)  # drinking water from the relief grants, inside INTEGRATED
INTEGRATED_REST = Share(12, 6_950_000)
GOVERNMENT_REST = {
    "school": Share(10, 4_300_000),
    "road": Share(8, 3_160_000),
    "health": Share(7, 1_700_000),
    "water": Share(4, 1_200_000),
    "cadre_training": Share(5, 700_000),
    "skills_training": Share(5, 900_000),
}
SOCIAL_SHARES = {
    "zhu-yinglong": Share(18, 26_120_000),
    "warm-lunch": Share(24, 1_780_000),
    "care-package": Share(14, 950_000),
    "dong-choir": Share(3, 400_000),
    "water-cellar": Share(16, 1_050_000),
    "student-assistance": Share(41, 4_000_000),
    "drought-appeal": Share(45, 4_400_000),
}
RELIEF_PEOPLE = 204_310  # persons served by the drought-relief projects


@dataclass(frozen=True)
class Earlier:
    """What the years 2006 to 2009 add; the totals with 2010 are the yearbook's."""

    village_amount: int = 51_530_000  # with 2010, in 103 villages
    villages: int = 45  # not among the 58 of 2010
    renewed_twice: int = 15  # of them, once more before 2010
    renewed: int = 20  # of the 58, once before 2010
    old_bases: int = 16
    old_base_least: int = 500_000
    old_base_amount: int = 8_800_000
    bases: int = 10
    base_amount: int = 15_260_000  # with those of 2010; the yearbook says more than 15 M


EARLIER = Earlier()

# Projects in each county, and how many of them are government projects.
COUNTIES = {
    "522301": (11, 4),
    "522322": (11, 4),
    "522323": (12, 4),
    "522324": (29, 20),
    "522325": (17, 6),
    "522326": (17, 6),
    "522327": (29, 20),
    "522328": (11, 4),
    "522601": (9, 3),
    "522622": (29, 20),
    "522623": (8, 3),
    "522624": (7, 3),
    "522625": (7, 2),
    "522626": (6, 2),
    "522627": (7, 2),
    "522628": (6, 2),
    "522629": (8, 3),
    "522630": (9, 3),
    "522631": (11, 4),
    "522632": (10, 3),
    "522633": (11, 4),
    "522634": (29, 20),
    "522635": (6, 3),
    "522636": (9, 3),
}
CHOIR_COUNTIES = ["522631", "522633", "522632"]  # Liping, Congjiang, Rongjiang: Dong country
# Where the appeal's projects lie: eight counties, as the yearbook says; which eight it does not.
DROUGHT_COUNTIES = {
    "522327": 7,
    "522324": 7,
    "522326": 8,
    "522325": 8,
    "522323": 4,
    "522622": 5,
    "522634": 4,
    "522601": 2,
}
# How many towns of each of these counties drought relief reached.
DROUGHT_TOWNS = {
    "522327": 14,
    "522324": 14,
    "522326": 12,
    "522325": 12,
    "522323": 10,
    "522622": 10,
    "522634": 7,
    "522601": 7,
}


# -- funds and programmes -------------------------------------------------------------------------


@dataclass(frozen=True)
class DonatedFund:
    """A programme and its fund. `received` is what came in as gifts of 2010, in whole yuan."""

    key: str
    kind: str
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    project_types: tuple[str, ...]
    received: int
    gift_count: int
    spend_by: date | None = None
    is_drought_relief: bool = False


DONATED = (
    DonatedFund(
        "zhu-yinglong",
        "named_fund",
        "朱英龙先生助学建校基金",
        "School fund of Mr Zhu Yinglong",
        "台胞朱英龙先生捐资，在黔东南、黔西南两州建设学校和学生宿舍。",
        "Schools and dormitories in both prefectures, given by one compatriot from Taiwan.",
        ("school",),
        26_800_000,
        5,
    ),
    DonatedFund(
        "warm-lunch",
        "programme",
        "暖心午餐",
        "Warm lunch",
        "让山区学校的寄宿学生中午吃上热饭。",
        "A hot meal at noon for pupils in mountain schools.",
        ("school", "assistance"),
        1_960_000,
        210,
    ),
    DonatedFund(
        "care-package",
        "programme",
        "爱心包裹",
        "Care package",
        "为贫困学生送去棉被、冬衣和文具。",
        "Quilts, winter coats and stationery for pupils.",
        ("assistance",),
        1_030_000,
        90,
    ),
    DonatedFund(
        "dong-choir",
        "programme",
        "侗族大歌进世博",
        "Singing Dong Choir at the World Expo",
        "帮助侗族大歌队到上海世博会演出，支持大歌进校园。",
        "Takes singers of the Grand Song of the Dong to the World Expo and the song into schools.",
        ("assistance",),
        430_000,
        24,
    ),
    DonatedFund(
        "water-cellar",
        "programme",
        "母亲水窖",
        "Water Cellar for Mothers",
        "修建水窖，免去妇女每天远路挑水。",
        "Cellars that save women the daily walk for water.",
        ("water",),
        1_130_000,
        60,
    ),
    DonatedFund(
        "student-assistance",
        "programme",
        "万人助学",
        "Student assistance by ten thousand people",
        "市民与贫困学生结对，资助到毕业。",
        "Citizens stay with one pupil until the last school year.",
        ("assistance",),
        4_420_000,
        360,
    ),
    DonatedFund(
        "drought-appeal",
        "campaign",
        "抗旱救灾募捐",
        "Drought relief appeal",
        "2009年10月以来西南大旱，募捐用于两州人畜饮水和灌溉。",
        "Water to drink and to plant, after the drought that began in October 2009.",
        ("water", "relief"),
        4_900_000,
        1_284,
        date(2011, 3, 31),
        True,
    ),
)
APPEAL_DAYS = (date(2010, 1, 25), date(2010, 9, 30))
GRANT_FUND = "drought-grants"
CITY_FUND = "budget-nb"


# -- goods ----------------------------------------------------------------------------------------

RELIEF_GOODS = Share(96, 1_320_000)
# goods, unit, and the yuan that one unit is worth at most
GOODS = (
    ("瓶装饮用水", "Bottled drinking water", "箱", 36),
    ("抽水机", "Water pumps", "台", 2_400),
    ("水箱", "Water tanks", "个", 1_150),
    ("塑料水管", "Plastic pipe", "米", 14),
    ("方便食品", "Ready meals", "箱", 58),
    ("大米", "Rice", "袋", 105),
    ("净水片", "Water purification tablets", "盒", 45),
    ("玉米种子", "Maize seed", "袋", 60),
)
UNVALUED_GOODS = (
    ("棉被", "Quilts", "床", 1_260),
    ("学生冬衣", "Pupils’ winter coats", "件", 1_840),
    ("文具", "Sets of stationery", "套", 1_500),
    ("图书", "Books", "册", 420),
    ("旧衣物", "Used clothes", "件", 300),
    ("书包", "Satchels", "个", 260),
)

# -- donors whom the yearbook names ---------------------------------------------------------------

ZHU = ("朱英龙", "Zhu Yinglong")
NAMED_DONORS = ("nb-buddhist-association", "nb-seven-pagoda-temple", "nb-buddhist-lodge")


# -- training -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CourseFact:
    """A course: the yearbook's own where `is_named`, else one that makes up its total."""

    kind: str
    name_zh: str
    name_en: str
    office: str
    co_host: str
    division: str
    place: str
    starts_on: date
    days: int
    people: int
    qualifier: str = "exact"
    is_named: bool = True


COURSES = (
    CourseFact(
        "new_rural",
        "黔东南州新农村建设培训班",
        "New rural construction, Qiandongnan",
        "nb",
        "",
        "522600",
        "凯里 Kaili",
        date(2010, 5, 17),
        5,
        88,
    ),
    CourseFact(
        "new_rural",
        "黔西南州新农村建设培训班",
        "New rural construction, Qianxinan",
        "nb",
        "",
        "522300",
        "兴义 Xingyi",
        date(2010, 5, 31),
        5,
        86,
    ),
    CourseFact(
        "cadre",
        "黄平县干部培训班（象山县、市经委）",
        "Cadres of Huangping, by Xiangshan County and the Municipal Economic Commission",
        "nb-xiangshan",
        "nb-jingwei",
        "522622",
        "黄平 Huangping",
        date(2010, 6, 21),
        6,
        70,
        "more",
    ),
    CourseFact(
        "cadre",
        "册亨县干部培训班（江北区）",
        "Cadres of Ceheng, by Jiangbei District",
        "nb-jiangbei",
        "",
        "522327",
        "江北 Jiangbei",
        date(2010, 9, 13),
        7,
        30,
    ),
    CourseFact(
        "cadre",
        "雷山县干部培训班（慈溪市）",
        "Cadres of Leishan, by Cixi City",
        "nb-cixi",
        "",
        "522634",
        "慈溪 Cixi",
        date(2010, 10, 18),
        7,
        40,
    ),
    *(
        CourseFact(
            kind,
            f"演示培训班{number}（年鉴未载名称）",
            f"Demonstration course {english}, not named in the yearbook",
            "nb",
            "",
            division,
            "",
            starts_on,
            4,
            people,
            is_named=False,
        )
        for kind, number, english, division, starts_on, people in (
            ("technical", "一", "1", "522300", date(2010, 4, 12), 66),
            ("teacher", "二", "2", "522600", date(2010, 7, 19), 61),
            ("technical", "三", "3", "522600", date(2010, 11, 8), 58),
            ("health", "四", "4", "522300", date(2010, 11, 22), 58),
        )
    ),
)


@dataclass(frozen=True)
class BatchFact:
    """A batch of seconded people; sizes, lengths and arranging bureaus are the yearbook's."""

    name_zh: str
    name_en: str
    office: str
    rank: str
    starts_on: date
    ends_on: date
    people: int


BATCHES = (
    BatchFact(
        "处级干部挂职",
        "Division-level cadres, six months",
        "nb-zuzhi",
        "division",
        date(2010, 3, 15),
        date(2010, 9, 14),
        8,
    ),
    BatchFact(
        "中小学校长挂职，第一批",
        "Headmasters, first batch, one semester",
        "nb-jiaoyu",
        "headmaster",
        date(2010, 3, 1),
        date(2010, 6, 30),
        25,
    ),
    BatchFact(
        "中小学校长挂职，第二批",
        "Headmasters, second batch, one semester",
        "nb-jiaoyu",
        "headmaster",
        date(2010, 9, 1),
        date(2011, 1, 20),
        25,
    ),
    BatchFact(
        "工商干部学习交流",
        "Cadres of industry and commerce, one month",
        "nb-gongshang",
        "cadre",
        date(2010, 10, 11),
        date(2010, 11, 10),
        20,
    ),
)
PEOPLE_TRAINED = 635


# -- the gift that the README follows -------------------------------------------------------------

SHOW_DAY = date(2010, 3, 18)
SHOW_GIFT = 10_000
SHOW_GIFT_IN_PIPE = 3_350  # the end of the pipe's money
SHOW_GIFT_IN_CELLARS = 4_650  # the last money that the cellars get; the rest waits in the fund
PIPE = ("522324102", 335_000)  # Bihen Town, Qinglong
CELLARS = ("522327102", 697_500)  # Rongdu Town, Ceheng
