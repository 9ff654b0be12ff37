//! A terminal of lines: prompts as questions on lines of their own, menus by number. For pipes and screen readers,
//! where what is asked is a form and not a screen of keys.
//! Not for reviews, which have a line mode of their own (`app/front/plain.rs`).

use std::io::{self, BufRead, Write};
use std::path::Path;

use super::{Ask, Key, Menu, Plain, Terminal, programs};
use crate::view::frame::{Frame, Line, Size};

/// Asks on lines.
#[derive(Debug)]
pub struct LineTerminal<R, W> {
    plain: Plain<R, W>,
    columns: usize,
    /// The body shown last, so that it is said once.
    last: Vec<Line>,
}

impl<R: BufRead, W: Write> LineTerminal<R, W> {
    /// Builds it over a reader and a writer; `columns` is how wide texts may be.
    pub fn new(input: R, output: W, columns: usize) -> Self {
        Self { plain: Plain::new(input, output), columns, last: Vec::new() }
    }

    /// Gives back the reader and the writer.
    pub fn into_parts(self) -> (R, W) {
        self.plain.into_parts()
    }
}

impl<R: BufRead, W: Write> Terminal for LineTerminal<R, W> {
    fn size(&self) -> Size {
        Size::new(self.columns, 24)
    }

    fn keeps_lines(&self) -> bool {
        true
    }

    /// Says what is new in the body: heads and feet repeat themselves, and a form's first lines do.
    fn draw(&mut self, frame: &Frame) -> io::Result<()> {
        let same = frame.body.iter().zip(&self.last).take_while(|(one, other)| one == other).count();
        let same = if same == self.last.len() { same } else { 0 };
        let body = frame.body[same..].to_vec();
        self.last.clone_from(&frame.body);
        if body.iter().all(|line| line.text().trim().is_empty()) {
            return Ok(());
        }
        self.plain.show(&Frame { body, ..Frame::default() })
    }

    fn key(&mut self, _timeout_ms: Option<u64>) -> io::Result<Key> {
        Ok(if self.plain.line()?.is_some() { Key::Enter } else { Key::Eof })
    }

    fn input(&mut self, ask: &Ask) -> io::Result<Option<String>> {
        let prompt = match ask.initial.as_str() {
            "" => ask.prompt.clone(),
            initial => format!("{} [{initial}]", ask.prompt),
        };
        loop {
            let Some(line) = self.plain.ask(&prompt)? else { return Ok(None) };
            let line = line.trim();
            if !line.is_empty() {
                return Ok(Some(line.to_owned()));
            }
            if ask.may_be_empty || !ask.initial.is_empty() {
                return Ok(Some(ask.initial.clone()));
            }
        }
    }

    fn choose(&mut self, menu: &Menu) -> io::Result<Option<usize>> {
        if menu.items.is_empty() {
            return Ok(None);
        }
        for (number, item) in (1..).zip(&menu.items) {
            self.plain.say(&format!("{number}: {item}"))?;
        }
        loop {
            let Some(line) = self.plain.ask(&format!("{} [{}]", menu.prompt, menu.selected + 1))? else {
                return Ok(None);
            };
            match line.trim() {
                "" => return Ok(Some(menu.selected)),
                typed => {
                    let number =
                        typed.parse::<usize>().ok().filter(|number| (1..=menu.items.len()).contains(number));
                    let named = || menu.items.iter().position(|item| item.eq_ignore_ascii_case(typed));
                    if let Some(index) = number.map(|number| number - 1).or_else(named) {
                        return Ok(Some(index));
                    }
                    self.plain.say(&format!("type a number from 1 to {}", menu.items.len()))?;
                }
            }
        }
    }

    fn confirm(&mut self, question: &str) -> io::Result<Option<bool>> {
        let line = self.plain.ask(&format!("{question} [y/N]"))?;
        Ok(line.map(|line| matches!(line.trim(), "y" | "Y" | "yes")))
    }

    fn edit_file(&mut self, editor: &str, path: &Path, line: usize) -> io::Result<bool> {
        programs::edit_file(editor, path, line)
    }

    fn open(&mut self, opener: &str, target: &str) -> io::Result<()> {
        programs::open(opener, target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_asked_until_they_are_answered() {
        let mut terminal = LineTerminal::new("\nRaft\n\n9\n2\n".as_bytes(), Vec::new(), 80);
        let ask = Ask { may_be_empty: false, ..Ask::new("name") };
        assert_eq!(terminal.input(&ask).unwrap().as_deref(), Some("Raft"));
        let kept = Ask { initial: "x".to_owned(), ..Ask::new("file") };
        assert_eq!(terminal.input(&kept).unwrap().as_deref(), Some("x"));
        let menu = Menu::new("kind", vec!["one".to_owned(), "two".to_owned()]);
        assert_eq!(terminal.choose(&menu).unwrap(), Some(1));
        assert_eq!(terminal.choose(&menu).unwrap(), None, "the end of input backs out");
        let said = String::from_utf8(terminal.into_parts().1).unwrap();
        assert!(said.starts_with("name: name: file [x]: 1: one\n2: two\nkind [1]: type a number"), "{said}");
    }

    #[test]
    fn what_was_said_is_not_said_again() {
        let mut terminal = LineTerminal::new(&b""[..], Vec::new(), 80);
        let mut frame = Frame { body: vec![Line::plain("name  Raft")], ..Frame::default() };
        terminal.draw(&frame).unwrap();
        frame.body.push(Line::plain("level beginner"));
        terminal.draw(&frame).unwrap();
        assert_eq!(String::from_utf8(terminal.into_parts().1).unwrap(), "name  Raft\nlevel beginner\n");
    }
}
