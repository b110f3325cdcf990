"""The people of the tests: one a role, in the offices of the reference data's shape.

Ceheng (Qianxinan) is paired with Jiangbei (Ningbo); the stranger's office is paired with nobody.
"""

from dataclasses import dataclass, fields

from django.contrib.auth.models import Group

from accounts.models import Office, User
from core.models import Division
from partnerships.models import Twinning


@dataclass
class Cast:
    reporter: User
    reporter2: User
    reviewer: User
    officer: User
    officer2: User
    approver: User
    approver2: User
    finance: User
    finance2: User
    clerk: User
    clerk2: User
    auditor: User
    sysadmin: User
    donor: User
    stranger: User

    def everybody(self) -> list[User]:
        return [getattr(self, member.name) for member in fields(self)]


DIVISIONS = [
    # code, level, parent, zh, en
    ("520000", "province", "", "贵州省", "Guizhou Province"),
    ("330000", "province", "", "浙江省", "Zhejiang Province"),
    ("330200", "prefecture", "330000", "宁波市", "Ningbo City"),
    ("330205", "county", "330200", "江北区", "Jiangbei District"),
    ("522300", "prefecture", "520000", "黔西南州", "Qianxinan Prefecture"),
    ("522327", "county", "522300", "册亨县", "Ceheng County"),
    ("522324", "county", "522300", "晴隆县", "Qinglong County"),
    ("522600", "prefecture", "520000", "黔东南州", "Qiandongnan Prefecture"),
    ("522634", "county", "522600", "雷山县", "Leishan County"),
    ("522327104", "town", "522327", "冗渡镇", "Rongdu Town"),
]
OFFICES = [
    # key, parent, kind, side, division, zh, en
    ("nb", "", "municipal", "supporting", "330200", "宁波市扶贫办", "Ningbo office"),
    ("nb-jiangbei", "nb", "county", "supporting", "330205", "江北区扶贫办", "Jiangbei office"),
    ("nb-charity", "nb", "charity", "supporting", "330200", "宁波市慈善总会", "Ningbo Charity"),
    ("qxn", "", "prefecture", "receiving", "522300", "黔西南州扶贫办", "Qianxinan office"),
    ("qxn-ceheng", "qxn", "county", "receiving", "522327", "册亨县扶贫办", "Ceheng office"),
    ("qdn", "", "prefecture", "receiving", "522600", "黔东南州扶贫办", "Qiandongnan office"),
    ("qdn-leishan", "qdn", "county", "receiving", "522634", "雷山县扶贫办", "Leishan office"),
]
PEOPLE = {
    # member: role, office
    "reporter": ("reporter", "qxn-ceheng"),
    "reporter2": ("reporter", "qxn-ceheng"),
    "reviewer": ("reviewer", "qxn"),
    "officer": ("officer", "nb"),
    "officer2": ("officer", "nb"),
    "approver": ("approver", "nb"),
    "approver2": ("approver", "nb"),
    "finance": ("finance", "nb"),
    "finance2": ("finance", "nb"),
    "clerk": ("clerk", "nb-charity"),
    "clerk2": ("clerk", "nb-charity"),
    "auditor": ("auditor", "nb"),
    "sysadmin": ("sysadmin", "nb"),
    "donor": ("donor", None),
    "stranger": ("reporter", "qdn-leishan"),
}


def make_cast() -> Cast:
    places: dict[str, Division] = {}
    for code, level, parent, zh, en in DIVISIONS:
        places[code] = Division.objects.create(
            code=code, level=level, parent=places.get(parent), name_zh=zh, name_en=en
        )
    offices: dict[str, Office] = {}
    for key, parent, kind, side, place, zh, en in OFFICES:
        offices[key] = Office.objects.create(
            key=key,
            parent=offices.get(parent),
            kind=kind,
            side=side,
            division=places[place],
            name_zh=zh,
            name_en=en,
        )
    # Qiandongnan is left unpaired, so that its reporter is a stranger to the others.
    for supporter, receiver, level in (
        ("nb", "qxn", "prefecture"),
        ("nb-jiangbei", "qxn-ceheng", "county"),
    ):
        Twinning.objects.create(
            supporter=offices[supporter],
            receiver=offices[receiver],
            level=level,
            valid_from="1996-01-01",
        )
    return Cast(**{member: _person(member, *PEOPLE[member], offices) for member in PEOPLE})


def _person(name: str, role: str, office: str | None, offices: dict[str, Office]) -> User:
    user = User.objects.create(
        username=name,
        name_zh=f"演示{name}",
        name_en=name.title(),
        office=offices.get(office),
        email=f"{name}@example.org",
        is_staff=role != "donor",
    )
    user.groups.add(Group.objects.get(name=role))
    return user
