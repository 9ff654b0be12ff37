//! `retain fmt`: decks in their canonical form, with ids where they are wanted.

use std::collections::HashSet;
use std::path::PathBuf;

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::app::check::shown;
use crate::config::Config;
use crate::deck::{self, format};
use crate::shelf;
use crate::source::SourceText;
use crate::view::words;

/// Write decks in one form
///
/// Tags in one order, one blank line between cards; every text stays as it is, and so do cards with faults. A deck that
/// would not say the same afterwards is left alone.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Deck files or folders; else your own decks and the registered folders
    paths: Vec<PathBuf>,
    /// Write nothing; exit 1 when a deck is not in its form
    #[arg(long)]
    check: bool,
    /// Give each card without an id one made of its question's words; its progress is kept
    #[arg(long)]
    ids: bool,
}

pub(super) fn run(config: &Config, args: &Args) -> Outcome {
    // Ids are one namespace over all decks, so the database has a say; where there is none, the files alone have.
    let needed = args.paths.is_empty() || config.database().exists();
    let mut app = if needed { Some(App::open(config.clone())?) } else { None };
    if let Some(app) = &mut app {
        app.refresh(&[])?;
    }
    let paths = match &app {
        Some(app) if args.paths.is_empty() => app.roots()?,
        _ => args.paths.clone(),
    };
    let walked = shelf::walk(&paths);
    let mut failed = !walked.faults.is_empty();
    for fault in &walked.faults {
        output::complain(&format!("error: {fault}\n"));
    }
    let mut taken: HashSet<String> = HashSet::new();
    if let Some(app) = &app {
        taken
            .extend(app.store.keys()?.iter().map(|key| key.split('#').next().unwrap_or_default().to_owned()));
    }
    let mut sources = Vec::new();
    for file in walked.found {
        match shelf::read(&file.path.to_string_lossy()) {
            Ok(text) => sources.push((file.path.clone(), SourceText::new(file.path.to_string_lossy(), text))),
            Err(fault) => {
                output::complain(&format!("error: {fault}\n"));
                failed = true;
            }
        }
    }
    let parsed: Vec<_> = sources.iter().map(|(_, source)| deck::parse(source)).collect();
    if args.ids {
        // Ids that stand in other files of this run must not be given a second time.
        let ids = parsed.iter().flat_map(|deck| &deck.blocks).filter_map(|block| block.id.as_ref());
        taken.extend(ids.map(|id| id.text.clone()));
    }
    let here = super::check::here();
    let mut changed = 0;
    for ((path, source), parsed) in sources.iter().zip(&parsed) {
        let name = shown(path, here.as_deref());
        let text = if args.ids {
            format::format_with_ids(source, parsed, &mut taken)
        } else {
            format::format(source, parsed)
        };
        let again = deck::parse(&SourceText::new(source.name.as_str(), text.as_str()));
        if !format::says_the_same_but_ids(parsed, &again)
            || (!args.ids && !format::says_the_same(parsed, &again))
        {
            output::complain(&format!("warning: `{name}` is left alone: its form is part of what it says\n"));
            continue;
        }
        if text == source.text {
            continue;
        }
        changed += 1;
        if args.check {
            output::say(&format!("{name} is not in its form"))?;
        } else {
            shelf::replace(path, &source.text, &text)?;
            output::say(&format!("formatted {name}"))?;
        }
    }
    if let Some(app) = app.as_mut().filter(|_| changed > 0 && !args.check) {
        // At once, so that a later edit is not told apart together with the new ids.
        app.refresh(&[])?;
    }
    if changed == 0 && !failed {
        output::say(&format!("{}: nothing to do", words::plural(sources.len(), "file")))?;
    }
    if failed || (args.check && changed > 0) { Err(Failure::said()) } else { Ok(()) }
}
