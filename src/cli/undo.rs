//! `retain undo`: takes back the last answer or mark, on whatever day it was given.

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::session::due_day;
use crate::view::words;

/// Take back the last answer or mark
///
/// Nothing is deleted: the log gets a line that takes the earlier one back. May be repeated as often as there are answers.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(app: &mut App, _: &Args) -> Outcome {
    let at = app.moment();
    let Some((card, record)) = app.undo_last(&at)? else {
        return Err(Failure::no("there is nothing to take back"));
    };
    let title = app.store.card(card)?.map_or_else(|| card.to_string(), |row| output::title(&row.title));
    output::say(&format!("taken back: {title}"))?;
    let due = match due_day(record.state.due, &at) {
        None => "it is new again".to_owned(),
        Some(day) => format!("it is due {}", words::relative_day(day, at.today)),
    };
    Ok(output::say(&due)?)
}
