//! `retain new DECK`: a new deck with its front matter.

use super::{Outcome, add, output};
use crate::app::App;
use crate::app::author::HeadWanted;
use crate::app::check::shown;
use crate::card::{Area, Level};

/// Begin a deck of your own
///
/// Asks for the front matter, or takes it from options. A bare name goes into your deck folder; a path stays where it is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Its name or path
    deck: String,
    /// The name shown to people; else made of the file's
    #[arg(long)]
    name: Option<String>,
    /// Its level, for decks of a course: beginner, intermediate, advanced
    #[arg(long, value_parser = super::review::level)]
    level: Option<Level>,
    /// Its area: storage, computation, coordination, ml, foundations
    #[arg(long, value_parser = area)]
    area: Option<Area>,
    /// The work that all its cards rest on
    #[arg(long)]
    source: Option<String>,
    /// Tags that all its cards carry, with commas
    #[arg(long, value_delimiter = ',')]
    tags: Vec<String>,
    /// Decks that come before, by file stem, with commas
    #[arg(long, value_delimiter = ',')]
    requires: Vec<String>,
    /// Ask nothing
    #[arg(long, short)]
    yes: bool,
}

fn area(text: &str) -> Result<Area, String> {
    Area::from_name(&text.to_lowercase())
        .ok_or_else(|| "areas are storage, computation, coordination, ml and foundations".to_owned())
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    let path = app.new_deck_path(&args.deck)?;
    let known = HeadWanted {
        name: args.name.clone().unwrap_or_else(|| app.default_deck_name(&path)),
        level: args.level,
        area: args.area,
        source: args.source.clone(),
        tags: trimmed(&args.tags),
        requires: trimmed(&args.requires),
    };
    let is_told =
        args.name.is_some() || args.level.is_some() || args.source.is_some() || !args.tags.is_empty();
    let head = if args.yes || is_told {
        Some(known)
    } else {
        add::with_terminal(&app.config, |terminal| app.ask_head(terminal, &path, &known))??
    };
    let Some(head) = head else { return Ok(output::say("nothing was written")?) };
    app.create_deck(&path, &head)?;
    let here = super::check::here();
    let shown = shown(&path.canonicalize().unwrap_or_else(|_| path.clone()), here.as_deref());
    output::say(&format!("began `{shown}`"))?;
    let own = app.config.deck_folder();
    let is_own = path.starts_with(&own);
    let name = if is_own { crate::shelf::slug(&shown) } else { shown.clone() };
    output::say(&format!("`retain add {name}` writes its first card"))?;
    let roots = app.roots()?;
    let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
    let is_at_hand =
        roots.iter().any(|root| root.canonicalize().is_ok_and(|root| canonical.starts_with(root)));
    if !is_at_hand {
        output::say(&format!("`retain deck add {shown}` makes it part of every review"))?;
    }
    Ok(())
}

fn trimmed(words: &[String]) -> Vec<String> {
    words.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}
