"""The life of each project in days: proposed, surveyed, reviewed, agreed, approved, up to its end.

Rule: pure planning. A move lies after the one before it, a notice hangs at least ten days before
the library, and money is asked for after the approval.
"""

from datetime import date, timedelta
from random import Random

from projects.workflow import SECOND_APPROVAL_FROM
from reports.demo import waters, words, year_2010
from reports.demo.plan import Plan, Turn
from reports.demo.shares import later, within, workday

AGREED_DAY = {"5223": 16, "5226": 13}  # of July, when the delegation comes
RELIEF_AGREED_ON = date(2010, 3, 17)

# The states after the end of work, in which a project may stand, with their shares.
WORKED = {"completed": 4, "accepted": 4, "settled": 6, "handed_over": 6, "closed": 80}
UNALLOCATED = 3  # government projects of the city that are approved and wait for an allocation
UNSPENT = 2  # of each kind: money set aside, work has begun, nothing paid
UNDER_WAY = {True: 7, False: 7}  # government; social, to which the cellars come
STOPPED = ("suspended", "suspended", "recovering")  # government
KEEPS_BACK = 24  # contracts of buildings with retention money


def agreed_on(prefecture: str, year: int) -> date:
    """The day in July on which both sides sign the year's agreement with a prefecture."""
    return workday(date(year, 7, AGREED_DAY[prefecture]))


def turns(
    plan: Plan,
    *,
    submit: date,
    survey: date,
    review: date,
    enlist: date,
    agree: date,
    receiving: date,
    supporting: date,
) -> list[Turn]:
    """From the proposal to the last approval; a large amount needs a second approver."""
    found = [
        Turn("submit", "reporter", submit),
        Turn("survey", "surveyor", survey),
        Turn("review", "reviewer", review),
        Turn("enlist", "reporter", enlist),
        Turn("agree", "officer", agree),
        Turn("approve", "reviewer", receiving),
        Turn("approve", "approver", supporting),
    ]
    if plan.card.agreed >= SECOND_APPROVAL_FROM:
        found.append(Turn("approve", "second", workday(supporting + timedelta(days=2))))
    return found


def propose(rng: Random, plans: list[Plan]) -> list[Plan]:
    """Gives each plan its days up to the approval and the state in which it will stand; answers
    them in the order in which the counties entered them."""
    for plan in plans:
        if plan.card.content is waters.PIPE:
            _pipe(plan)
        elif plan.card.content is waters.CELLARS:
            _cellars(plan)
        elif plan.card.is_drought_relief:
            _quick(rng, plan)
        else:
            ordinary(rng, plan)
    _choose_states(rng, plans)
    return sorted(plans, key=lambda plan: plan.created_on)


def _quick(rng: Random, plan: Plan) -> None:
    """Drought relief: the notice hangs while the place is surveyed."""
    plan.created_on = workday(within(rng, date(2010, 2, 22), date(2010, 3, 10)))
    submit = later(rng, plan.created_on, 1, 2)
    plan.visited_on = later(rng, submit, 1, 2)
    plan.notice = submit, submit + timedelta(days=10)
    survey = later(rng, plan.visited_on, 1, 2)
    review = later(rng, survey, 1, 2)
    enlist = later(rng, max(review, plan.notice[1]), 1, 1)
    if plan.card.is_government:
        enlist = max(enlist, RELIEF_AGREED_ON)
    agree = later(rng, enlist, 1, 1)
    receiving = later(rng, agree, 1, 1)
    supporting = later(rng, receiving, 0, 1)
    _take(plan, submit, survey, review, enlist, agree, receiving, supporting)


def ordinary(rng: Random, plan: Plan) -> None:
    """Proposed in spring, surveyed, and where a budget pays, taken into the agreement of July."""
    last = date(plan.year, 4, 9) if plan.card.is_government else date(plan.year, 6, 4)
    plan.created_on = workday(within(rng, date(plan.year, 1, 11), last))
    submit = later(rng, plan.created_on, 3, 14)
    again = _returned(rng, submit) if rng.random() < 0.12 else []
    plan.visited_on = later(rng, again[-1].day if again else submit, 4, 20)
    survey = later(rng, plan.visited_on, 1, 4)
    review = later(rng, survey, 2, 8)
    first = later(rng, review, 1, 3)
    plan.notice = first, first + timedelta(days=rng.randint(10, 12))
    enlist = later(rng, plan.notice[1], 1, 2)
    agree = later(rng, enlist, 1, 4)
    if plan.card.is_government:
        agree = max(agree, later(rng, agreed_on(plan.card.county[:4], plan.year), 2, 6))
    receiving = later(rng, agree, 1, 4)
    supporting = later(rng, receiving, 0, 4)
    _take(plan, submit, survey, review, enlist, agree, receiving, supporting)
    plan.turns[1:1] = again


def _returned(rng: Random, submit: date) -> list[Turn]:
    """The prefecture wanted more; the county proposed it again."""
    back = later(rng, submit, 3, 8)
    return [
        Turn("return", "reviewer", back, rng.choice(words.RETURN_REASONS)),
        Turn("submit", "reporter", later(rng, back, 2, 7)),
    ]


def _take(plan: Plan, submit, survey, review, enlist, agree, receiving, supporting) -> None:
    plan.turns = turns(
        plan,
        submit=submit,
        survey=survey,
        review=review,
        enlist=enlist,
        agree=agree,
        receiving=receiving,
        supporting=supporting,
    )


def _pipe(plan: Plan) -> None:
    plan.created_on, plan.visited_on = date(2010, 2, 25), date(2010, 3, 4)
    plan.notice = date(2010, 3, 3), date(2010, 3, 14)
    plan.turns = turns(
        plan,
        submit=date(2010, 3, 2),
        survey=date(2010, 3, 5),
        review=date(2010, 3, 9),
        enlist=date(2010, 3, 16),
        agree=date(2010, 4, 14),
        receiving=date(2010, 4, 16),
        supporting=date(2010, 4, 19),
    )


def _cellars(plan: Plan) -> None:
    """Returned once from the library; then the whole way again within a week."""
    plan.created_on, plan.visited_on = date(2010, 3, 3), date(2010, 3, 11)
    plan.notice = date(2010, 3, 10), date(2010, 3, 21)
    first = turns(
        plan,
        submit=date(2010, 3, 9),
        survey=date(2010, 3, 12),
        review=date(2010, 3, 17),
        enlist=date(2010, 3, 23),
        agree=date.max,
        receiving=date.max,
        supporting=date.max,
    )
    again = turns(
        plan,
        submit=date(2010, 4, 14),
        survey=date(2010, 4, 15),
        review=date(2010, 4, 16),
        enlist=date(2010, 4, 19),
        agree=date(2010, 4, 19),
        receiving=date(2010, 4, 20),
        supporting=date(2010, 4, 20),
    )
    back = Turn("return", "reviewer", date(2010, 4, 2), words.RETURN_REASONS[0])
    plan.turns = [*first[:4], back, *again]
    plan.people_qualifier = "about"


# -- states ---------------------------------------------------------------------------------------


def _choose_states(rng: Random, plans: list[Plan]) -> None:
    """Most are closed; the others stand on every stage from the approval on."""
    for plan in plans:
        if not plan.is_show_piece:
            plan.status = rng.choices(list(WORKED), WORKED.values())[0]
    city = [plan for plan in plans if plan.fund == year_2010.CITY_FUND]
    unallocated = sorted(city, key=lambda plan: plan.approved_on)[-UNALLOCATED:]
    for plan in unallocated:
        plan.status = "approved"
    for is_government, under_way in UNDER_WAY.items():
        stopped = STOPPED if is_government else ()
        chosen = rng.sample(
            [
                plan
                for plan in plans
                if plan.card.is_government == is_government
                and not plan.is_show_piece
                and plan.status in WORKED
            ],
            UNSPENT + under_way + len(stopped),
        )
        states = (*["unspent"] * UNSPENT, *["under_way"] * under_way, *stopped)
        for plan, state in zip(chosen, states, strict=True):
            plan.status = state
    for plan in plans:
        if plan.card.content is waters.CELLARS:
            plan.status = "under_way"
    _keep_back(rng, plans)


def _keep_back(rng: Random, plans: list[Plan]) -> None:
    """Some contracts keep a part back for a year; so do all that wait for that part alone."""
    buildings = [
        plan
        for plan in plans
        if plan.has_contract and plan.card.content.steps == "building" and plan.status in WORKED
    ]
    for plan in rng.sample(buildings, KEEPS_BACK):
        plan.keeps_back = True


# -- work and after -------------------------------------------------------------------------------

AFTER = (
    # move, state it leads to, who, days after the one before
    ("accept", "accepted", "reviewer", 7, 40),
    ("settle", "settled", "finance", 14, 60),
    ("hand_over", "handed_over", "reporter", 14, 40),
    ("close", "closed", "officer", 20, 75),
)


def finish(rng: Random, plans: list[Plan]) -> None:
    """The moves after the approval, as far as the state in which the plan stands."""
    for plan in plans:
        if plan.started_on:
            plan.turns.append(Turn("start", "reporter", plan.started_on))
        if plan.status in STOPPED:
            plan.turns.append(_stop(rng, plan))
        if not plan.completed_on:
            continue
        plan.turns.append(Turn("complete", "reporter", plan.completed_on))
        state, day = "completed", plan.completed_on
        for move, leads_to, who, least, most in AFTER:
            if state == plan.status:
                break
            state, day = leads_to, later(rng, day, least, most)
            if move == "close" and plan.retained_on:
                day = later(rng, max(day, plan.retained_on), 3, 12)
            plan.turns.append(Turn(move, who, day))


def _stop(rng: Random, plan: Plan) -> Turn:
    """The city stops a project after its last payment."""
    day = later(rng, plan.payments[-1].day, 10, 40)
    move = "suspend" if plan.status == "suspended" else "recover"
    return Turn(move, "approver", day, words.STOP_REASONS[move])
