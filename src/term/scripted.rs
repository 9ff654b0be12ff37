//! A terminal without a terminal: what it is asked comes from a script, what it is shown is kept.
//! For tests of whole loops, and demonstrations. Not for people.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use super::{Ask, Key, Menu, Terminal};
use crate::view::fit::fit;
use crate::view::frame::{Frame, Line, Size};

/// What an editor does to a file.
type Edit = Box<dyn FnMut(&Path) -> io::Result<bool>>;

/// One line of a script.
enum Cue {
    Key(Key),
    Resize(Size),
    Input(Option<String>),
    Choose(Option<usize>),
    Confirm(Option<bool>),
    Edit(Edit),
}

impl Cue {
    fn name(&self) -> String {
        match self {
            Self::Key(key) => format!("the key {key:?}"),
            Self::Resize(_) => "a resize".to_owned(),
            Self::Input(_) => "a line of text".to_owned(),
            Self::Choose(_) => "a choice".to_owned(),
            Self::Confirm(_) => "a yes or no".to_owned(),
            Self::Edit(_) => "an edit".to_owned(),
        }
    }
}

/// A terminal driven by a script. Once the script is used up, every key is [`Key::Eof`] and every prompt is left.
pub struct ScriptedTerminal {
    size: Size,
    script: VecDeque<Cue>,
    /// Every frame drawn, with the size it was drawn at.
    pub frames: Vec<(Size, Frame)>,
    /// Every prompt shown by `input`, `choose` and `confirm`.
    pub asked: Vec<String>,
    /// Every file handed to the editor, with its line.
    pub edited: Vec<(PathBuf, usize)>,
    /// Every link opened.
    pub opened: Vec<String>,
}

impl ScriptedTerminal {
    /// A terminal of a size, with an empty script.
    #[must_use]
    pub fn new(columns: usize, rows: usize) -> Self {
        Self {
            size: Size::new(columns, rows),
            script: VecDeque::new(),
            frames: Vec::new(),
            asked: Vec::new(),
            edited: Vec::new(),
            opened: Vec::new(),
        }
    }

    /// Adds keys: each character is a key, `\n` Enter, `\u{1b}` Escape, `\u{8}` Backspace, `\t` Tab, `\u{3}` Ctrl-C.
    #[must_use]
    pub fn keys(mut self, keys: &str) -> Self {
        self.script.extend(keys.chars().map(|c| {
            Cue::Key(match c {
                '\n' => Key::Enter,
                '\u{1b}' => Key::Esc,
                '\u{8}' => Key::Backspace,
                '\t' => Key::Tab,
                '\u{3}' => Key::Interrupt,
                c => Key::Char(c),
            })
        }));
        self
    }

    /// Adds one key.
    #[must_use]
    pub fn then_key(self, key: Key) -> Self {
        self.cue(Cue::Key(key))
    }

    /// Adds a change of size, seen as [`Key::Resize`].
    #[must_use]
    pub fn then_resize(self, columns: usize, rows: usize) -> Self {
        self.cue(Cue::Resize(Size::new(columns, rows)))
    }

    /// Adds a line of text typed at an `input` prompt; `None` backs out.
    #[must_use]
    pub fn then_input(self, text: Option<&str>) -> Self {
        self.cue(Cue::Input(text.map(str::to_owned)))
    }

    /// Adds a choice from a menu; `None` backs out.
    #[must_use]
    pub fn then_choose(self, index: Option<usize>) -> Self {
        self.cue(Cue::Choose(index))
    }

    /// Adds an answer to a yes-or-no question; `None` backs out.
    #[must_use]
    pub fn then_confirm(self, yes: Option<bool>) -> Self {
        self.cue(Cue::Confirm(yes))
    }

    /// Adds what the editor does to the file it is given.
    #[must_use]
    pub fn then_edit(self, edit: impl FnMut(&Path) -> io::Result<bool> + 'static) -> Self {
        self.cue(Cue::Edit(Box::new(edit)))
    }

    fn cue(mut self, cue: Cue) -> Self {
        self.script.push_back(cue);
        self
    }

    /// Returns the last screen as text, exactly as many lines as it had rows, without trailing blanks.
    #[must_use]
    pub fn screen(&self) -> String {
        self.frames.last().map(text_of).unwrap_or_default()
    }

    /// Returns every screen as text, in order.
    #[must_use]
    pub fn screens(&self) -> Vec<String> {
        self.frames.iter().map(text_of).collect()
    }

    /// Returns how many lines of the script are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.script.len()
    }

    /// Takes the next cue if it is of the wanted kind; a script that does not fit the loop is an error, not a guess.
    fn next<T>(&mut self, wanted: &str, take: impl FnOnce(Cue) -> Result<T, Cue>) -> io::Result<Option<T>> {
        let Some(cue) = self.script.pop_front() else { return Ok(None) };
        take(cue).map(Some).map_err(|cue| {
            let message = format!("the loop asked for {wanted}, but the script has {}", cue.name());
            self.script.push_front(cue);
            io::Error::other(message)
        })
    }
}

fn text_of((size, frame): &(Size, Frame)) -> String {
    let lines = fit(frame, *size);
    lines.iter().map(Line::text).map(|line| format!("{}\n", line.trim_end())).collect()
}

impl Terminal for ScriptedTerminal {
    fn size(&self) -> Size {
        self.size
    }

    fn draw(&mut self, frame: &Frame) -> io::Result<()> {
        self.frames.push((self.size, frame.clone()));
        Ok(())
    }

    fn key(&mut self, _timeout_ms: Option<u64>) -> io::Result<Key> {
        let event = self.next("a key", |cue| match cue {
            Cue::Key(key) => Ok((key, None)),
            Cue::Resize(size) => Ok((Key::Resize, Some(size))),
            other => Err(other),
        })?;
        let (key, size) = event.unwrap_or((Key::Eof, None));
        self.size = size.unwrap_or(self.size);
        Ok(key)
    }

    fn input(&mut self, ask: &Ask) -> io::Result<Option<String>> {
        self.asked.push(ask.prompt.clone());
        let text = self.next("a line of text", |cue| match cue {
            Cue::Input(text) => Ok(text),
            other => Err(other),
        })?;
        Ok(text.flatten())
    }

    fn choose(&mut self, menu: &Menu) -> io::Result<Option<usize>> {
        self.asked.push(menu.prompt.clone());
        let index = self.next("a choice", |cue| match cue {
            Cue::Choose(index) => Ok(index),
            other => Err(other),
        })?;
        Ok(index.flatten())
    }

    fn confirm(&mut self, question: &str) -> io::Result<Option<bool>> {
        self.asked.push(question.to_owned());
        let yes = self.next("a yes or no", |cue| match cue {
            Cue::Confirm(yes) => Ok(yes),
            other => Err(other),
        })?;
        Ok(yes.flatten())
    }

    fn edit_file(&mut self, _editor: &str, path: &Path, line: usize) -> io::Result<bool> {
        self.edited.push((path.to_owned(), line));
        let edit = self.next("an edit", |cue| match cue {
            Cue::Edit(edit) => Ok(edit),
            other => Err(other),
        })?;
        edit.map_or(Ok(false), |mut edit| edit(path))
    }

    fn open(&mut self, _opener: &str, target: &str) -> io::Result<()> {
        self.opened.push(target.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_followed_in_order_and_ends_in_end_of_input() {
        let mut terminal = ScriptedTerminal::new(20, 3)
            .keys("3\n")
            .then_resize(40, 10)
            .then_input(Some("note"))
            .then_key(Key::Down);
        assert_eq!(terminal.key(None).unwrap(), Key::Char('3'));
        assert_eq!(terminal.key(None).unwrap(), Key::Enter);
        assert_eq!(terminal.key(Some(10)).unwrap(), Key::Resize);
        assert_eq!(terminal.size(), Size::new(40, 10));
        assert_eq!(terminal.input(&Ask::new("note")).unwrap().as_deref(), Some("note"));
        assert_eq!(terminal.key(None).unwrap(), Key::Down);
        assert_eq!(terminal.key(None).unwrap(), Key::Eof);
        assert_eq!(terminal.confirm("sure").unwrap(), None);
        assert_eq!(terminal.asked, ["note", "sure"]);
    }

    #[test]
    fn a_script_that_does_not_fit_the_loop_is_an_error() {
        let mut terminal = ScriptedTerminal::new(20, 3).keys("3");
        let error = terminal.confirm("sure").unwrap_err();
        assert_eq!(error.to_string(), "the loop asked for a yes or no, but the script has the key Char('3')");
        assert_eq!(terminal.left(), 1);
    }

    #[test]
    fn screens_are_kept_at_the_size_they_were_drawn() {
        let mut terminal = ScriptedTerminal::new(6, 3).then_resize(20, 2);
        let frame = Frame {
            body: vec![Line::plain("a long line")],
            foot: vec![Line::plain("keys")],
            ..Frame::default()
        };
        terminal.draw(&frame).unwrap();
        terminal.key(None).unwrap();
        terminal.draw(&frame).unwrap();
        assert_eq!(terminal.screens(), ["a lon…\n\nkeys\n", "a long line\nkeys\n"]);
    }
}
