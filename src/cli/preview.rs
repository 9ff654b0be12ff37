//! `retain preview FILE`: every card of a deck as it will look, and what is wrong with it; live with `--watch`.

use std::path::{Path, PathBuf};

use super::{Failure, Outcome, output, show};
use crate::app::App;
use crate::app::check::{self, Options};
use crate::config::Config;
use crate::deck;
use crate::diagnostic::Severity;
use crate::seed::Seed;
use crate::shelf;
use crate::source::SourceText;
use crate::term::{Key, Terminal as _, Tty};
use crate::view::check::Drawing;
use crate::view::frame::{Line, Style};
use crate::view::page::{KeyHint, Page, keys_line};
use crate::view::words;

/// Show every card of a deck as it will look
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The deck file
    file: PathBuf,
    /// Draw again whenever the file is saved
    #[arg(long, short)]
    watch: bool,
    /// Draw other orders and problems
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The file is looked at this often, in milliseconds: soon enough after a save, and nothing in between.
const LOOK_MS: u64 = 500;

pub(super) fn run(config: &Config, args: &Args) -> Outcome {
    let path = args
        .file
        .canonicalize()
        .map_err(|error| Failure::no(format!("cannot open `{}`: {error}", args.file.display())))?;
    let context = if config.database().exists() { App::open(config.clone())?.roots()? } else { Vec::new() };
    if args.watch {
        if !Tty::is_there() || config.dumb {
            return Err(
                Failure::usage("`--watch` needs a terminal").hint("leave it out to see the deck once")
            );
        }
        return watch(config, &path, &context, args.seed);
    }
    let width = output::width(config).min(80);
    let seen = look(&path, &context, args.seed, width)?;
    output::lines(&seen.lines, config)?;
    if seen.errors > 0 { Err(Failure::said()) } else { Ok(()) }
}

/// What a deck looks like at one moment.
struct Seen {
    lines: Vec<Line>,
    errors: usize,
}

fn look(path: &Path, context: &[PathBuf], seed: u64, width: usize) -> Result<Seen, Failure> {
    let name = path.to_string_lossy().into_owned();
    let text = shelf::read(&name)?;
    let here = super::check::here();
    let options = Options { here: here.as_deref(), ..Options::default() };
    let checked = check::check_text(path, text.clone(), context, options);
    let source = SourceText::new(name.as_str(), text);
    let mut parsed = deck::parse(&source);
    deck::families::leave_out_unknown(&mut parsed);
    let count = |severity| checked.diagnostics.iter().filter(|fault| fault.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mut lines = Vec::new();
    let cards: Vec<_> = parsed.cards().cloned().collect();
    for (number, card) in (1..).zip(&cards) {
        let loaded = check::loaded_card(&parsed.head, &name, card.clone());
        let line = source.position(card.span.start).line;
        let key = if card.key.is_explicit() { card.key.0.as_str() } else { "" };
        let place = format!("{number}/{} · line {line}", cards.len());
        lines.push(Line::styled("─".repeat(width), Style::Dim));
        lines.push(Line::styled(place, Style::Dim));
        lines.extend(show::head(&loaded, key, card.kind.name(), width));
        lines.extend(show::both(&loaded, Seed(seed), width));
        lines.push(Line::new());
    }
    let drawing = Drawing::new(&checked.source);
    for fault in checked.diagnostics.iter().filter(|fault| fault.severity > Severity::Info) {
        lines.extend(drawing.text(fault, false, width).lines().map(Line::plain));
        lines.push(Line::new());
    }
    let mut told = vec![words::plural(cards.len(), "card")];
    for (count, word) in [(errors, "error"), (warnings, "warning")] {
        if count > 0 {
            told.push(words::plural(count, word));
        }
    }
    lines.push(Line::styled(told.join(", "), if errors > 0 { Style::Bad } else { Style::Good }));
    Ok(Seen { lines, errors })
}

fn watch(config: &Config, path: &Path, context: &[PathBuf], seed: u64) -> Outcome {
    let mut tty = Tty::open(output::look(config))?;
    let name = path.to_string_lossy().into_owned();
    let mut scroll = 0;
    let mut stamp = None;
    let mut seen: Option<(usize, Seen)> = None;
    loop {
        let size = tty.size();
        let width = Page::new(size).text_width();
        let now = shelf::stamp(&name);
        if now != stamp || seen.as_ref().is_none_or(|(drawn, _)| *drawn != width) {
            stamp = now;
            // Between two saves a file may be away for a moment: what was seen stays.
            match look(path, context, seed, width) {
                Ok(fresh) => seen = Some((width, fresh)),
                Err(failure) => {
                    let lines = failure.text().lines().map(Line::plain).collect();
                    seen = Some((width, Seen { lines, errors: 1 }));
                }
            }
        }
        let page = Page::new(size);
        let body = seen.as_ref().map(|(_, seen)| seen.lines.clone()).unwrap_or_default();
        let head = vec![Line::styled(crate::view::wrap::clipped(&name, page.edge_width()), Style::Heading)];
        let keys = [KeyHint::new("↑↓", "scroll"), KeyHint::new("q", "quit")];
        let frame = page.frame(head, body, vec![keys_line(&keys, page.edge_width())], scroll);
        tty.draw(&frame)?;
        loop {
            match tty.key(Some(LOOK_MS))? {
                Key::Timeout if shelf::stamp(&name) == stamp => continue,
                Key::Interrupt | Key::Terminate | Key::Eof => return Err(Failure::interrupted()),
                Key::Char('q') | Key::Esc => return Ok(()),
                key => scroll = output::scrolled_by(key, &frame, size),
            }
            break;
        }
    }
}
