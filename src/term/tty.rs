//! The real terminal: its mode held for the whole session and given back on every way out; keys, signals and
//! drawing without flicker; dialoguer's prompts and the learner's editor in between.
//! Not for what bytes mean (`keys.rs`) or how a frame fits (`screen.rs`).
//!
//! The mode is held throughout, since a terminal in line mode between two keys would echo what is typed ahead and let
//! Ctrl-C kill the process. The saved mode is global: a panic hook has nothing else to reach it by.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock};

use console::Term;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, Input, Select};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::{stdin, stdout};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr, tcgetwinsize,
    tcsetattr,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

use super::keys::{self, Decoded};
use super::screen::{self, Spelling};
use super::{Ask, Key, Menu, Terminal, programs};
use crate::view::fit::fit;
use crate::view::frame::{Frame, Size};

/// Alternate screen, cleared; cursor hidden; no wrapping at the margin, so a frame never scrolls; pastes marked.
const ENTER: &str = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[?2004h\u{1b}[2J\u{1b}[H";
/// The same undone, in reverse.
const LEAVE: &str = "\u{1b}[0m\u{1b}[?2004l\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l";
/// For a prompt: as the terminal was, but on our screen.
const PAUSE: &str = "\u{1b}[0m\u{1b}[?2004l\u{1b}[?7h\u{1b}[?25h";

/// How long an escape may stand alone before it is the Escape key, in milliseconds; the parts of an arrow key arrive
/// well within it, over ssh too.
const ESCAPE_WAIT_MS: u64 = 40;

/// How the terminal may be written to; `config` reads it from the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are used: not with `NO_COLOR` or a terminal without them.
    pub colour: bool,
    /// Whether signs beyond ASCII are replaced: where the locale is not UTF-8.
    pub ascii: bool,
}

/// The terminal a person sits at. Dropping it gives the terminal back as it was.
#[derive(Debug)]
pub struct Tty {
    look: Look,
    signals: Arc<Signals>,
    /// Bytes read that are no whole key yet.
    pending: Vec<u8>,
    /// The terminal has gone, or its input has ended.
    ended: bool,
    last: Option<Frame>,
}

impl Tty {
    /// Tells whether input and output are both a terminal, so that [`Tty::open`] makes sense.
    #[must_use]
    pub fn is_there() -> bool {
        isatty(stdin()) && isatty(stdout())
    }

    /// Takes the terminal over, until the value is dropped.
    ///
    /// # Errors
    /// When input or output is no terminal, or signals cannot be watched.
    pub fn open(look: Look) -> io::Result<Self> {
        if !Self::is_there() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "input and output are no terminal"));
        }
        let signals = Signals::watch()?;
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // Before the message, or it would vanish with our screen.
                give_back();
                previous(panic);
            }));
        });
        take_over()?;
        signals.default.store(false, Ordering::SeqCst);
        console::set_colors_enabled(look.colour);
        Ok(Self { look, signals, pending: Vec::new(), ended: false, last: None })
    }

    /// Waits until there is input, a signal, or nothing for too long.
    fn wait(&self, timeout_ms: Option<u64>) -> io::Result<Woken> {
        let timeout = timeout_ms.map(|ms| Timespec {
            tv_sec: i64::try_from(ms / 1000).unwrap_or(i64::MAX),
            tv_nsec: i64::try_from(ms % 1000).unwrap_or(0) * 1_000_000,
        });
        let input = stdin();
        let mut watched =
            [PollFd::new(&input, PollFlags::IN), PollFd::new(&self.signals.pipe, PollFlags::IN)];
        match poll(&mut watched, timeout.as_ref()) {
            Ok(0) => Ok(Woken::Not),
            Ok(_) if !watched[1].revents().is_empty() => Ok(Woken::Signal),
            Ok(_) => Ok(Woken::Input),
            Err(Errno::INTR) => Ok(Woken::Signal),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads input that is there. One byte at a time, so that what is typed ahead is left for a prompt or an editor.
    fn read(&mut self) -> io::Result<()> {
        const PASTE: &[u8] = b"\x1b[200~";
        let pasting = self.pending.starts_with(PASTE);
        if pasting && self.pending.len() > 4096 {
            // A paste is left out anyway; only its end mark matters.
            self.pending.drain(PASTE.len()..self.pending.len() - 8);
        }
        let mut buffer = [0; 1024];
        let wanted = if pasting { buffer.len() } else { 1 };
        match rustix::io::read(stdin(), &mut buffer[..wanted]) {
            // Gone: an ended input, or a terminal hung up.
            Ok(0) | Err(Errno::IO | Errno::NXIO | Errno::BADF) => self.ended = true,
            Ok(read) => self.pending.extend_from_slice(&buffer[..read]),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Takes what a signal said, the gravest first.
    fn signal(&self) -> io::Result<Option<Key>> {
        self.signals.drain();
        let took = |flag: &AtomicBool| flag.swap(false, Ordering::SeqCst);
        if took(&self.signals.terminate) {
            return Ok(Some(Key::Terminate));
        }
        if took(&self.signals.interrupt) {
            return Ok(Some(Key::Interrupt));
        }
        if took(&self.signals.resumed) {
            // A shell may have set its own mode while we were stopped.
            take_over()?;
            return Ok(Some(Key::Resize));
        }
        Ok(took(&self.signals.resize).then_some(Key::Resize))
    }

    /// Goes to the background, as Ctrl-Z asks, and comes back.
    fn suspend(&self) -> io::Result<Key> {
        give_back();
        signal_hook::low_level::raise(SIGTSTP)?;
        take_over()?;
        Ok(Key::Resize)
    }

    /// Runs a dialoguer prompt on the bottom `rows` of the screen, in the mode it expects.
    fn prompt<T>(
        &mut self,
        rows: usize,
        ask: impl Fn(&dyn Theme, &Term) -> dialoguer::Result<T>,
    ) -> io::Result<Option<T>> {
        let theme: Box<dyn Theme> = if self.look.colour && !self.look.ascii {
            Box::new(ColorfulTheme::default())
        } else {
            Box::new(SimpleTheme)
        };
        loop {
            let top = self.size().rows.saturating_sub(rows) + 1;
            pause()?;
            write(&format!("{PAUSE}\u{1b}[{top};1H\u{1b}[J"))?;
            let answer = ask(theme.as_ref(), &Term::stdout());
            take_over_again()?;
            let error = match answer {
                Ok(answer) => return Ok(Some(answer)),
                Err(dialoguer::Error::IO(error)) => error,
            };
            match error.kind() {
                // console turns every signal into an interrupt, and raises SIGINT for it.
                io::ErrorKind::Interrupted => {
                    if self.signals.terminate.load(Ordering::SeqCst) {
                        return Ok(None);
                    }
                    self.signals.interrupt.store(false, Ordering::SeqCst);
                    if !self.signals.resize.swap(false, Ordering::SeqCst) {
                        return Ok(None);
                    }
                    // A new size ends no prompt: ask again, on the screen as it is now.
                    if let Some(frame) = self.last.take() {
                        self.draw(&frame)?;
                    }
                }
                io::ErrorKind::UnexpectedEof => {
                    self.ended = true;
                    return Ok(None);
                }
                _ => return Err(error),
            }
        }
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        give_back();
        self.signals.default.store(true, Ordering::SeqCst);
    }
}

impl Terminal for Tty {
    fn size(&self) -> Size {
        match tcgetwinsize(stdout()) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
                Size::new(usize::from(size.ws_col), usize::from(size.ws_row))
            }
            _ => Size::USUAL,
        }
    }

    fn draw(&mut self, frame: &Frame) -> io::Result<()> {
        let size = self.size();
        let spelling = Spelling { colour: self.look.colour, ascii: self.look.ascii };
        // One write: the old screen is overwritten in place, and only the rest of each line is cleared.
        let mut out = String::with_capacity(size.columns * size.rows * 2);
        out.push_str("\u{1b}[H");
        for (row, line) in fit(frame, size).iter().enumerate() {
            if row > 0 {
                out.push_str("\r\n");
            }
            screen::write_line(&mut out, line, spelling);
            // On a full line the cursor still stands on the last column, and clearing would take its character.
            if line.width() < size.columns {
                out.push_str("\u{1b}[K");
            }
        }
        self.last = Some(frame.clone());
        write(&out)
    }

    fn key(&mut self, timeout_ms: Option<u64>) -> io::Result<Key> {
        loop {
            if let Some(key) = self.signal()? {
                return Ok(key);
            }
            let (decoded, waiting) = match keys::decode(&self.pending, self.ended) {
                Decoded::More if self.ended => return Ok(Key::Eof),
                Decoded::More => (None, !self.pending.is_empty()),
                decoded => (Some(decoded), false),
            };
            let decoded = match decoded {
                Some(decoded) => decoded,
                None => match self.wait(if waiting { Some(ESCAPE_WAIT_MS) } else { timeout_ms })? {
                    Woken::Signal => continue,
                    Woken::Input => {
                        self.read()?;
                        continue;
                    }
                    Woken::Not if waiting => keys::decode(&self.pending, true),
                    Woken::Not => return Ok(Key::Timeout),
                },
            };
            match decoded {
                Decoded::Key(key, length) => {
                    self.pending.drain(..length);
                    return if key == Key::Ctrl('z') { self.suspend() } else { Ok(key) };
                }
                Decoded::Skip(length) => drop(self.pending.drain(..length)),
                Decoded::More => {}
            }
        }
    }

    fn input(&mut self, ask: &Ask) -> io::Result<Option<String>> {
        let text = self.prompt(2, |theme, term| {
            Input::with_theme(theme)
                .with_prompt(safe(&ask.prompt))
                .with_initial_text(safe(&ask.initial))
                .allow_empty(ask.may_be_empty)
                .interact_text_on(term)
        })?;
        Ok(text)
    }

    fn choose(&mut self, menu: &Menu) -> io::Result<Option<usize>> {
        if menu.items.is_empty() {
            return Ok(None);
        }
        let items: Vec<String> = menu.items.iter().map(|item| safe(item)).collect();
        let index = self.prompt(items.len().min(12) + 2, |theme, term| {
            Select::with_theme(theme)
                .with_prompt(safe(&menu.prompt))
                .items(&items)
                .default(menu.selected.min(items.len() - 1))
                .max_length(12)
                .interact_on_opt(term)
        })?;
        Ok(index.flatten())
    }

    fn confirm(&mut self, question: &str) -> io::Result<Option<bool>> {
        let yes = self.prompt(2, |theme, term| {
            Confirm::with_theme(theme).with_prompt(safe(question)).default(false).interact_on_opt(term)
        })?;
        Ok(yes.flatten())
    }

    fn edit_file(&mut self, editor: &str, path: &Path, line: usize) -> io::Result<bool> {
        give_back();
        let ended_well = programs::edit_file(editor, path, line);
        take_over()?;
        // Ctrl-C in an editor is the editor's, though the whole process group hears it.
        self.signals.interrupt.store(false, Ordering::SeqCst);
        ended_well
    }

    fn open(&mut self, opener: &str, target: &str) -> io::Result<()> {
        programs::open(opener, target)
    }
}

/// What ended a wait.
enum Woken {
    Input,
    Signal,
    Not,
}

/// Text for a prompt: one line, nothing in it that the terminal would obey.
fn safe(text: &str) -> String {
    crate::source::printable(text).replace(['\n', '\t'], " ")
}

/// The terminal's mode before it was taken over; nothing while it is not ours.
static SAVED: Mutex<Option<Termios>> = Mutex::new(None);

/// Takes the terminal over, or takes it over again; the mode to give back is that of the first time.
fn take_over() -> io::Result<()> {
    hold()?;
    write(ENTER)
}

/// Takes the mode over again after a prompt, on the screen that is still ours.
fn take_over_again() -> io::Result<()> {
    hold()?;
    write("\u{1b}[?25l\u{1b}[?7l\u{1b}[?2004h")
}

fn hold() -> io::Result<()> {
    let mut saved = SAVED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let current = tcgetattr(stdin())?;
    let mut ours = saved.get_or_insert(current).clone();
    ours.local_modes &= !(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
    // Without flow control, or Ctrl-S would freeze the screen.
    ours.input_modes &= !(InputModes::IXON);
    ours.special_codes[SpecialCodeIndex::VMIN] = 1;
    ours.special_codes[SpecialCodeIndex::VTIME] = 0;
    Ok(tcsetattr(stdin(), OptionalActions::Now, &ours)?)
}

/// Sets the mode as it was, for a prompt; the terminal stays ours.
fn pause() -> io::Result<()> {
    let saved = SAVED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    saved.as_ref().map_or(Ok(()), |mode| Ok(tcsetattr(stdin(), OptionalActions::Now, mode)?))
}

/// Gives the terminal back as it was. May be called at any time, from a panic too; failures have no one to tell.
fn give_back() {
    let Ok(mut saved) = SAVED.try_lock() else { return };
    if let Some(mode) = saved.take() {
        let _ = write(LEAVE);
        let _ = tcsetattr(stdin(), OptionalActions::Now, &mode);
    }
}

/// Writes all of a text to the terminal, in one call where it takes it.
fn write(text: &str) -> io::Result<()> {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match rustix::io::write(stdout(), rest) {
            Ok(0) | Err(Errno::PIPE | Errno::IO | Errno::NXIO) => {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(written) => rest = &rest[written..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                let output = stdout();
                let _ = poll(&mut [PollFd::new(&output, PollFlags::OUT)], None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// What signals said, and the pipe that wakes whoever waits for a key.
#[derive(Debug)]
struct Signals {
    pipe: UnixStream,
    interrupt: Arc<AtomicBool>,
    terminate: Arc<AtomicBool>,
    resize: Arc<AtomicBool>,
    resumed: Arc<AtomicBool>,
    /// Whether signals do what they do by default: while no [`Tty`] is open.
    default: Arc<AtomicBool>,
}

impl Signals {
    /// Watches signals, from the first call to the end of the process.
    fn watch() -> io::Result<Arc<Self>> {
        static WATCHED: OnceLock<Arc<Signals>> = OnceLock::new();
        if let Some(watched) = WATCHED.get() {
            return Ok(Arc::clone(watched));
        }
        let (pipe, wake) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        let flag = || Arc::new(AtomicBool::new(false));
        let signals = Self {
            pipe,
            interrupt: flag(),
            terminate: flag(),
            resize: flag(),
            resumed: flag(),
            default: flag(),
        };
        for (signal, flag) in [
            (SIGINT, &signals.interrupt),
            (SIGTERM, &signals.terminate),
            (SIGHUP, &signals.terminate),
            (SIGWINCH, &signals.resize),
            (SIGCONT, &signals.resumed),
        ] {
            if matches!(signal, SIGINT | SIGTERM | SIGHUP) {
                signal_hook::flag::register_conditional_default(signal, Arc::clone(&signals.default))?;
            }
            // The flag before the pipe: whoever wakes finds it set.
            signal_hook::flag::register(signal, Arc::clone(flag))?;
            signal_hook::low_level::pipe::register(signal, wake.try_clone()?)?;
        }
        Ok(Arc::clone(WATCHED.get_or_init(|| Arc::new(signals))))
    }

    /// Empties the pipe; the flags are read after it, so no signal is missed.
    fn drain(&self) {
        let mut buffer = [0; 64];
        while rustix::io::read(&self.pipe, &mut buffer).is_ok_and(|read| read > 0) {}
    }
}
