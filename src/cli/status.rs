//! `retain status`: what changed in the decks and is not taken over yet, and what is wrong with them.

use super::{Outcome, changes, check, output};
use crate::app::App;
use crate::app::check::shown;
use crate::store::DeckRow;
use crate::view::words;

/// Say what changed in the decks and is not taken over yet
///
/// Nothing is changed by looking. The next review, or any other command that shows cards, takes the changes over.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    let indexed = app.pending_changes(&[])?;
    let faults: Vec<String> = indexed.faults.iter().map(ToString::to_string).collect();
    let pending = changes::of(app, indexed, |_| true)?;
    let decks = app.store.decks()?;
    let roots: Vec<_> = app.roots()?.into_iter().filter_map(|root| root.canonicalize().ok()).collect();
    let is_at_hand = |deck: &DeckRow| {
        deck.is_shipped() || roots.iter().any(|root| std::path::Path::new(&deck.path).starts_with(root))
    };
    let faulty: Vec<&DeckRow> = decks.iter().filter(|deck| deck.faults > 0).collect();
    let loose: Vec<&DeckRow> = decks.iter().filter(|deck| !is_at_hand(deck)).collect();
    if args.json {
        let paths = |decks: &[&DeckRow]| decks.iter().map(|deck| deck.path.clone()).collect::<Vec<_>>();
        let faulty: Vec<_> = faulty
            .iter()
            .map(|deck| serde_json::json!({ "deck": deck.path, "errors": deck.faults }))
            .collect();
        let object = serde_json::json!({
            "changes": pending.json(), "faulty": faulty, "unregistered": paths(&loose), "unreadable": faults,
        });
        return Ok(output::raw(format!("{object:#}\n").as_bytes())?);
    }
    let here = check::here();
    let name = |deck: &DeckRow| shown(std::path::Path::new(&deck.path), here.as_deref());
    if pending.is_empty() {
        output::say("nothing changed since the last load")?;
    } else {
        output::say("not taken over yet:")?;
        pending.say()?;
    }
    if !faulty.is_empty() {
        output::say("")?;
        output::say("with faults, so that cards are left out (`retain check` says why):")?;
        for deck in &faulty {
            output::say(&format!("  {}: {}", name(deck), words::plural(deck.faults as usize, "error")))?;
        }
    }
    if !faults.is_empty() {
        output::say("")?;
        output::say("not readable:")?;
        for fault in &faults {
            output::say(&format!("  {fault}"))?;
        }
    }
    if !loose.is_empty() {
        output::say("")?;
        output::say("known, but in no folder of yours (`retain deck add PATH` registers one):")?;
        for deck in &loose {
            output::say(&format!("  {}", name(deck)))?;
        }
    }
    Ok(())
}
