//! The terminal: the seam through which the screens reach a person, with its fake beside it, and the line mode.
//! Not for deciding what a screen shows (`view/`) or what a key means (`app/`).

pub mod field;
pub mod keys;
pub mod lines;
pub mod plain;
pub mod programs;
pub mod screen;
pub mod scripted;
pub mod tty;

use std::io;
use std::path::Path;

use crate::view::frame::Frame;

pub use crate::view::frame::Size;
pub use field::Field;
pub use lines::LineTerminal;
pub use plain::Plain;
pub use scripted::ScriptedTerminal;
pub use tty::{Look, Tty};

/// A place to draw frames and read keys.
///
/// A method that returns `Option` gives `None` when the learner backed out; that is no error. After a signal or a
/// closed terminal the next [`Terminal::key`] says so, whatever was being asked when it came.
pub trait Terminal {
    /// Returns the size in columns and rows, read afresh.
    fn size(&self) -> Size;

    /// Tells whether what was asked and answered stays in sight by itself, as on paper.
    fn keeps_lines(&self) -> bool {
        false
    }

    /// Shows a frame in place of the one before.
    ///
    /// # Errors
    /// When the terminal cannot be written to; `BrokenPipe` when it is gone.
    fn draw(&mut self, frame: &Frame) -> io::Result<()>;

    /// Waits for a key, a new size, a signal or the end of input; with a timeout in milliseconds, no longer than that.
    ///
    /// # Errors
    /// When the terminal cannot be read; its end is [`Key::Eof`], not an error.
    fn key(&mut self, timeout_ms: Option<u64>) -> io::Result<Key>;

    /// Asks for a line of text.
    ///
    /// # Errors
    /// When the terminal fails.
    fn input(&mut self, ask: &Ask) -> io::Result<Option<String>>;

    /// Asks for one of several items and returns its index.
    ///
    /// # Errors
    /// When the terminal fails.
    fn choose(&mut self, menu: &Menu) -> io::Result<Option<usize>>;

    /// Asks a yes-or-no question; Enter alone means no.
    ///
    /// # Errors
    /// When the terminal fails.
    fn confirm(&mut self, question: &str) -> io::Result<Option<bool>>;

    /// Hands the terminal to an editor (a command, arguments allowed) and waits; tells whether it ended well.
    /// `line` counts from 1; 0 opens the file at its beginning.
    ///
    /// # Errors
    /// When the editor cannot be started or the terminal fails.
    fn edit_file(&mut self, editor: &str, path: &Path, line: usize) -> io::Result<bool>;

    /// Opens a link or a file with a program of the desktop, without waiting for it.
    ///
    /// # Errors
    /// `InvalidInput` when the target could be taken for an option or command; else when the program cannot be started.
    fn open(&mut self, opener: &str, target: &str) -> io::Result<()>;
}

/// What the keyboard, or the world around it, said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character, space included.
    Char(char),
    /// A letter with Ctrl, in lower case, other than those with a name below.
    Ctrl(char),
    /// Enter, or Ctrl-J.
    Enter,
    /// Escape alone.
    Esc,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// The screen has a new size, or must be drawn again (Ctrl-L, or back from the background).
    Resize,
    /// Ctrl-C, or SIGINT.
    Interrupt,
    /// SIGTERM or SIGHUP: leave now.
    Terminate,
    /// The end of input: Ctrl-D, or the terminal is gone.
    Eof,
    /// The timeout passed.
    Timeout,
}

/// A question for a line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// What is asked, without a colon.
    pub prompt: String,
    /// Text already there, to be kept or changed.
    pub initial: String,
    /// Whether an empty line is an answer.
    pub may_be_empty: bool,
}

impl Ask {
    /// A question with nothing filled in, to which an empty line is an answer.
    #[must_use]
    pub fn new(prompt: impl Into<String>) -> Self {
        Self { prompt: prompt.into(), initial: String::new(), may_be_empty: true }
    }
}

/// A choice of one among several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Menu {
    /// What is asked, without a colon.
    pub prompt: String,
    /// The items, in order.
    pub items: Vec<String>,
    /// The item on which the cursor starts.
    pub selected: usize,
}

impl Menu {
    /// A menu with its cursor on the first item.
    #[must_use]
    pub fn new(prompt: impl Into<String>, items: Vec<String>) -> Self {
        Self { prompt: prompt.into(), items, selected: 0 }
    }
}
