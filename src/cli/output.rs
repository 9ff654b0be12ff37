//! Writing to the standard streams: lines, frames, complaints. A closed pipe ends a command quietly.

use std::io::{self, IsTerminal as _, Write as _};

use super::{Failure, Outcome};
use crate::config::Config;
use crate::source::printable;
use crate::store::CardRow;
use crate::term::{Key, Look, Terminal as _, Tty, screen};
use crate::view::frame::{Frame, Line, Size, Style};
use crate::view::page::{KeyHint, Page, keys_line};

/// Writes a line to standard output; control characters are shown, not sent.
pub(super) fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", printable(text))
}

/// Writes text to standard output as it is: for JSON and generated scripts.
pub(super) fn raw(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()
}

/// Writes styled lines to standard output, with colour where a terminal is there and colour is wanted.
pub(super) fn lines(lines: &[Line], config: &Config) -> io::Result<()> {
    let mut text = String::new();
    if io::stdout().is_terminal() && !config.no_color && !config.dumb {
        for line in lines {
            screen::write_line(&mut text, line, screen::Spelling { colour: true, ascii: config.ascii });
            text.push('\n');
        }
    } else {
        for line in lines {
            text.push_str(line.text().trim_end());
            text.push('\n');
        }
        if config.ascii {
            text = crate::view::signs::ascii(&text);
        }
    }
    raw(text.as_bytes())
}

/// Shows lines on a screen of their own until the learner leaves it.
pub(super) fn page(config: &Config, title: &str, body: &[Line]) -> Outcome {
    scrolled(config, |size, scroll| {
        let page = Page::new(size);
        let keys = [KeyHint::new("↑↓", "scroll"), KeyHint::new("q", "back")];
        let head = vec![Line::styled(title, Style::Heading)];
        page.frame(head, body.to_vec(), vec![keys_line(&keys, page.edge_width())], scroll)
    })
}

/// Shows a screen that is drawn for a size and a place, until the learner leaves it.
pub(super) fn scrolled(config: &Config, draw: impl Fn(Size, usize) -> Frame) -> Outcome {
    let mut tty = Tty::open(look(config))?;
    let mut scroll = 0;
    loop {
        let size = tty.size();
        let frame = draw(size, scroll);
        tty.draw(&frame)?;
        match tty.key(None)? {
            Key::Interrupt | Key::Terminate | Key::Eof => return Err(Failure::interrupted()),
            Key::Char('q') | Key::Esc | Key::Enter => return Ok(()),
            key => scroll = scrolled_by(key, &frame, size),
        }
    }
}

/// Returns the first line to show after a key; one that scrolls nothing leaves it where it is.
pub(super) fn scrolled_by(key: Key, frame: &Frame, size: Size) -> usize {
    let (scroll, window) = (frame.scroll, frame.window(size.rows));
    match key {
        Key::Down | Key::Char('j') => scroll + 1,
        Key::Up | Key::Char('k') => scroll.saturating_sub(1),
        Key::PageDown | Key::Char(' ') => scroll + window,
        Key::PageUp => scroll.saturating_sub(window),
        Key::Home => 0,
        Key::End => usize::MAX,
        _ => scroll,
    }
}

/// Says that the text of a card is no longer there, only its log.
pub(super) fn gone(card: &CardRow) -> Failure {
    Failure::no(format!("`{}` is no longer in the decks: {}", card.key, title(&card.title)))
}

/// Returns the columns of the terminal, of `COLUMNS`, or 80.
pub(super) fn width(config: &Config) -> usize {
    config.columns.unwrap_or_else(|| {
        console::Term::stdout().size_checked().map_or(80, |(_, columns)| usize::from(columns))
    })
}

/// Writes a complaint to standard error; when that fails there is nobody to tell.
pub(super) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(printable(text).as_bytes());
}

/// Returns how the terminal may be written to.
pub(super) fn look(config: &Config) -> Look {
    Look { colour: !config.no_color, ascii: config.ascii }
}

/// Returns a card's title as it stands in lists: its Markdown in plain words.
pub(super) fn title(title: &str) -> String {
    // Most are plain; and a sign alone, as the `*` of an editor's keys, is no mark.
    let marked = title.contains(['*', '_', '`', '$', '[', '\\', '<', '~', '&']);
    let plain = if marked { crate::view::markdown::one_line(title) } else { title.to_owned() };
    if plain.contains(char::is_alphanumeric) { plain } else { title.to_owned() }
}
