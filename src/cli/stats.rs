//! `retain stats`: what was done, how well it is kept, what comes.

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::app::report::stats_json;
use crate::term::{Key, Terminal as _, Tty};
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
pub(super) fn on_screen(app: &App) -> Result<(), Failure> {
    let view = app.stats(&app.moment())?;
    let mut tty = Tty::open(output::look(&app.config))?;
    let mut scroll = 0;
    loop {
        let size = tty.size();
        let frame = stats::screen(&view, size, scroll);
        scroll = frame.scroll;
        tty.draw(&frame)?;
        match tty.key(None)? {
            Key::Down | Key::Char('j') => scroll += 1,
            Key::Up | Key::Char('k') => scroll = scroll.saturating_sub(1),
            Key::PageDown | Key::Char(' ') => scroll += frame.window(size.rows),
            Key::PageUp => scroll = scroll.saturating_sub(frame.window(size.rows)),
            Key::Home => scroll = 0,
            Key::End => scroll = usize::MAX,
            Key::Interrupt | Key::Terminate | Key::Eof => return Err(Failure::interrupted()),
            Key::Char('q') | Key::Esc | Key::Enter => return Ok(()),
            _ => {}
        }
    }
}
