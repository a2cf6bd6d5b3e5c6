"""The command that shows how one number was made."""

from __future__ import annotations

import click

from dxkit.cli.session import DONE, Session, common_options


@click.command()
@click.argument("period")
@click.argument("unit")
@click.argument("indicator")
@click.option("--kind", default="value", help="Another number of it: points, rank, gap, change …")
@common_options
def explain(
    period: str,
    unit: str,
    indicator: str,
    kind: str,
    campaign: str | None,
    raw: str | None,
    out: str | None,
    lang: str,
) -> int:
    """Show how one number was made, from the pages down to file, sheet and cell."""
    from dxkit.press.explain import chain

    session = Session(campaign, raw, out, lang)
    period_id = session.period(period)
    opened = session.open(period_id)
    known = {i.id: i for i in session.campaign.indicators}
    if indicator not in known:
        raise session.refuse("indicator_unknown", text=indicator, available=", ".join(known))
    code = session.unit(unit, period_id)
    card = opened.analysis.scorecard(code)
    fact = card.find(indicator, "value")
    if fact is None:
        raise session.refuse("indicator_unknown", text=indicator, available="–")
    if card.find(indicator, kind) is None:
        kinds = [key.kind for key in card.facts if key.subject == indicator]
        raise session.refuse("kind_unknown", text=kind, available=", ".join(dict.fromkeys(kinds)))
    click.echo(
        session.say(
            "explain_value",
            indicator=session.language.name(known[indicator].names),
            unit=card.unit.name,
            period=session.language.period(period_id),
            value=session.language.number(fact),
        )
    )
    folder = session.project.output_folder(session.campaign.id, period_id)
    for line in chain(opened, card.fact(indicator, kind).key, folder, session.language):
        click.echo(line)
    return DONE
