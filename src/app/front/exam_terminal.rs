//! The terminal front end of an exam: the review screen without what would give anything away, and a clock.
//! Not for lines and JSON (`exam.rs`) or for the result, which is a page like others (`view/exam.rs`).

use std::io;

use super::drafting::{Drafted, Drafting, part};
use super::exam::{ExamAction, ExamFront, ExamScene, clock, opening};
use super::prompt_in;
use crate::exam::Confidence;
use crate::exam::sitting::{Asked, Event, Recorded};
use crate::term::{Key, Terminal};
use crate::view::help::{self, HelpGroup};
use crate::view::page::{KeyHint, Status};
use crate::view::review::{self, CardView};

/// How often the clock is drawn anew while there is a time limit, in milliseconds.
const TICK_MS: u64 = 1_000;

/// What a key is waited for, besides the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    /// The answer.
    Answer,
    /// Whether the learner really does not know.
    Pass,
    /// How to leave.
    Leave,
}

/// The terminal front end.
pub struct TerminalExam<'a> {
    terminal: &'a mut dyn Terminal,
    drafting: Drafting,
    /// The item that the draft belongs to.
    item: Option<u32>,
    asking: Asking,
    scroll: usize,
    /// Whether the next drawing has to bring the cursor into sight.
    follow: bool,
    status: Option<Status>,
    begun: bool,
}

impl<'a> TerminalExam<'a> {
    /// Builds the front end over a terminal.
    pub fn new(terminal: &'a mut dyn Terminal) -> Self {
        Self {
            terminal,
            drafting: Drafting::none(),
            item: None,
            asking: Asking::Answer,
            scroll: 0,
            follow: false,
            status: None,
            begun: false,
        }
    }

    fn view(&self, scene: &ExamScene<'_>, asked: &Asked) -> CardView {
        let (number, most) = scene.sitting.progress();
        let hint = KeyHint::new;
        let (status, keys) = match (self.asking, &asked.given) {
            (Asking::Leave, _) => (
                Some(Status::warning(
                    "leave? what was answered is saved; an exam that is ended counts as not passed",
                )),
                vec![
                    // Short: on a narrow screen none of the three may be missing.
                    hint("p", "pause"),
                    hint("x", "end it"),
                    hint("esc", "back"),
                ],
            ),
            (Asking::Pass, _) => (
                Some(Status::warning("no answer counts as wrong")),
                vec![hint("d", "I do not know"), hint("esc", "back")],
            ),
            (Asking::Answer, Some(_)) => (
                Some(Status::done("how sure are you?")),
                vec![
                    hint("1", "guess"),
                    hint("2", "think so"),
                    hint("3", "sure"),
                    hint("?", "help"),
                    hint("q", "leave"),
                ],
            ),
            (Asking::Answer, None) => (self.status.clone(), self.answer_keys(asked)),
        };
        CardView {
            mode: "exam".into(),
            deck: subject(scene.title).to_owned(),
            stage: clock(scene.sitting, scene.at.now),
            done: number - 1,
            total: most,
            fewest: scene.sitting.fewest(),
            prompt: prompt_in(&asked.question, self.terminal.size()),
            part: part(&asked.question.form, &self.drafting.draft, false),
            status,
            keys: Some(keys),
            scroll: self.scroll,
            follow: self.follow.then_some(review::Focus::Cursor),
            ..CardView::default()
        }
    }

    fn answer_keys(&self, asked: &Asked) -> Vec<KeyHint> {
        use crate::card::Form;
        let hint = KeyHint::new;
        let mut keys = match &asked.question.form {
            Form::Choice { options, several } => {
                let how = if *several { "tick" } else { "choose" };
                vec![hint(format!("1–{}", options.len()), how.into())]
            }
            Form::Order { .. } => {
                vec![hint("↑↓".to_owned(), "move".into()), hint("space".to_owned(), "pick up".to_owned())]
            }
            _ if self.drafting.commanding => vec![hint("tab".to_owned(), "type again".to_owned())],
            _ => Vec::new(),
        };
        keys.push(KeyHint::new("enter", "answer"));
        let is_text =
            matches!(asked.question.form, Form::Typed { .. } | Form::Number { .. } | Form::Cloze { .. });
        if is_text && !self.drafting.commanding {
            keys.extend([KeyHint::new("esc", "keys"), KeyHint::new("ctrl-d", "pause")]);
        } else {
            keys.extend([
                KeyHint::new("d", "I do not know"),
                KeyHint::new("?", "help"),
                KeyHint::new("q", "leave"),
            ]);
        }
        keys
    }

    /// What a key means; `None` when only the screen changes.
    fn press(&mut self, key: Key, asked: &Asked, window: usize) -> io::Result<Option<ExamAction>> {
        let event = |event| Ok(Some(ExamAction::Event(event)));
        match key {
            Key::Interrupt | Key::Terminate => return Ok(Some(ExamAction::Interrupted)),
            Key::Eof => return Ok(Some(ExamAction::Pause)),
            Key::PageDown => self.scroll += window.saturating_sub(1).max(1),
            Key::PageUp => self.scroll = self.scroll.saturating_sub(window.saturating_sub(1).max(1)),
            _ => {}
        }
        match (self.asking, key) {
            (Asking::Leave, Key::Char('p')) => return Ok(Some(ExamAction::Pause)),
            (Asking::Leave, Key::Char('x')) => return event(Event::Leave),
            (Asking::Pass, Key::Char('d')) => {
                self.asking = Asking::Answer;
                return event(Event::Pass);
            }
            (Asking::Leave | Asking::Pass, _) => {
                self.asking = Asking::Answer;
                return Ok(None);
            }
            (Asking::Answer, _) => {}
        }
        if asked.given.is_some() {
            match key {
                Key::Char('1' | 'g') => return event(Event::Confidence(Confidence::Guess)),
                Key::Char('2' | 't') => return event(Event::Confidence(Confidence::Think)),
                Key::Char('3' | 's') => return event(Event::Confidence(Confidence::Sure)),
                _ => {}
            }
        } else {
            match self.drafting.press(key, &asked.question.form) {
                Drafted::NotMine => {}
                Drafted::Taken(status) => {
                    self.status = status;
                    self.follow = true;
                    return Ok(None);
                }
                Drafted::Given(given) => return event(Event::Answer(given)),
                Drafted::Nothing => {
                    self.asking = Asking::Pass;
                    return Ok(None);
                }
            }
        }
        match key {
            Key::Down | Key::Char('j') => self.scroll += 1,
            Key::Up | Key::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            Key::Char('d') if asked.given.is_none() => self.asking = Asking::Pass,
            Key::Char('q') | Key::Esc => self.asking = Asking::Leave,
            Key::Char('?') => return self.help(),
            _ => {}
        }
        Ok(None)
    }

    fn help(&mut self) -> io::Result<Option<ExamAction>> {
        let groups = [
            HelpGroup::new(
                "answering",
                &[
                    ("1 – 9, space", "choose or tick an option; enter answers"),
                    ("↑ ↓ space", "move through items; pick one up and put it down"),
                    ("enter, esc", "answer; leave a line being typed, so that letters are keys"),
                    ("d", "I do not know: counts as wrong"),
                    ("1 2 3", "after the answer: guess, think so, sure"),
                ],
            ),
            HelpGroup::new(
                "the exam",
                &[
                    ("q", "leave: pause and go on with the same item, or end it for good"),
                    ("page", "scroll a long item"),
                    ("", "an answer stands, and nothing is told until the end"),
                ],
            ),
        ];
        loop {
            let size = self.terminal.size();
            self.terminal.draw(&help::screen("keys", &groups, size, 0))?;
            match self.terminal.key(None)? {
                Key::Resize | Key::Timeout => {}
                Key::Interrupt | Key::Terminate => return Ok(Some(ExamAction::Interrupted)),
                Key::Eof => return Ok(Some(ExamAction::Pause)),
                _ => return Ok(Some(ExamAction::Event(Event::Tick))),
            }
        }
    }
}

/// What an exam is about, where `exam` stands before it already.
fn subject(title: &str) -> &str {
    title.strip_prefix("Exam: ").or_else(|| title.strip_suffix(" exam")).unwrap_or(title)
}

impl ExamFront for TerminalExam<'_> {
    fn next(&mut self, scene: &ExamScene<'_>) -> io::Result<ExamAction> {
        let Some(asked) = scene.sitting.asked() else { return Ok(ExamAction::Event(Event::Tick)) };
        if self.item != Some(asked.item.number) {
            self.item = Some(asked.item.number);
            self.drafting = Drafting::new(&asked.question.form, true, false);
            self.asking = Asking::Answer;
            self.scroll = 0;
            // Said with the first item, and gone with the first key.
            self.status = (!self.begun).then(|| Status::done(opening(scene)));
            self.begun = true;
        }
        loop {
            let frame = review::screen(&self.view(scene, asked), self.terminal.size());
            self.follow = false;
            self.scroll = frame.scroll;
            let window = frame.window(self.terminal.size().rows);
            self.terminal.draw(&frame)?;
            // Without a limit nothing wakes the program while the learner thinks.
            let tick = scene.sitting.rules().time_ms.map(|_| TICK_MS);
            match self.terminal.key(tick)? {
                Key::Resize => {}
                Key::Timeout => return Ok(ExamAction::Event(Event::Tick)),
                key => {
                    self.status = None;
                    if let Some(action) = self.press(key, asked, window)? {
                        return Ok(action);
                    }
                }
            }
        }
    }

    fn saved(&mut self, _: &Recorded) -> io::Result<()> {
        self.item = None;
        Ok(())
    }
}
