//! `retain edit CARD`: the editor on a card's line, and what became of the deck.

use std::path::Path;

use super::{Failure, Outcome, add, changes, output};
use crate::app::App;
use crate::app::check::{self, Options};
use crate::diagnostic::Severity;
use crate::shelf;
use crate::view::check::Drawing;

/// Edit a card in `$EDITOR`
///
/// The progress of every card is kept. A card of the course gets a copy of its deck in your own folder first, which
/// takes the place of the course's.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The card: its id, or the beginning of its number
    card: String,
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    let card = app.find_card(&args.card)?;
    let Some(loaded) = app.load(card.uid)? else {
        return Err(output::gone(&card));
    };
    let Some((path, byte)) = app.editable(&loaded)? else {
        return Err(Failure::no(format!("the deck of `{}` cannot be edited", card.key)));
    };
    let line = app.line_of(&path, byte);
    let before = shelf::read(&path)?;
    let config = app.config.clone();
    let ended =
        add::with_terminal(&config, |terminal| terminal.edit_file(&config.editor, Path::new(&path), line))?
            .map_err(|error| {
            Failure::no(format!("{error}")).hint("set `editor` in `config.toml`, or `$EDITOR`")
        })?;
    if !ended {
        return Err(Failure::no(format!("the editor `{}` did not end well", config.editor))
            .hint(format!("the deck is `{path}`, line {line}")));
    }
    let here = super::check::here();
    let name = check::shown(Path::new(&path), here.as_deref());
    if shelf::read(&path).is_ok_and(|after| after == before) {
        return Ok(output::say(&format!("{name} is as it was"))?);
    }
    let indexed = app.refresh(&[Path::new(&path).to_owned()])?;
    for fault in &indexed.faults {
        output::complain(&format!("warning: {fault}\n"));
    }
    let told = changes::of(app, indexed, |deck| deck == path)?;
    if told.is_empty() {
        output::say("no card is another than before")?;
    } else {
        told.say()?;
    }
    let options = Options { here: here.as_deref(), ..Options::default() };
    let checked = check::check_text(Path::new(&path), shelf::read(&path)?, &app.roots()?, options);
    let drawing = Drawing::new(&checked.source);
    let mut errors = 0;
    for fault in checked.diagnostics.iter().filter(|fault| fault.severity == Severity::Error) {
        errors += 1;
        output::raw(format!("\n{}\n", drawing.text(fault, false, output::width(&config))).as_bytes())?;
    }
    if errors > 0 { Err(Failure::said()) } else { Ok(()) }
}
