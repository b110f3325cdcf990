"""What the projects of the demonstration build or do: villages, bases, schools, courses, gifts.

Rule: invented, and in the words of the yearbook where it has them.
"""

from reports.demo.kinds import Content, Count
from reports.demo.waters import APPEAL, DRINKING_WATER, water_works


def _village(zh: str, en: str, content_zh: str, content_en: str, *counts: Count, **more):
    return Content(
        ("model_village", *more.pop("extra", ())),
        f"新农村示范村{zh}",
        f"Model village, {en}",
        content_zh,
        content_en,
        18,
        64,
        people=(260, 1400),
        has_village=True,
        counts=counts,
        **more,
    )


VILLAGES = (
    _village(
        "建设",
        "new",
        "{n}户房前屋后整治、村道硬化、路灯",
        "{n} homes, village lanes, street lamps",
        Count("房前屋后整治", "Homes put in order", "household"),
        Count("村道硬化", "Village lanes paved", "km", 0.04),
        Count("太阳能路灯", "Solar street lamps", "set", 0.5),
    ),
    _village(
        "改造",
        "renewal",
        "{n}户改厨改厕改圈、垃圾池",
        "{n} kitchens, toilets and sties renewed",
        Count("改厨改厕改圈", "Kitchens, toilets and sties", "household", is_renewal=True),
        Count("垃圾池", "Refuse pits", "set", 0.2),
        work="renewed",
    ),
    _village(
        "人居环境整治",
        "clean yards",
        "{n}户庭院整治、排水沟、饮水管网",
        "{n} yards, drains and water taps",
        Count("庭院整治", "Yards put in order", "household", is_renewal=True),
        Count("排水沟", "Drains", "m", 18),
        Count("入户水管", "Water pipes to the houses", "m", 25, is_renewal=True),
        extra=("water",),
        work="renewed",
    ),
)


def _base(zh: str, en: str, product: str, low: int, high: int, step_zh: str, *counts, **more):
    unit = more.get("unit", "mu")
    unit_zh, unit_en = {"mu": ("亩", "mu"), "head": ("只", "head"), "fowl": ("羽", "head")}[unit]
    return Content(
        ("industry",),
        f"{zh}{step_zh}",
        f"{en}, {{n}} {unit_en}",
        f"{zh}{{n}}{unit_zh}，含种苗和技术指导",
        f"{en} of {{n}} {unit_en}, with stock and advice",
        low,
        high,
        steps="base",
        has_village=True,
        counts=(Count(zh, en, unit), *counts),
        product=product,
        **more,
    )


def _plants(zh: str, en: str, a_mu: int) -> Count:
    return Count(zh, en, "tree", a_mu)


TEA = _base("茶叶基地", "Tea base", "tea", 300, 900, "建设", _plants("茶苗", "Tea plants", 2500))
WALNUT = _base(
    "薄壳核桃基地",
    "Thin-skinned walnut base",
    "walnut",
    300,
    1000,
    "建设",
    _plants("核桃苗", "Walnut trees", 22),
)
LOQUAT = _base(
    "白枇杷引种",
    "White loquat planting",
    "loquat",
    60,
    180,
    "示范",
    _plants("枇杷苗", "Loquat trees", 45),
    variety=("白砂枇杷", "宁波市宁海县"),
)
BAYBERRY = _base(
    "杨梅基地",
    "Red bayberry base",
    "bayberry",
    80,
    240,
    "建设",
    _plants("杨梅苗", "Bayberry trees", 33),
    variety=("荸荠种杨梅", "宁波市慈溪市"),
)
INDUSTRIES = (
    TEA,
    _base(
        "金银花基地",
        "Honeysuckle base",
        "honeysuckle",
        200,
        800,
        "建设",
        _plants("金银花苗", "Honeysuckle plants", 160),
    ),
    WALNUT,
    _base(
        "油茶种植",
        "Oil tea planting",
        "oil_tea",
        200,
        700,
        "示范",
        _plants("油茶苗", "Oil tea plants", 90),
    ),
    _base(
        "优质桃种植",
        "Quality peach planting",
        "peach",
        100,
        400,
        "示范",
        _plants("桃苗", "Peach trees", 50),
    ),
    _base(
        "长毛兔养殖",
        "Long-haired rabbit breeding",
        "rabbit",
        200,
        900,
        "示范",
        Count("兔笼", "Hutches", "set", 0.25),
        unit="head",
    ),
    _base(
        "绿壳蛋鸭养殖",
        "Blue-shelled-egg duck breeding",
        "duck",
        800,
        4000,
        "示范",
        Count("鸭舍", "Duck houses", "building", 0.002),
        unit="fowl",
    ),
)


# -- government, not integrated -------------------------------------------------------------------


def _course(kind: str, zh: str, en: str, low: int, high: int) -> Content:
    return Content(
        (kind,),
        zh,
        en,
        "培训{n}人",
        "A course for {n} persons",
        low,
        high,
        steps="course",
        people=(low, high),
        counts=(
            Count("培训人数", "Persons trained", "person"),
            Count("培训人天", "Days of training", "person_time", 5),
        ),
    )


GOVERNMENT_REST = {
    "school": (
        Content(
            ("school",),
            "寄宿制学校宿舍楼",
            "Boarding school dormitory",
            "宿舍{n}间",
            "A dormitory with {n} rooms",
            16,
            48,
            building="dormitory",
            counts=(
                Count("宿舍楼", "Dormitory", "building", 1, whole=True),
                Count("建筑面积", "Floor space", "m2", 32),
            ),
        ),
    ),
    "road": (
        Content(
            ("road",),
            "通村公路",
            "Village road",
            "路面硬化{n}00米",
            "{n}00 m of road",
            12,
            60,
            counts=(Count("路面硬化", "Road paved", "km", 0.1),),
            work="renewed",
        ),
    ),
    "health": (
        Content(
            ("health",),
            "村卫生室",
            "Village clinic",
            "建筑面积{n}平方米",
            "{n} m² of rooms",
            60,
            160,
            counts=(
                Count("卫生室", "Clinic", "building", 1, whole=True),
                Count("建筑面积", "Floor space", "m2"),
            ),
        ),
    ),
    "water": DRINKING_WATER[:1],
    "cadre_training": (
        _course(
            "cadre_training",
            "乡镇干部和村支书培训",
            "Course for township cadres and village leaders",
            40,
            90,
        ),
    ),
    "skills_training": (
        _course("skills_training", "农村实用技术培训", "Practical-skills course", 50, 120),
    ),
}


# -- social ---------------------------------------------------------------------------------------


def _pupils(
    types, zh: str, en: str, content_zh: str, content_en: str, low: int, high: int, *counts
):
    return Content(
        types,
        zh,
        en,
        content_zh,
        content_en,
        low,
        high,
        steps="pupils",
        people=(low, high),
        counts=counts,
        building="canteen",
    )


SOCIAL = {
    "zhu-yinglong": (
        Content(
            ("school",),
            "学校教学楼（朱英龙先生捐建）",
            "School building, given by Mr Zhu Yinglong",
            "教学楼{n}间教室",
            "A building with {n} classrooms",
            12,
            36,
            people=(300, 1500),
            counts=(
                Count("教学楼", "School building", "building", 1, whole=True),
                Count("建筑面积", "Floor space", "m2", 86),
            ),
        ),
    ),
    "warm-lunch": (
        _pupils(
            ("school",),
            "暖心午餐食堂",
            "Warm lunch kitchen",
            "厨房设备和{n}名学生一学年的午餐",
            "Kitchen and a year of lunches for {n} pupils",
            80,
            320,
            Count("厨房设备", "Kitchen equipment", "set", 1, whole=True),
            Count("享用午餐学生", "Pupils with lunch", "person"),
        ),
    ),
    "care-package": (
        _pupils(
            ("assistance",),
            "爱心包裹发放",
            "Care packages",
            "棉被、冬衣、文具{n}份",
            "{n} packages of quilt, coat and stationery",
            150,
            600,
            Count("爱心包裹", "Care packages", "set"),
        ),
    ),
    "dong-choir": (
        _pupils(
            ("assistance",),
            "侗族大歌进世博",
            "Singing Dong Choir at the World Expo",
            "{n}名歌手的行程、服装和排练",
            "Journey, costumes and rehearsals of {n} singers",
            24,
            48,
            Count("歌手", "Singers", "person"),
        ),
    ),
    "water-cellar": (
        water_works(
            ("water",),
            "母亲水窖",
            "Water cellars for mothers",
            "水窖{n}口",
            "{n} water cellars",
            8,
            26,
            Count("水窖", "Water cellars", "well"),
            means="storage",
            people=(60, 420),
        ),
    ),
    "student-assistance": (
        _pupils(
            ("assistance",),
            "万人助学结对资助",
            "Student assistance",
            "资助{n}名学生一学年",
            "{n} pupils supported for a school year",
            40,
            160,
            Count("受助学生", "Pupils supported", "person"),
        ),
    ),
    "drought-appeal": APPEAL,
}
