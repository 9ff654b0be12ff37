//! `retain leeches`, `suspended`, `flagged`, `resume`: cards that were set aside or marked, and the way back.

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::review::LogEvent;
use crate::store::Marked;
use crate::view::words;

/// List cards parked as leeches, or take them back
///
/// A card is parked at its eighth lapse and at every fourth after that: better mended than repeated. Edit it, then
/// release it.
#[derive(Debug, clap::Args)]
pub(super) struct LeechArgs {
    /// Put this card back among the others; `all` for every one
    #[arg(long, value_name = "CARD")]
    release: Option<String>,
}

/// List suspended cards
#[derive(Debug, clap::Args)]
pub(super) struct SuspendedArgs {}

/// Put a suspended or parked card back among the others
#[derive(Debug, clap::Args)]
pub(super) struct ResumeArgs {
    /// The card: its id, or the beginning of its number
    card: String,
}

/// List flagged cards with their notes and places
#[derive(Debug, clap::Args)]
pub(super) struct FlaggedArgs {
    /// Take the flag off this card
    #[arg(long, value_name = "CARD")]
    clear: Option<String>,
}

pub(super) fn leeches(app: &mut App, args: &LeechArgs) -> Outcome {
    app.refresh(&[])?;
    match args.release.as_deref() {
        None => list(app, Marked::Parked, "no card is parked"),
        Some("all") => {
            let parked = app.store.marked(Marked::Parked)?;
            for (card, _) in &parked {
                app.mark(card.uid, &LogEvent::Unpark)?;
            }
            Ok(output::say(&format!("{} released", words::plural(parked.len(), "card")))?)
        }
        Some(name) => {
            let card = app.find_card(name)?;
            app.mark(card.uid, &LogEvent::Unpark)?;
            Ok(output::say(&format!("released: {}", output::title(&card.title)))?)
        }
    }
}

pub(super) fn suspended(app: &mut App, _: &SuspendedArgs) -> Outcome {
    app.refresh(&[])?;
    list(app, Marked::Suspended, "no card is suspended")
}

pub(super) fn resume(app: &mut App, args: &ResumeArgs) -> Outcome {
    app.refresh(&[])?;
    let card = app.find_card(&args.card)?;
    let record = app.store.record(card.uid)?.unwrap_or_default();
    if !record.suspended && !record.parked {
        return Err(Failure::no(format!("`{}` is neither suspended nor parked", card.key)));
    }
    if record.suspended {
        app.mark(card.uid, &LogEvent::Resume)?;
    }
    if record.parked {
        app.mark(card.uid, &LogEvent::Unpark)?;
    }
    Ok(output::say(&format!("back among the others: {}", output::title(&card.title)))?)
}

pub(super) fn flagged(app: &mut App, args: &FlaggedArgs) -> Outcome {
    app.refresh(&[])?;
    if let Some(name) = &args.clear {
        let card = app.find_card(name)?;
        app.mark(card.uid, &LogEvent::Unflag)?;
        return Ok(output::say(&format!("the flag is gone: {}", output::title(&card.title)))?);
    }
    list(app, Marked::Flagged, "no card is flagged")
}

fn list(app: &App, mark: Marked, none: &str) -> Outcome {
    let marked = app.store.marked(mark)?;
    if marked.is_empty() {
        return Ok(output::say(none)?);
    }
    for (card, record) in marked {
        let deck = app.store.deck(card.deck)?;
        let place = deck.map_or_else(String::new, |deck| {
            format!("{}:{}", deck.path, app.line_of(&deck.path, card.start))
        });
        output::say(&format!("{}  {}", card.key, output::title(&card.title)))?;
        let lapses = words::plural(record.state.lapses as usize, "lapse");
        let note = record
            .flag
            .filter(|note| !note.is_empty())
            .map_or_else(String::new, |note| format!("  note: {note}"));
        output::say(&format!("    {place}  {lapses}{note}"))?;
    }
    Ok(())
}
