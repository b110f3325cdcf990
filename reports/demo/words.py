"""The words of the invented records: villages, kinds of project, what is built, payments, givers.

Rule: places above the village are real; villages, people, firms and contents are invented, and
people and firms carry 演示 ("demonstration") in their names.
"""

from dataclasses import dataclass

VILLAGE_FIRST = {
    "云": "Yun",
    "清": "Qing",
    "梨": "Li",
    "杉": "Shan",
    "枫": "Feng",
    "竹": "Zhu",
    "松": "Song",
    "桥": "Qiao",
    "溪": "Xi",
    "岭": "Ling",
    "禾": "He",
    "茶": "Cha",
}
VILLAGE_SECOND = {
    "上": "shang",
    "泉": "quan",
    "坪": "ping",
    "湾": "wan",
    "坡": "po",
    "塘": "tang",
    "寨": "zhai",
    "冲": "chong",
    "坝": "ba",
    "谷": "gu",
}


def village_names() -> list[tuple[str, str]]:
    """Every village name, Chinese and English, none twice."""
    return [
        (f"{one}{two}村", f"{first}{second} Village")
        for one, first in VILLAGE_FIRST.items()
        for two, second in VILLAGE_SECOND.items()
    ]


@dataclass(frozen=True)
class Content:
    """A kind of project: what it is called and does, with `{n}` for its size from `low` to `high`.

    `site_zh` and `site_en` take the place; `steps` names the table of payments.
    """

    types: tuple[str, ...]
    name_zh: str
    name_en: str
    content_zh: str
    content_en: str
    low: int
    high: int
    steps: str = "building"
    people: tuple[int, int] = (180, 1600)
    has_village: bool = False


def _village(zh: str, en: str, content_zh: str, content_en: str, extra: tuple[str, ...] = ()):
    return Content(
        ("model_village", *extra),
        f"新农村示范村{zh}",
        f"Model village, {en}",
        content_zh,
        content_en,
        18,
        64,
        people=(260, 1400),
        has_village=True,
    )


def _base(zh: str, en: str, unit_zh: str, unit_en: str, low: int, high: int, step_zh: str):
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
    )


VILLAGES = (
    _village(
        "建设", "new", "{n}户房前屋后整治、村道硬化、路灯", "{n} homes, village lanes, street lamps"
    ),
    _village(
        "改造", "renewal", "{n}户改厨改厕改圈、垃圾池", "{n} kitchens, toilets and sties renewed"
    ),
    _village(
        "人居环境整治",
        "clean yards",
        "{n}户庭院整治、排水沟、饮水管网",
        "{n} yards, drains and water taps",
        ("water",),
    ),
)
INDUSTRIES = (
    _base("茶叶基地", "Tea base", "亩", "mu", 300, 900, "建设"),
    _base("金银花基地", "Honeysuckle base", "亩", "mu", 200, 800, "建设"),
    _base("薄壳核桃基地", "Thin-skinned walnut base", "亩", "mu", 300, 1000, "建设"),
    _base("油茶种植", "Oil tea planting", "亩", "mu", 200, 700, "示范"),
    _base("优质桃种植", "Quality peach planting", "亩", "mu", 100, 400, "示范"),
    _base("长毛兔养殖", "Long-haired rabbit breeding", "只", "head", 200, 900, "示范"),
    _base("绿壳蛋鸭养殖", "Blue-shelled-egg duck breeding", "羽", "head", 800, 4000, "示范"),
)
DRINKING_WATER = (
    Content(
        ("water",),
        "人畜饮水工程",
        "Drinking water for people and livestock",
        "引水管{n}00米、蓄水池、入户管网",
        "{n}00 m of pipe, a tank and taps at the houses",
        12,
        68,
        steps="water",
        people=(400, 2600),
    ),
    Content(
        ("water",),
        "提水灌溉工程",
        "Pumping and irrigation",
        "泵房一座，灌溉农田{n}亩",
        "A pump house that waters {n} mu of fields",
        80,
        600,
        steps="water",
        people=(400, 2600),
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
        ),
    ),
    "road": (
        Content(
            ("road",), "通村公路", "Village road", "路面硬化{n}00米", "{n}00 m of road", 12, 60
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
        ),
    ),
    "water": DRINKING_WATER[:1],
    "cadre_training": (
        Content(
            ("cadre_training",),
            "乡镇干部和村支书培训",
            "Course for township cadres and village leaders",
            "培训{n}人",
            "A course for {n} persons",
            40,
            90,
            steps="course",
            people=(40, 90),
        ),
    ),
    "skills_training": (
        Content(
            ("skills_training",),
            "农村实用技术培训",
            "Practical-skills course",
            "培训{n}人",
            "A course for {n} persons",
            50,
            120,
            steps="course",
            people=(50, 120),
        ),
    ),
}
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
        ),
    ),
    "warm-lunch": (
        Content(
            ("school",),
            "暖心午餐食堂",
            "Warm lunch kitchen",
            "厨房设备和{n}名学生一学年的午餐",
            "Kitchen and a year of lunches for {n} pupils",
            80,
            320,
            steps="pupils",
            people=(80, 320),
        ),
    ),
    "care-package": (
        Content(
            ("assistance",),
            "爱心包裹发放",
            "Care packages",
            "棉被、冬衣、文具{n}份",
            "{n} packages of quilt, coat and stationery",
            150,
            600,
            steps="pupils",
            people=(150, 600),
        ),
    ),
    "dong-choir": (
        Content(
            ("assistance",),
            "侗族大歌进世博",
            "Singing Dong Choir at the World Expo",
            "{n}名歌手的行程、服装和排练",
            "Journey, costumes and rehearsals of {n} singers",
            24,
            48,
            steps="pupils",
            people=(24, 48),
        ),
    ),
    "water-cellar": (
        Content(
            ("water",),
            "母亲水窖",
            "Water cellars for mothers",
            "水窖{n}口",
            "{n} water cellars",
            8,
            26,
            steps="water",
            people=(60, 420),
        ),
    ),
    "student-assistance": (
        Content(
            ("assistance",),
            "万人助学结对资助",
            "Student assistance",
            "资助{n}名学生一学年",
            "{n} pupils supported for a school year",
            40,
            160,
            steps="pupils",
            people=(40, 160),
        ),
    ),
    "drought-appeal": (
        Content(
            ("water", "relief"),
            "抗旱人畜饮水",
            "Water in the drought",
            "蓄水池{n}立方米及送水",
            "{n} m³ of tanks and water brought in",
            60,
            400,
            steps="water",
            people=(2000, 6000),
        ),
    ),
}
BOUND = {
    "student-assistance": SOCIAL["student-assistance"][0],
    "warm-lunch": SOCIAL["warm-lunch"][0],
    "water-cellar": SOCIAL["water-cellar"][0],
}
NEEDS = (
    "村民代表大会讨论提出，现有设施年久失修，集体没有积累。（演示）",
    "去冬今春持续干旱，现有条件难以维持，县里配套有限。（演示）",
    "列入县五年扶贫规划，经乡镇申报、县扶贫办实地察看。（演示）",
    "受益农户人均纯收入低于全县平均，群众愿意投工投劳。（演示）",
)

# What is paid for, by the number of payments and their place.
STEPS = {
    "building": (
        ("材料", "Materials"),
        ("施工进度款", "Building, by progress"),
        ("验收后尾款", "Rest, after acceptance"),
    ),
    "water": (
        ("管材", "Pipes and cement"),
        ("安装施工", "Laying and building"),
        ("水质检测和验收", "Water test and acceptance"),
    ),
    "base": (
        ("种苗种畜", "Seedlings and stock"),
        ("整地和圈舍", "Ground and sheds"),
        ("技术指导和验收", "Advice and acceptance"),
    ),
    "course": (
        ("教材和场地", "Books and rooms"),
        ("师资和食宿", "Teachers, board and lodging"),
        ("结业和总结", "Closing of the course"),
    ),
    "pupils": (
        ("第一期发放", "First part handed out"),
        ("第二期发放", "Second part handed out"),
        ("第三期发放", "Third part handed out"),
    ),
}

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
MESSAGES = (
    "祝孩子们好好读书。（演示）",
    "愿早日下雨。（演示）",
    "一点心意。（演示）",
    "请用在最需要的地方。（演示）",
)
SMALL_GIFTS = (50, 50, 100, 100, 100, 200, 200, 300, 500, 500, 600, 800, 1000, 1000, 2000)
RETURN_REASONS = (
    "请补充受益牲畜数和考察记录。（演示）",
    "建设内容与预算不一致，请核对后重新申报。（演示）",
    "请说明地方配套资金的来源。（演示）",
)
OPINIONS = (
    "实地察看，群众要求迫切，建设条件具备，建议列入年度计划。（演示）",
    "选址合理，水源和土地已落实，村委会承诺管护，同意实施。（演示）",
    "与乡镇、村组座谈并核对了受益名单，规模适当，建议支持。（演示）",
)

# The two projects that the gift of the README pays for.
PIPE = Content(
    ("water", "relief"),
    "{n}公里引水管",
    "Spring-water pipe, {n} km",
    "引山泉水{n}公里，三个村民组和一所小学通水",
    "{n} km of spring-water pipe to three hamlets and a primary school",
    4.6,
    4.6,
    steps="water",
    people=(864, 864),
)
CELLARS = Content(
    ("water", "relief"),
    "{n}口水窖",
    "{n} water cellars",
    "水窖{n}口，旱季蓄山泉水，供人和412头牲畜饮用",
    "{n} cellars that keep spring water for people and 412 head of stock",
    12,
    12,
    steps="water",
    people=(1286, 1286),
)
