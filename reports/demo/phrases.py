"""The words of the entries in the files: surveys, notices, reports, inspections, findings, results.

Rule: invented; whoever acts carries 演示 ("demonstration") in the name.
"""

OPINIONS = (
    "实地察看，群众要求迫切，建设条件具备，建议列入年度计划。（演示）",
    "选址合理，水源和土地已落实，村委会承诺管护，同意实施。（演示）",
    "与乡镇、村组座谈并核对了受益名单，规模适当，建议支持。（演示）",
)
SURVEYORS = "演示考察组（帮扶方2人、县扶贫办1人）"
INSPECTORS = "演示督查组"
ACCEPTED_BY = "演示验收组"
AUDITOR = "演示会计师事务所"
PHONE = "12317"

OBJECTIONS = (
    (
        "询问为何本组没有列入受益名单。（演示）",
        "该组上年已实施同类项目，名单经村民代表大会公示；已当面说明。（演示）",
    ),
    (
        "担心管道经过自家田地影响耕种。（演示）",
        "已调整线路，沿机耕道铺设，本人签字同意。（演示）",
    ),
    (
        "认为公示的单价偏高。（演示）",
        "单价按县财政评审结果执行，评审报告已在村务公开栏张贴。（演示）",
    ),
)

MILESTONES = {
    "building": ("基础完工", "主体完工", "竣工"),
    "water": ("管材到场", "管道铺设完成", "通水"),
    "base": ("种苗种畜到位", "完成种植补栏", "成活率验收"),
    "course": ("确定学员名单", "结业"),
    "pupils": ("确定受助名单", "发放完成"),
}
PROGRESS = {
    "building": (
        "完成场地平整和基础。",
        "主体施工过半。",
        "主体完工，正在装修收尾。",
        "全部完工。",
    ),
    "water": ("管材到场，开始开挖。", "铺设管道过半。", "管道接通，正在试压。", "全部通水。"),
    "base": ("完成整地，种苗到位。", "种植补栏过半。", "种植完成，正在管护。", "成活率合格。"),
    "course": ("学员名单已确定。", "正在授课。", "授课过半。", "全部结业。"),
    "pupils": ("受助名单已公示。", "第一期已发放。", "第二期已发放。", "全部发放。"),
}
INSPECTION_RESULTS = (
    "现场与批准内容一致，进度正常，台账齐全。（演示）",
    "工程质量符合要求，要求补齐施工日志。（演示）",
    "进度较计划略有滞后，要求增加人手。（演示）",
)
FINDINGS = (
    ("公示栏未标明资金来源。（演示）", "已更换公示栏并拍照报备。（演示）"),
    ("部分材料缺少合格证。（演示）", "已补交合格证和抽检报告。（演示）"),
    ("蓄水池盖板未安装。（演示）", "盖板已全部安装并复查。（演示）"),
    ("支出凭证缺经手人签字。（演示）", "已补签并完善报账手续。（演示）"),
)
ACCEPTANCE = "按批准的内容完成，数量属实，质量合格。（演示）"
SPOT_CHECK = "随机抽查，走访农户，内容和数量与台账一致。（演示）"
SETTLEMENT = "按实际完成数量结算。（演示）"

# What is handed over, by the type of project that comes first.
ASSETS = {
    "model_village": ("村道、路灯和公共设施", "20"),
    "industry": ("基地设施和苗木", "10"),
    "water": ("供水设施", "15"),
    "school": ("校舍和设备", "50"),
    "road": ("通村公路", "15"),
    "health": ("卫生室房屋和设备", "30"),
}
VISITS = {
    "in_use": "设施完好，正常使用。（演示）",
    "repair": "部分设施需要维修，已告知管护单位。（演示）",
    "unused": "回访时闲置未用。（演示）",
}

# Indicator, unit, and how much of the people served it counts before and after.
OUTCOMES = {
    "model_village": ("居住环境达标户", "户", "households", 0.2, 0.95),
    "industry": ("受益农户人均纯收入", "元", "income", 0, 0),
    "water": ("有安全饮水的人", "人", "people", 0.15, 0.98),
    "school": ("在新校舍学习的学生", "人", "people", 0, 1),
    "road": ("雨季可通车的户", "户", "households", 0.3, 1),
    "health": ("就近就诊人次", "人次", "people", 0.8, 2.4),
    "cadre_training": ("结业合格学员", "人", "people", 0, 0.97),
    "skills_training": ("结业后实际应用的学员", "人", "people", 0, 0.72),
    "relief": ("恢复生产的户", "户", "households", 0.1, 0.9),
    "assistance": ("得到资助的人", "人", "people", 0, 1),
}
EVIDENCE = "入户走访和台账核对。（演示）"

# -- contracts ------------------------------------------------------------------------------------

TRADES = {"building": "建筑工程队", "water": "水利施工队", "base": "农业服务公司"}
# In the order of the instalments; the last for the money that is kept back.
CONDITIONS = ("开工", "主体完工", "竣工", "验收合格", "质保期满")
SURPLUS = "工程结算后的结余资金退回（演示）"
