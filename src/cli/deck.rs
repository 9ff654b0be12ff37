//! `retain deck`: which decks there are, and which folders they come from.

use std::path::PathBuf;

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::view::words;

/// List decks, and register folders of decks
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: DeckCommand,
}

#[derive(Debug, clap::Subcommand)]
enum DeckCommand {
    /// List all decks with their cards
    List {
        /// As one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Register a folder or file: its decks take part in every review
    Add {
        /// The folder or file
        path: PathBuf,
    },
    /// Take a folder or file off the register; its cards keep their history
    Remove {
        /// The folder or file
        path: PathBuf,
    },
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    match &args.command {
        DeckCommand::List { json } => list(app, *json),
        DeckCommand::Add { path } => {
            let path = path.canonicalize().map_err(|error| {
                Failure::new(super::Kind::No, format!("cannot open `{}`: {error}", path.display()))
            })?;
            let Some(text) = path.to_str() else {
                return Err(Failure::no("the path is not UTF-8"));
            };
            if !app.store.add_folder(text)? {
                return Ok(output::say(&format!("`{text}` was registered already"))?);
            }
            let indexed = app.refresh(&[])?;
            for fault in &indexed.faults {
                output::complain(&format!("warning: {fault}\n"));
            }
            let decks = words::plural(indexed.read, "deck");
            let cards = words::plural(indexed.cards, "card");
            Ok(output::say(&format!("registered `{text}`: {decks}, {cards}"))?)
        }
        DeckCommand::Remove { path } => {
            let known = path.canonicalize().unwrap_or_else(|_| path.clone());
            let text = known.to_string_lossy();
            if app.store.remove_folder(&text)? {
                Ok(output::say(&format!("`{text}` is off the register; nothing was deleted"))?)
            } else {
                let mut failure = Failure::no(format!("`{text}` is not registered"));
                for folder in app.store.folders()? {
                    failure = failure.hint(format!("`retain deck remove {folder}`"));
                }
                Err(failure)
            }
        }
    }
}

fn list(app: &mut App, json: bool) -> Outcome {
    app.refresh(&[])?;
    let decks = app.store.decks()?;
    let counts = app.store.deck_counts(&app.moment())?;
    let count = |id: i64| counts.iter().find(|count| count.deck == id).copied().unwrap_or_default();
    if json {
        let rows: Vec<serde_json::Value> = decks
            .iter()
            .map(|deck| {
                let count = count(deck.id);
                serde_json::json!({
                    "slug": deck.slug, "name": deck.head.name, "level": deck.head.level, "area": deck.head.area,
                    "resource": deck.head.resource, "path": deck.path, "cards": count.cards, "new": count.new,
                    "learning": count.learning, "young": count.young, "mature": count.mature, "due": count.due,
                    "set_aside": count.aside, "faults": deck.faults,
                })
            })
            .collect();
        return Ok(output::raw(format!("{:#}\n", serde_json::Value::from(rows)).as_bytes())?);
    }
    let widest = decks.iter().map(|deck| deck.slug.chars().count()).max().unwrap_or(0);
    for deck in &decks {
        let count = count(deck.id);
        let level = deck.head.level.map_or("", crate::card::Level::name);
        output::say(&format!(
            "{:<widest$}  {level:<12}  {:>4} cards  {:>4} new  {:>4} due  {}",
            deck.slug, count.cards, count.new, count.due, deck.head.name
        ))?;
    }
    let total: u32 = counts.iter().map(|count| count.cards).sum();
    Ok(output::say(&format!(
        "{}, {}",
        words::plural(decks.len(), "deck"),
        words::plural(total as usize, "card")
    ))?)
}
