//! `retain stats`: what was done, how well it is kept, what comes.

use super::{Outcome, output};
use crate::app::App;
use crate::app::report::stats_json;
use crate::view::stats;

/// Show statistics: today, streak, true retention, maturity, forecast, a year's heat map, time, hardest cards
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    let view = app.stats(&app.moment())?;
    if args.json {
        return Ok(output::raw(format!("{:#}\n", stats_json(&view)).as_bytes())?);
    }
    Ok(output::lines(&stats::report(&view, output::width(&app.config)), &app.config)?)
}

/// Shows the statistics on a screen of their own, from the home screen.
pub(super) fn on_screen(app: &App) -> Outcome {
    let view = app.stats(&app.moment())?;
    output::scrolled(&app.config, |size, scroll| stats::screen(&view, size, scroll))
}
