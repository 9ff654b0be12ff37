//! `retain catchup`: a way back after a break, and a date by which something shall be known.

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::card::Level;
use crate::time::Day;
use crate::view::words;

/// Spread a backlog over some days, or aim at a date
///
/// Nothing is reset. While a plan lasts, each day shows its quota, cards nearest to due first, and new cards pause. With
/// --by, cards of a deck or level come up earlier as the date comes near, so that they are known on it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Over how many days; by default as few as the daily limit allows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=365))]
    days: Option<u32>,
    /// Only show the plan
    #[arg(long)]
    dry_run: bool,
    /// Give the plan (or, with --deck or --level, the goal) up
    #[arg(long)]
    clear: bool,
    /// The date by which the cards shall be known, as 2026-12-24
    #[arg(long, value_name = "DATE", conflicts_with_all = ["days", "clear", "dry_run"], value_parser = date)]
    by: Option<Day>,
    /// The deck aimed at
    #[arg(long, value_name = "DECK")]
    deck: Option<String>,
    /// The level aimed at
    #[arg(long, value_name = "LEVEL", value_parser = super::review::level)]
    level: Option<Level>,
}

fn date(text: &str) -> Result<Day, String> {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map(Day::from_date)
        .map_err(|_| "a date as 2026-12-24".to_owned())
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    let at = app.moment();
    let deck = args.deck.as_deref().map(|name| app.deck_named(name)).transpose()?.map(|deck| deck.slug);
    let aimed = deck.clone().or_else(|| args.level.map(|level| level.name().to_owned()));
    if let Some(by) = args.by {
        let Some(aimed) = aimed else {
            return Err(Failure::usage("a date needs a deck or a level to aim at")
                .hint("`retain catchup --by DATE --level beginner`"));
        };
        if by < at.today {
            return Err(Failure::usage(format!("{by} has passed")));
        }
        app.set_goal(deck, args.level, Some(by), at.today)?;
        return Ok(output::say(&format!(
            "{aimed} by {}: its cards come up earlier as the date comes near",
            words::date(by)
        ))?);
    }
    if args.clear {
        if let Some(aimed) = aimed {
            app.set_goal(deck, args.level, None, at.today)?;
            return Ok(output::say(&format!("no date for {aimed} any more"))?);
        }
        app.take_catch_up(None)?;
        return Ok(output::say("the plan is given up: days are as in `config.toml` again")?);
    }
    if aimed.is_some() {
        return Err(
            Failure::usage("a deck or level needs a date").hint("add `--by 2026-12-24`, or `--clear`")
        );
    }
    let (plan, backlog) = app.plan_catch_up(args.days, &at)?;
    let days = plan.until.days_since(plan.from) + 1;
    output::say(&format!(
        "{} due: {} reviews a day for {}, done on {}",
        words::plural(backlog, "card"),
        plan.quota,
        words::plural(usize::try_from(days).unwrap_or(0), "day"),
        words::date(plan.until)
    ))?;
    if args.dry_run {
        return Ok(output::say("nothing was changed; without --dry-run it will be")?);
    }
    app.take_catch_up(Some(plan))?;
    Ok(output::say("the plan is in force: `retain review` follows it, `retain catchup --clear` gives it up")?)
}
