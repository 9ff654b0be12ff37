//! The terminal front end: keys to actions, the session to screens.
//! Not for drawing (`view/`) or for what an action does (`session/`, `app/review.rs`).

use std::io;
use std::path::Path;

use super::drafting::{Drafted, Drafting, part};
use super::{Action, Front, Scene, history_view, interval_text, notice_text, prompt_in};
use crate::card::{CardUid, Form};
use crate::review::{Grade, LogEntry, Purpose};
use crate::schedule::Phase;
use crate::session::draft::Draft;
use crate::session::{Current, Event, Notice, Record};
use crate::term::{Field, Key, Terminal, field};
use crate::view::page::{KeyHint, Status};
use crate::view::review::{Button, CardView, Entry, Focus, Left, Note};
use crate::view::summary::{QuizView, SummaryView};
use crate::view::{help, history, review, summary};

/// The terminal front end.
pub struct TerminalFront<'a> {
    terminal: &'a mut dyn Terminal,
    opener: String,
    drafting: Drafting,
    /// Which card, at which stage, the draft and the scroll belong to.
    place: Option<(CardUid, u32, bool)>,
    scroll: usize,
    /// What the next drawing has to bring into sight.
    follow: Option<Focus>,
    status: Option<Status>,
    missed: Vec<String>,
    /// Cards at the start, so that the bar knows its end.
    total: usize,
    home: bool,
    /// A signal or Ctrl-C came while something lay over the card.
    interrupted: bool,
}

impl<'a> TerminalFront<'a> {
    /// Builds the front end over a terminal; `opener` opens links.
    pub fn new(terminal: &'a mut dyn Terminal, opener: impl Into<String>) -> Self {
        Self {
            terminal,
            opener: opener.into(),
            drafting: Drafting::none(),
            place: None,
            scroll: 0,
            follow: None,
            status: None,
            missed: Vec::new(),
            total: 0,
            home: false,
            interrupted: false,
        }
    }

    /// Tells whether the learner left for the home screen rather than for good.
    #[must_use]
    pub fn wants_home(&self) -> bool {
        self.home
    }

    fn card(&mut self, scene: &Scene<'_>, current: &Current) -> io::Result<Action> {
        let place = (current.queued.card, current.record.state.reps, current.answered.is_some());
        if self.place != Some(place) {
            if self.place.is_none_or(|(card, reps, _)| (card, reps) != (place.0, place.1)) || !place.2 {
                self.drafting = Drafting::new(&current.question.form, scene.session.rules().type_cloze, true);
            }
            self.place = Some(place);
            // The question is read from its top; its answer is what the next look is for.
            self.scroll = 0;
            self.follow = place.2.then_some(Focus::Answer);
            self.drafting.commanding = false;
        }
        loop {
            let view = self.view(scene, current);
            self.follow = None;
            let frame = review::screen(&view, self.terminal.size());
            self.scroll = frame.scroll;
            let window = frame.window(self.terminal.size().rows);
            self.terminal.draw(&frame)?;
            let key = self.terminal.key(None)?;
            if let Key::Resize | Key::Timeout = key {
                continue;
            }
            self.status = None;
            let action = self.press(key, current, &view, window)?;
            if self.interrupted {
                return Ok(Action::Interrupted);
            }
            if let Some(action) = action {
                return Ok(action);
            }
        }
    }

    /// What a key means; `None` when only the screen changes.
    fn press(
        &mut self,
        key: Key,
        current: &Current,
        view: &CardView,
        window: usize,
    ) -> io::Result<Option<Action>> {
        let event = |event| Ok(Some(Action::Event(event)));
        match key {
            Key::Interrupt | Key::Terminate | Key::Eof => return Ok(Some(Action::Interrupted)),
            Key::PageDown => self.scroll += window.saturating_sub(1).max(1),
            Key::PageUp => self.scroll = self.scroll.saturating_sub(window.saturating_sub(1).max(1)),
            _ => {}
        }
        if current.answered.is_none()
            && let Some(action) = self.press_draft(key, &current.question.form)
        {
            return Ok(action);
        }
        match key {
            Key::Down | Key::Char('j') => self.scroll += 1,
            Key::Up | Key::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            Key::Home => self.scroll = 0,
            Key::End => self.scroll = usize::MAX,
            Key::Char(' ') | Key::Enter => {
                return match &current.answered {
                    None => event(Event::Reveal),
                    Some(answered) => event(Event::Grade(answered.proposed.unwrap_or(Grade::Good))),
                };
            }
            Key::Char(digit @ '1'..='4') if current.answered.is_some() => {
                let number = u8::try_from(u32::from(digit) - u32::from('0')).unwrap_or(0);
                let allowed = view.buttons.iter().any(|button| button.key == digit.to_string());
                if let Some(grade) = Grade::from_number(number).filter(|_| allowed) {
                    return event(Event::Grade(grade));
                }
            }
            Key::Char('u') => return event(Event::Undo),
            Key::Char('e') => return Ok(Some(Action::Edit)),
            Key::Char('b') => return event(Event::Bury),
            Key::Char('s') => return event(Event::Suspend),
            Key::Char('f') => {
                if current.record.flag.is_some() {
                    return event(Event::Flag(None));
                }
                if let Some(note) = self.ask(view, "flag, with a note")? {
                    return event(Event::Flag(Some(note)));
                }
            }
            Key::Char('h') => {
                if current.question.hint.is_some() {
                    self.follow = Some(Focus::Hint);
                    return event(Event::Hint);
                }
                self.status = Some(Status::warning("this card has no hint"));
            }
            Key::Char('w') => {
                if current.answered.is_some() {
                    self.follow = Some(Focus::Why);
                    return event(Event::Why);
                }
                self.status = Some(Status::warning("first the answer, then why it holds"));
            }
            Key::Char('o') => self.open(view)?,
            Key::Char('i') => return Ok(Some(Action::History)),
            Key::Char('?') => {
                self.overlay(|size, scroll| help::screen("keys", &help::review_keys(), size, scroll))?;
            }
            Key::Char('q') | Key::Esc => return event(Event::Quit),
            _ => {}
        }
        Ok(None)
    }

    /// Keys that build an answer. Outer `None`: the key is not about the answer.
    fn press_draft(&mut self, key: Key, form: &Form) -> Option<Option<Action>> {
        match self.drafting.press(key, form) {
            Drafted::NotMine => None,
            Drafted::Taken(status) => {
                self.status = status;
                self.follow = Some(Focus::Cursor);
                Some(None)
            }
            Drafted::Given(given) => Some(Some(Action::Event(Event::Answer(given)))),
            Drafted::Nothing => Some(Some(Action::Event(Event::Reveal))),
        }
    }

    /// Tells whether a key ends the sitting, and keeps it in mind until the card is left.
    fn ends(&mut self, key: Key) -> bool {
        self.interrupted |= matches!(key, Key::Interrupt | Key::Terminate | Key::Eof);
        self.interrupted
    }

    /// Asks for a line at the foot of the screen; `None` when the learner backs out.
    fn ask(&mut self, view: &CardView, label: &str) -> io::Result<Option<String>> {
        let mut line = Field::new("");
        loop {
            let entry =
                Entry { label: label.to_owned(), text: line.text().to_owned(), cursor: line.cursor() };
            let mut view = view.clone();
            view.entry = Some(entry);
            view.keys = Some(vec![KeyHint::new("enter", "keep"), KeyHint::new("esc", "never mind")]);
            self.terminal.draw(&review::screen(&view, self.terminal.size()))?;
            let key = self.terminal.key(None)?;
            if self.ends(key) {
                return Ok(None);
            }
            match line.press(key) {
                field::Typed::Done => return Ok(Some(line.text().to_owned())),
                field::Typed::Left => return Ok(None),
                field::Typed::Taken | field::Typed::NotMine => {}
            }
        }
    }

    /// Shows a screen over the card until a key other than scrolling is pressed.
    fn overlay(
        &mut self,
        screen: impl Fn(crate::view::frame::Size, usize) -> crate::view::frame::Frame,
    ) -> io::Result<()> {
        let mut scroll = 0;
        loop {
            let size = self.terminal.size();
            let frame = screen(size, scroll);
            scroll = frame.scroll;
            self.terminal.draw(&frame)?;
            let key = self.terminal.key(None)?;
            if self.ends(key) {
                return Ok(());
            }
            match key {
                Key::Down | Key::Char('j') => scroll += 1,
                Key::Up | Key::Char('k') => scroll = scroll.saturating_sub(1),
                Key::PageDown | Key::Char(' ') if scroll < frame.max_scroll(size.rows) => {
                    scroll += frame.window(size.rows);
                }
                Key::PageUp => scroll = scroll.saturating_sub(frame.window(size.rows)),
                Key::Resize | Key::Timeout => {}
                _ => return Ok(()),
            }
        }
    }

    fn open(&mut self, view: &CardView) -> io::Result<()> {
        let links = view.links();
        let target = match links.as_slice() {
            [] => {
                self.status = Some(Status::warning("this card has no link in sight"));
                return Ok(());
            }
            [only] => only.clone(),
            many => match self.ask(view, &format!("open which link, 1 to {}", many.len()))? {
                None => return Ok(()),
                Some(text) => match text
                    .trim()
                    .parse::<usize>()
                    .ok()
                    .and_then(|number| many.get(number.wrapping_sub(1)))
                {
                    Some(target) => target.clone(),
                    None => {
                        self.status = Some(Status::warning(format!("there is no link `{}`", text.trim())));
                        return Ok(());
                    }
                },
            },
        };
        // A broken link or a missing program never ends the session.
        self.status = Some(match self.terminal.open(&self.opener, &target) {
            Ok(()) => Status::done(format!("opened {target}")),
            Err(error) => Status::warning(format!("cannot open {target}: {error}")),
        });
        Ok(())
    }

    fn view(&self, scene: &Scene<'_>, current: &Current) -> CardView {
        let session = scene.session;
        let (main, learning) = session.left();
        let done = session.tally().cards() as usize;
        let answered = current.answered.as_ref();
        let state = &current.record.state;
        let purpose = session.rules().purpose;
        let new = session.new_left();
        let mut left = Left { new, learning, due: main - new };
        match state.phase {
            _ if purpose != Purpose::Review => left = Left { new: 0, learning: 0, due: main + 1 },
            Phase::New => left.new += 1,
            Phase::Learning | Phase::Relearning => left.learning += 1,
            Phase::Review => left.due += 1,
        }
        let checked = current.question.form.is_checked()
            || answered.is_some_and(|answered| answered.judgement.is_some());
        let note = |text: &Option<String>, shown: bool| match text {
            None => Note::None,
            Some(text) if shown => Note::Shown(text.clone()),
            Some(_) => Note::Hidden,
        };
        let judgement = answered.and_then(|answered| answered.judgement.as_ref());
        // In practice a verdict needs no grade: one key goes on.
        let decided =
            purpose != Purpose::Review && answered.is_some_and(|answered| answered.proposed.is_some());
        let mistake = judgement.and_then(|judgement| {
            judgement
                .mistake
                .clone()
                .or_else(|| judgement.near.as_ref().map(|_| "nearly, mind the spelling".to_owned()))
        });
        CardView {
            mode: if purpose == Purpose::Quiz { "quiz".into() } else { String::new() },
            deck: current.loaded.deck.clone(),
            level: current.loaded.level.clone(),
            stage: stage(state.phase, purpose),
            left,
            done,
            total: self.total.max(done + main + learning + 1),
            fewest: 0,
            prompt: prompt_in(&current.question, self.terminal.size()),
            part: part(&current.question.form, &self.drafting.draft, answered.is_some()),
            revealed: answered.is_some(),
            verdict: judgement.map(|judgement| judgement.verdict),
            mistake,
            hint: note(&current.question.hint, current.hint_shown),
            // What the machine judged is explained at once; what was recalled, on request.
            why: if answered.is_some() {
                note(&current.question.why, checked != current.why_shown)
            } else {
                Note::None
            },
            source: (answered.is_some() && !current.loaded.source.is_empty())
                .then(|| current.loaded.source.clone()),
            flag: current.record.flag.clone(),
            buttons: answered.map_or_else(Vec::new, |answered| buttons(answered, purpose, scene)),
            status: self.status.clone().or_else(|| scene.notice.map(status_of)),
            entry: None,
            keys: self.keys(decided, answered.is_some()),
            scroll: self.scroll,
            follow: self.follow,
        }
    }

    /// The keys at the foot where they differ from the usual ones.
    fn keys(&self, decided: bool, answered: bool) -> Option<Vec<KeyHint>> {
        let hints =
            |keys: &[(&str, &str)]| keys.iter().map(|(key, does)| KeyHint::new(*key, *does)).collect();
        match &self.drafting.draft {
            _ if decided => {
                Some(hints(&[("enter", "go on"), ("u", "undo"), ("w", "why"), ("?", "help"), ("q", "quit")]))
            }
            // While letters are typed, they are no keys.
            Draft::Text { .. } if !answered && !self.drafting.commanding => {
                Some(hints(&[("enter", "answer"), ("enter on nothing", "show it"), ("esc", "other keys")]))
            }
            Draft::Text { .. } if !answered => Some(hints(&[
                ("tab", "type again"),
                ("u", "undo"),
                ("h", "hint"),
                ("e", "edit"),
                ("b", "bury"),
                ("?", "help"),
                ("q", "quit"),
            ])),
            _ => None,
        }
    }

    fn over(&mut self, scene: &Scene<'_>) -> io::Result<Action> {
        self.place = None;
        let tally = scene.session.tally();
        let mut scroll = 0;
        loop {
            let size = self.terminal.size();
            let mut menu = vec![KeyHint::new("enter", "home")];
            if scene.session.can_undo() {
                menu.push(KeyHint::new("u", "undo"));
            }
            menu.push(KeyHint::new("q", "quit"));
            let frame = if scene.session.rules().purpose == Purpose::Review {
                let view = SummaryView {
                    answers: tally.answers() as usize,
                    cards: tally.cards() as usize,
                    new: tally.new as usize,
                    took_ms: tally.took_ms,
                    grades: tally.grades.map(|count| count as usize),
                    due_tomorrow: scene.standing.due_tomorrow,
                    left_today: scene.standing.left_today,
                    streak: scene.standing.streak,
                    notes: scene.notice.map(status_of).into_iter().collect(),
                    menu,
                };
                summary::screen(&view, size, scroll)
            } else {
                let right = tally.answers() - tally.grades[0];
                let partly = tally.grades[1];
                let view = QuizView {
                    asked: tally.answers() as usize,
                    right: (right - partly) as usize,
                    partly: partly as usize,
                    took_ms: tally.took_ms,
                    missed: self.missed.clone(),
                    menu,
                };
                summary::quiz(&view, size, scroll)
            };
            scroll = frame.scroll;
            self.terminal.draw(&frame)?;
            match self.terminal.key(None)? {
                Key::Interrupt | Key::Terminate | Key::Eof => return Ok(Action::Interrupted),
                Key::Char('u') => return Ok(Action::Event(Event::Undo)),
                Key::Down | Key::Char('j') => scroll += 1,
                Key::Up | Key::Char('k') => scroll = scroll.saturating_sub(1),
                Key::Enter | Key::Char(' ') => {
                    self.home = true;
                    return Ok(Action::Leave);
                }
                Key::Char('q') | Key::Esc => return Ok(Action::Event(Event::Quit)),
                _ => {}
            }
        }
    }
}

fn stage(phase: Phase, purpose: Purpose) -> String {
    match phase {
        _ if purpose != Purpose::Review => String::new(),
        Phase::New => "new".into(),
        Phase::Learning => "learning".into(),
        Phase::Relearning => "relearning".into(),
        Phase::Review => String::new(),
    }
}

fn status_of(notice: &Notice) -> Status {
    let text = notice_text(notice);
    match notice {
        Notice::Leech { .. }
        | Notice::NothingToUndo
        | Notice::Elsewhere
        | Notice::Gone
        | Notice::ClockBack => Status::warning(text),
        _ => Status::done(text),
    }
}

fn buttons(answered: &crate::session::Answered, purpose: Purpose, scene: &Scene<'_>) -> Vec<Button> {
    let button = |grade: Grade, label: &str, interval: String| Button {
        key: grade.number().to_string(),
        label: label.to_owned(),
        interval,
        proposed: answered.proposed == Some(grade),
    };
    match (purpose, answered.proposed) {
        (Purpose::Review, _) => {
            let names = ["Again", "Hard", "Good", "Easy"];
            Grade::ALL
                .into_iter()
                .zip(names)
                .map(|(grade, name)| button(grade, name, interval_text(answered.next.get(grade), &scene.at)))
                .collect()
        }
        // In practice the verdict decides; what only the learner can judge, the learner does.
        (_, Some(_)) => Vec::new(),
        (_, None) => {
            vec![
                button(Grade::Again, "missed it", String::new()),
                button(Grade::Good, "knew it", String::new()),
            ]
        }
    }
}

impl Front for TerminalFront<'_> {
    fn next(&mut self, scene: &Scene<'_>) -> io::Result<Action> {
        let (main, learning) = scene.session.left();
        let done = scene.session.tally().cards() as usize;
        self.total = self.total.max(done + main + learning + usize::from(scene.session.current().is_some()));
        if self.interrupted {
            return Ok(Action::Interrupted);
        }
        match scene.session.current() {
            Some(current) => self.card(scene, current),
            None => self.over(scene),
        }
    }

    fn saved(&mut self, record: &Record) -> io::Result<()> {
        use crate::review::LogEvent;
        self.place = None;
        let missed = record
            .entries
            .iter()
            .any(|entry| matches!(&entry.event, LogEvent::Answer(answer) if answer.purpose == Purpose::Quiz && !answer.grade.passed()));
        if missed {
            self.missed.extend(record.title.clone());
        }
        Ok(())
    }

    fn retracted(&mut self, _: CardUid) -> io::Result<()> {
        self.place = None;
        Ok(())
    }

    fn history(&mut self, scene: &Scene<'_>, entries: &[LogEntry]) -> io::Result<()> {
        let Some(view) = history_view(scene, entries) else { return Ok(()) };
        self.overlay(|size, scroll| history::screen(&view, size, scroll))
    }

    fn edit(&mut self, editor: &str, path: &Path, line: usize) -> io::Result<bool> {
        self.place = None;
        self.terminal.edit_file(editor, path, line)
    }
}
