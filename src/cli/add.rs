//! `retain add [DECK]`: a card in a few prompts, in the editor, or from standard input.

use std::io::{self, BufReader, Read as _};

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::app::author::{AddWanted, CardKindWanted};
use crate::app::check::shown;
use crate::config::Config;
use crate::diagnostic::Severity;
use crate::term::{LineTerminal, Terminal, Tty};
use crate::view::check::Drawing;
use crate::view::words;

/// Add cards to a deck
///
/// Each card is shown as it will look, with its faults and near-duplicates, before it is saved at the end of the deck.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The deck: name, file stem or path; asked for when it is not given
    deck: Option<String>,
    /// The kind of card; asked for when it is not given
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Write it in the editor
    #[arg(long, short, conflicts_with = "kind")]
    editor: bool,
    /// Read the card from standard input and save it if it has no faults; nothing is asked
    #[arg(long, conflicts_with_all = ["kind", "editor"])]
    stdin: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Recall,
    Cloze,
    Choice,
    Order,
    Type,
    Number,
    Term,
    Problem,
}

impl Kind {
    fn wanted(self) -> CardKindWanted {
        match self {
            Self::Recall => CardKindWanted::Recall,
            Self::Cloze => CardKindWanted::Cloze,
            Self::Choice => CardKindWanted::Choice,
            Self::Order => CardKindWanted::Order,
            Self::Type => CardKindWanted::Typed,
            Self::Number => CardKindWanted::Number,
            Self::Term => CardKindWanted::Term,
            Self::Problem => CardKindWanted::Problem,
        }
    }
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    if args.stdin {
        let deck = args.deck.as_deref().ok_or_else(|| Failure::usage("`--stdin` needs the deck's name"))?;
        return from_stdin(app, deck);
    }
    let kind = if args.editor { Some(CardKindWanted::Editor) } else { args.kind.map(Kind::wanted) };
    let deck = args.deck.as_deref().map(|deck| app.deck_file(deck)).transpose()?;
    let config = app.config.clone();
    let (path, saved) = with_terminal(&config, |terminal| -> crate::app::Result<_> {
        let path = match deck {
            Some(path) => Some(path),
            None => app.ask_deck(terminal)?,
        };
        let Some(path) = path else { return Ok((None, 0)) };
        let asked = app.ask_cards(terminal, &path, &AddWanted { kind })?;
        Ok((Some(path), asked.saved))
    })??;
    match path.filter(|_| saved > 0) {
        Some(path) => {
            let here = super::check::here();
            let name = shown(&path, here.as_deref());
            Ok(output::say(&format!("saved {} to `{name}`", words::plural(saved, "card")))?)
        }
        None => Ok(output::say("nothing was written")?),
    }
}

/// Adds cards from the home screen.
pub(super) fn from_home(app: &mut App) -> Outcome {
    let config = app.config.clone();
    with_terminal(&config, |terminal| -> crate::app::Result<_> {
        if let Some(path) = app.ask_deck(terminal)? {
            app.ask_cards(terminal, &path, &AddWanted::default())?;
        }
        Ok(())
    })??;
    Ok(())
}

/// Runs something that asks: on the terminal, or in lines where there is none.
pub(super) fn with_terminal<T>(
    config: &Config,
    run: impl FnOnce(&mut dyn Terminal) -> T,
) -> Result<T, Failure> {
    if Tty::is_there() && !config.dumb {
        let mut tty = Tty::open(output::look(config))?;
        return Ok(run(&mut tty));
    }
    let columns = output::width(config);
    let mut lines = LineTerminal::new(BufReader::new(io::stdin()), io::stdout(), columns);
    Ok(run(&mut lines))
}

fn from_stdin(app: &mut App, deck: &str) -> Outcome {
    let path = app.deck_file(deck)?;
    let mut block = String::new();
    io::stdin()
        .take(crate::shelf::MAX_DECK_BYTES)
        .read_to_string(&mut block)
        .map_err(|error| Failure::no(format!("standard input cannot be read: {error}")))?;
    let tried = app.try_block(&path, &block)?;
    let drawing = Drawing::new(&tried.source);
    let width = output::width(&app.config);
    for fault in tried.diagnostics.iter().filter(|fault| fault.severity > Severity::Info) {
        output::raw(format!("{}\n\n", drawing.text(fault, false, width)).as_bytes())?;
    }
    if !tried.is_sound() {
        output::say("nothing was written")?;
        return Err(Failure::said());
    }
    app.save_tried(&tried)?;
    let here = super::check::here();
    let name = shown(&path, here.as_deref());
    Ok(output::say(&format!(
        "saved {} to `{name}:{}`",
        words::plural(tried.cards.len(), "card"),
        tried.line()
    ))?)
}
