"""The demonstration accounts: who signs in with what role, and who entered the records of 2010.

Rule: names are invented; whoever is not in ACCOUNTS cannot sign in.
"""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import Office, User
from partnerships.models import Twinning
from reports.demo.year_2010 import COUNTIES, TWINNINGS_DAY

PASSWORD = "shanhai-demo-2010"


@dataclass(frozen=True)
class Account:
    """A demonstration account; an empty office is that of nobody."""

    username: str
    name_zh: str
    name_en: str
    role: str
    office: str


ACCOUNTS = (
    Account("reporter", "韦光明", "Wei Guangming", "reporter", "qxn-ceheng"),
    Account("reporter-leishan", "杨秋月", "Yang Qiuyue", "reporter", "qdn-leishan"),
    Account("reviewer", "龙秀英", "Long Xiuying", "reviewer", "qxn"),
    Account("reviewer-qdn", "吴国安", "Wu Guo’an", "reviewer", "qdn"),
    Account("officer", "林静", "Lin Jing", "officer", "nb"),
    Account("approver", "陈国华", "Chen Guohua", "approver", "nb"),
    Account("approver2", "徐文斌", "Xu Wenbin", "approver", "nb"),
    Account("finance", "王敏", "Wang Min", "finance", "nb"),
    Account("finance2", "赵海燕", "Zhao Haiyan", "finance", "nb"),
    Account("clerk", "周丽", "Zhou Li", "clerk", "nb-charity"),
    Account("clerk2", "胡晓东", "Hu Xiaodong", "clerk", "nb-charity"),
    Account("auditor", "郑建平", "Zheng Jianping", "auditor", "nb"),
    Account("sysadmin", "何志强", "He Zhiqiang", "sysadmin", "nb"),
    Account("donor", "陈某", "Chen", "donor", ""),
)

REPORTER = ("演示填报员", "Demo reporter", "reporter")
OFFICER = ("演示经办人", "Demo officer", "officer")


@dataclass(frozen=True)
class Cast:
    """The people of the demonstration by account name, the reporter of each county by its code, and
    the officer of each supporting office by its key."""

    by_name: dict[str, User]
    reporters: dict[str, User]
    officers: dict[str, User]

    def __getitem__(self, name: str) -> User:
        return self.by_name[name]

    def approver(self, place: int) -> User:
        """The two approvers in turn."""
        return self["approver2" if place % 3 == 2 else "approver"]

    def other_approver(self, approver: User) -> User:
        """Who approves a large amount after the first one."""
        return self["approver" if approver == self["approver2"] else "approver2"]

    def reviewer(self, county: str) -> User:
        """Who reviews for the prefecture in which a county lies."""
        return self["reviewer" if county.startswith("5223") else "reviewer-qdn"]

    def clerk(self, place: int) -> User:
        return self["clerk2" if place % 4 == 3 else "clerk"]


def write_people() -> Cast:
    """Makes the accounts, and for the other offices a reporter or officer who cannot sign in."""
    offices = {office.key: office for office in Office.objects.select_related("division")}
    secret = make_password(PASSWORD)
    groups = {group.name: group for group in Group.objects.all()}
    by_name = {
        account.username: _person(account, offices, groups, password=secret) for account in ACCOUNTS
    }
    pairs = Twinning.objects.on(TWINNINGS_DAY).exclude(level=Twinning.Level.PREFECTURE)
    paired = set(pairs.values_list("supporter", flat=True))
    own = {person.office.key: person for person in by_name.values() if person.office}
    reporters, officers = {}, {"nb": by_name["officer"]}
    for office in offices.values():
        code = office.division.code if office.division else ""
        if office.kind == Office.Kind.COUNTY and code in COUNTIES:
            known = own.get(office.key)
            reporters[code] = known or _person(_account_of(office, *REPORTER), offices, groups)
        elif office.pk in paired:
            officers[office.key] = _person(_account_of(office, *OFFICER), offices, groups)
    return Cast(by_name, reporters, officers)


def _account_of(office: Office, word_zh: str, word_en: str, role: str) -> Account:
    place = office.division if role == "reporter" else office
    return Account(
        f"demo-{office.key}",
        f"{word_zh}（{place.name_zh}）",
        f"{word_en}, {place.name_en}",
        role,
        office.key,
    )


def _person(account: Account, offices, groups, *, password: str = "") -> User:
    person = User.objects.create(
        username=account.username,
        name_zh=account.name_zh,
        name_en=account.name_en,
        email=f"{account.username}@shanhai.example" if password else "",
        office=offices.get(account.office),
        password=password or make_password(None),
        is_active=bool(password),
        is_staff=bool(password) and account.role != "donor",
    )
    person.groups.add(groups[account.role])
    return person
