"""What the database refuses of a project's money: triggers beside those of the life cycles.

Rule: what is counted is locked first, and always in this order: project, fund, contract, line,
pools. So of two that come at the same moment the second one counts the first.
"""

import pgtrigger

PAYABLE = "('approved', 'under_way', 'completed', 'accepted', 'settled', 'handed_over')"
_PAID = "status IN ('approved', 'paid')"


def yuan_text(amount: str) -> str:
    """SQL: an amount in yuan as people read it, for the parameter of a refusal."""
    return f"public.ledger_yuan((greatest({amount}, 0) * 100)::bigint)"


def before(name: str, func: str, *, declare=(), when: str = "", insert: bool = True):
    """A trigger that looks at a row before it is written."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update if insert else pgtrigger.Update,
        condition=pgtrigger.Condition(when) if when else None,
        declare=list(declare),
        func=func + "\nRETURN NEW;",
    )


# -- contracts and payments -----------------------------------------------------------------------

CONTRACT_KEEPS_ITS_PAYMENTS = before(
    "keeps_its_payments",
    f"""
    IF (NEW.struck_at IS NOT NULL OR NEW.contractor <> OLD.contractor) AND EXISTS (
        SELECT FROM public.projects_payment WHERE contract_id = NEW.id AND status <> 'declined')
    THEN RAISE EXCEPTION 'contract_used'; END IF;
    IF NEW.amount < OLD.amount THEN
        SELECT coalesce(sum(amount), 0) INTO taken FROM public.projects_payment
         WHERE contract_id = NEW.id AND {_PAID};
        IF taken > NEW.amount THEN
            RAISE EXCEPTION 'contract_paid: %', {yuan_text("taken")};
        END IF;
        SELECT coalesce(sum(amount), 0) INTO taken FROM public.projects_instalment
         WHERE contract_id = NEW.id AND struck_at IS NULL;
        IF taken > NEW.amount THEN
            RAISE EXCEPTION 'instalments_above: %', {yuan_text("taken")};
        END IF;
    END IF;
    """,
    declare=[("taken", "numeric")],
    insert=False,
)

INSTALMENT_FITS = before(
    "fits_its_contract",
    f"""
    SELECT * INTO c FROM public.projects_contract WHERE id = NEW.contract_id FOR NO KEY UPDATE;
    IF c.project_id <> NEW.project_id OR (TG_OP = 'INSERT' AND c.struck_at IS NOT NULL)
    THEN RAISE EXCEPTION 'other_contract'; END IF;
    IF NEW.struck_at IS NULL THEN
        SELECT coalesce(sum(amount), 0) INTO taken FROM public.projects_instalment
         WHERE contract_id = c.id AND struck_at IS NULL AND id <> NEW.id;
        IF taken + NEW.amount > c.amount THEN
            RAISE EXCEPTION 'over_instalments: %', {yuan_text("c.amount - taken")};
        END IF;
    END IF;
    IF NEW.is_retention AND NEW.met_on < c.retention_until THEN
        RAISE EXCEPTION 'retention_term: %', c.retention_until;
    END IF;
    IF TG_OP = 'INSERT' THEN RETURN NEW; END IF;
    SELECT coalesce(sum(amount), 0) INTO taken FROM public.projects_payment
     WHERE instalment_id = NEW.id AND {_PAID};
    IF taken > NEW.amount THEN
        RAISE EXCEPTION 'instalment_paid: %', {yuan_text("taken")};
    END IF;
    IF (NEW.met_on IS NULL AND taken > 0) OR (NEW.struck_at IS NOT NULL AND EXISTS (
        SELECT FROM public.projects_payment WHERE instalment_id = NEW.id AND status <> 'declined'))
    THEN RAISE EXCEPTION 'instalment_used'; END IF;
    """,
    declare=[("c", "public.projects_contract"), ("taken", "numeric")],
)

PAYMENT_FITS = before(
    "fits_its_contract",
    """
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.line_id, NEW.contract_id, NEW.instalment_id, NEW.payee) IS NOT DISTINCT FROM
           (OLD.line_id, OLD.contract_id, OLD.instalment_id, OLD.payee)
        THEN RETURN NEW; END IF;
    END IF;
    SELECT * INTO c FROM public.projects_contract WHERE id = NEW.contract_id FOR SHARE;
    IF c.struck_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM public.projects_fundingline
         WHERE id = NEW.line_id AND project_id = c.project_id)
    THEN RAISE EXCEPTION 'other_contract'; END IF;
    IF NEW.payee <> c.contractor THEN RAISE EXCEPTION 'other_payee: %', c.contractor; END IF;
    IF NEW.instalment_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.projects_instalment
         WHERE id = NEW.instalment_id AND contract_id = c.id AND struck_at IS NULL)
    THEN RAISE EXCEPTION 'other_instalment'; END IF;
    """,
    declare=[("c", "public.projects_contract")],
    when="NEW.contract_id IS NOT NULL",
)

PAYMENT_WITHIN_LIMITS = before(
    "within_limits",
    f"""
    SELECT * INTO l FROM public.projects_fundingline WHERE id = NEW.line_id;
    SELECT * INTO p FROM public.projects_project WHERE id = l.project_id FOR SHARE;
    IF p.status NOT IN {PAYABLE} THEN RAISE EXCEPTION 'not_approved'; END IF;
    IF NEW.status = 'paid' THEN
        IF NEW.paid_on < p.approved_on THEN
            RAISE EXCEPTION 'paid_before_approval: %', p.approved_on;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.contract_id IS NOT NULL THEN
        SELECT * INTO c FROM public.projects_contract WHERE id = NEW.contract_id FOR NO KEY UPDATE;
        SELECT coalesce(sum(amount), 0) INTO taken FROM public.projects_payment
         WHERE contract_id = c.id AND {_PAID} AND id <> NEW.id;
        IF taken + NEW.amount > c.amount THEN
            RAISE EXCEPTION 'over_contract: %', {yuan_text("c.amount - taken")};
        END IF;
    END IF;
    IF NEW.instalment_id IS NOT NULL THEN
        SELECT * INTO i FROM public.projects_instalment WHERE id = NEW.instalment_id;
        IF i.met_on IS NULL THEN RAISE EXCEPTION 'condition_not_met: %', i.condition; END IF;
        SELECT coalesce(sum(amount), 0) INTO taken FROM public.projects_payment
         WHERE instalment_id = i.id AND {_PAID} AND id <> NEW.id;
        IF taken + NEW.amount > i.amount THEN
            RAISE EXCEPTION 'over_instalment: %', {yuan_text("i.amount - taken")};
        END IF;
    END IF;
    PERFORM FROM public.projects_fundingline WHERE id = NEW.line_id FOR NO KEY UPDATE;
    SELECT (o.received - o.spent) / 100.0 - coalesce((
               SELECT sum(amount) FROM public.projects_payment
                WHERE line_id = NEW.line_id AND status = 'approved' AND id <> NEW.id), 0)
      INTO taken FROM public.ledger_pool o WHERE o.id = l.pool_id;
    IF NEW.amount > taken THEN RAISE EXCEPTION 'over_line: %', {yuan_text("taken")}; END IF;
    """,
    declare=[
        ("l", "public.projects_fundingline"),
        ("p", "public.projects_project"),
        ("c", "public.projects_contract"),
        ("i", "public.projects_instalment"),
        ("taken", "numeric"),
    ],
    when="NEW.status IN ('approved', 'paid') AND NEW.status <> OLD.status",
    insert=False,
)

# -- funds and the agreed amount ------------------------------------------------------------------

_OVER_FUND = """
    SELECT coalesce(sum(open), 0)::bigint INTO open_fen FROM public.projects_commitments({fund});
    SELECT o.received - o.spent INTO free_fen FROM public.ledger_pool o
      JOIN public.ledger_fund f ON f.pool_id = o.id WHERE f.id = {fund};
    IF open_fen > free_fen THEN
        RAISE EXCEPTION 'over_fund: %', public.ledger_yuan(open_fen - free_fen);
    END IF;
"""
_FEN = [("open_fen", "bigint"), ("free_fen", "bigint")]

_OVER_AGREED = """
    SELECT p.agreed_amount * 100 - public.projects_received(p.id) INTO room
      FROM public.projects_project p WHERE p.id = {project};
    IF room < 0 THEN
        RAISE EXCEPTION 'over_agreed: %', public.ledger_yuan((-room)::bigint);
    END IF;
"""
_ROOM = [("room", "numeric")]

ALLOCATION_LOCKS = before(
    "locks_its_fund",
    """
    PERFORM FROM public.projects_project WHERE id = NEW.project_id FOR NO KEY UPDATE;
    PERFORM FROM public.ledger_fund WHERE id = NEW.fund_id FOR NO KEY UPDATE;
    """,
)
# What is proposed, or taken on: not the step between, in which the ledger has moved it already.
ALLOCATION_WITHIN_LIMITS = pgtrigger.Trigger(
    name="within_limits",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[*_FEN, *_ROOM],
    func=f"""
    IF NEW.status = 'declined' OR (NEW.status = 'proposed' AND NEW.movement_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    IF NEW.status = 'posted' THEN {_OVER_AGREED.format(project="NEW.project_id")} END IF;
    {_OVER_FUND.format(fund="NEW.fund_id")}
    RETURN NULL;
    """,
)

SOURCE_WITHIN_FUND = pgtrigger.Trigger(
    name="within_fund",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=_FEN,
    func=f"""
    IF TG_OP = 'UPDATE' AND (OLD.fund_id, OLD.amount) IS NOT DISTINCT FROM
        (NEW.fund_id, NEW.amount) THEN RETURN NULL; END IF;
    PERFORM FROM public.ledger_fund WHERE id = NEW.fund_id FOR NO KEY UPDATE;
    {_OVER_FUND.format(fund="NEW.fund_id")}
    RETURN NULL;
    """,
    condition=pgtrigger.Condition("NEW.fund_id IS NOT NULL"),
)

# An approval commits the funds that the project's sources name.
PROJECT_WITHIN_LIMITS = pgtrigger.Trigger(
    name="within_limits",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    declare=[*_FEN, *_ROOM, ("named", "bigint")],
    func=f"""
    IF NEW.agreed_amount < OLD.agreed_amount THEN {_OVER_AGREED.format(project="NEW.id")} END IF;
    IF NEW.status = 'approved' AND OLD.status <> 'approved' THEN
        FOR named IN SELECT DISTINCT fund_id FROM public.projects_fundingsource
                      WHERE project_id = NEW.id AND fund_id IS NOT NULL ORDER BY 1 LOOP
            PERFORM FROM public.ledger_fund WHERE id = named FOR NO KEY UPDATE;
            {_OVER_FUND.format(fund="named")}
        END LOOP;
    END IF;
    RETURN NULL;
    """,
    condition=pgtrigger.Condition(
        "NEW.agreed_amount < OLD.agreed_amount OR NEW.status <> OLD.status"
    ),
)


def within_agreed(project: str, *, when: str) -> pgtrigger.Trigger:
    """For what posts money to a project: it never receives more than was agreed."""
    return pgtrigger.Trigger(
        name="within_agreed",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        declare=_ROOM,
        func=f"{_OVER_AGREED.format(project=project)} RETURN NULL;",
        condition=pgtrigger.Condition(when),
    )


# -- surplus --------------------------------------------------------------------------------------

SURPLUS_OF_ITS_OWN = before(
    "takes_its_own",
    f"""
    SELECT * INTO l FROM public.projects_fundingline WHERE id = NEW.line_id FOR NO KEY UPDATE;
    IF NEW.allocation_id IS NULL THEN
        IF EXISTS (SELECT FROM public.ledger_movement
                    WHERE target_id = l.pool_id AND source_id IS NULL)
        THEN RAISE EXCEPTION 'bound_gifts'; END IF;
    ELSIF NOT EXISTS (
        SELECT FROM public.projects_allocation a
          LEFT JOIN public.ledger_movement m ON m.id = NEW.movement_id
         WHERE a.id = NEW.allocation_id AND a.project_id = l.project_id AND a.fund_id = l.fund_id
           AND a.movement_id IS NOT NULL
           AND (m.id IS NULL OR m.cause_id = a.movement_id))
    THEN RAISE EXCEPTION 'other_allocation'; END IF;
    IF NEW.status = 'posted' THEN
        SELECT (o.received - o.spent) / 100.0 - coalesce((
                   SELECT sum(amount) FROM public.projects_payment
                    WHERE line_id = l.id AND status = 'approved'), 0)
          INTO rest FROM public.ledger_pool o WHERE o.id = l.pool_id;
        IF rest < 0 THEN RAISE EXCEPTION 'over_line: %', {yuan_text("NEW.amount + rest")}; END IF;
    END IF;
    """,
    declare=[("l", "public.projects_fundingline"), ("rest", "numeric")],
)

# -- remittances ----------------------------------------------------------------------------------

PLACES = ("city", "province", "prefecture", "county", "contractor")
_RANK = f"array_position(ARRAY{list(PLACES)}, {{}}::text)"

REMITTANCE_FITS = before(
    "fits_its_hops",
    f"""
    SELECT * INTO h FROM public.projects_hop
     WHERE remittance_id = NEW.id AND struck_at IS NULL
     ORDER BY {_RANK.format("place")} LIMIT 1;
    IF h.id IS NOT NULL AND NEW.struck_at IS NOT NULL THEN
        RAISE EXCEPTION 'remittance_used';
    END IF;
    IF h.arrived_on < NEW.sent_on THEN RAISE EXCEPTION 'hop_next_day: %', h.arrived_on; END IF;
    IF h.amount > NEW.amount THEN
        RAISE EXCEPTION 'hop_next_amount: %', {yuan_text("h.amount")};
    END IF;
    IF NEW.allocation_id IS NULL OR NEW.struck_at IS NOT NULL THEN RETURN NEW; END IF;
    SELECT * INTO a FROM public.projects_allocation
     WHERE id = NEW.allocation_id FOR NO KEY UPDATE;
    IF a.project_id <> NEW.project_id OR a.status <> 'posted' THEN
        RAISE EXCEPTION 'other_allocation';
    END IF;
    SELECT a.amount - coalesce(sum(amount), 0) INTO rest FROM public.projects_remittance
     WHERE allocation_id = a.id AND struck_at IS NULL AND id <> NEW.id;
    IF NEW.amount > rest THEN RAISE EXCEPTION 'over_allocation: %', {yuan_text("rest")}; END IF;
    """,
    declare=[
        ("h", "public.projects_hop"),
        ("a", "public.projects_allocation"),
        ("rest", "numeric"),
    ],
)

HOP_IN_ORDER = before(
    "in_order",
    f"""
    SELECT * INTO r FROM public.projects_remittance
     WHERE id = NEW.remittance_id FOR NO KEY UPDATE;
    IF r.project_id <> NEW.project_id OR (TG_OP = 'INSERT' AND r.struck_at IS NOT NULL)
    THEN RAISE EXCEPTION 'other_remittance'; END IF;
    IF NEW.struck_at IS NOT NULL THEN RETURN NEW; END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM public.accounts_user u
          JOIN public.accounts_office o ON o.id = u.office_id
          JOIN public.accounts_user_groups g ON g.user_id = u.id
          JOIN public.auth_group_permissions h ON h.group_id = g.group_id
          JOIN public.auth_permission m ON m.id = h.permission_id
         WHERE u.id = NEW.created_by_id
           AND (NEW.place = 'province' OR (o.side = 'supporting') = (NEW.place = 'city'))
           AND m.codename = CASE NEW.place
               WHEN 'city' THEN 'enter_city_hop'
               WHEN 'province' THEN 'enter_prefecture_hop'
               WHEN 'prefecture' THEN 'enter_prefecture_hop'
               ELSE 'enter_county_hop' END)
    THEN RAISE EXCEPTION 'not_your_hop'; END IF;
    SELECT * INTO b FROM public.projects_hop
     WHERE remittance_id = r.id AND struck_at IS NULL AND id <> NEW.id
       AND {_RANK.format("place")} < {_RANK.format("NEW.place")}
     ORDER BY {_RANK.format("place")} DESC LIMIT 1;
    SELECT * INTO n FROM public.projects_hop
     WHERE remittance_id = r.id AND struck_at IS NULL AND id <> NEW.id
       AND {_RANK.format("place")} > {_RANK.format("NEW.place")}
     ORDER BY {_RANK.format("place")} LIMIT 1;
    IF NEW.arrived_on < coalesce(b.arrived_on, r.sent_on) THEN
        RAISE EXCEPTION 'hop_day: %', coalesce(b.arrived_on, r.sent_on);
    END IF;
    IF NEW.arrived_on > n.arrived_on THEN RAISE EXCEPTION 'hop_next_day: %', n.arrived_on; END IF;
    IF NEW.amount > coalesce(b.amount, r.amount) THEN
        RAISE EXCEPTION 'hop_amount: %', {yuan_text("coalesce(b.amount, r.amount)")};
    END IF;
    IF NEW.amount < n.amount THEN
        RAISE EXCEPTION 'hop_next_amount: %', {yuan_text("n.amount")};
    END IF;
    """,
    declare=[
        ("r", "public.projects_remittance"),
        ("b", "public.projects_hop"),
        ("n", "public.projects_hop"),
    ],
)
