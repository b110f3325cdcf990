"""The words of the invented records: villages, needs, payments, givers, opinions.

Rule: places above the village are real; villages, people and firms are invented, and people and
firms carry 演示 ("demonstration") in their names.
"""

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
    "岩": "yan",
    "井": "jing",
    "田": "tian",
    "沟": "gou",
    "堡": "bao",
}


def village_names() -> list[tuple[str, str]]:
    """Every village name, Chinese and English, none twice."""
    return [
        (f"{one}{two}村", f"{first}{second} Village")
        for one, first in VILLAGE_FIRST.items()
        for two, second in VILLAGE_SECOND.items()
    ]


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
STOP_REASONS = {
    "suspend": "汛期道路中断，材料无法进场，暂停施工，待路通后恢复。（演示）",
    "recover": "实施单位未按批准的内容施工，责令停工并追回未用资金。（演示）",
    "cancel": "选址处山体滑坡，不再具备建设条件，尚未拨款，申请取消。（演示）",
}
