//! The front ends over one session: a terminal, plain lines, JSON lines. Each turns what a learner does into actions.
//! Not for the loop that runs them (`app/review.rs`).

mod drafting;
pub mod exam;
pub mod exam_terminal;
pub mod face;
pub mod json;
mod json_lines;
pub mod plain;
pub mod terminal;

use std::io;
use std::path::Path;

use crate::card::{CardUid, Form, Question};
use crate::grading::quantity;
use crate::review::{LogEntry, LogEvent, Purpose};
use crate::schedule::{Due, Memory, NextState};
use crate::session::{Event, Notice, Record, Session};
use crate::source::columns;
use crate::time::{Moment, Timestamp};
use crate::view::frame::Size;
use crate::view::history::{HistoryRow, HistoryView};
use crate::view::page::Page;
use crate::view::words;

/// What a front end shows.
pub struct Scene<'a> {
    /// The session; without a current card it is over.
    pub session: &'a Session,
    /// Now.
    pub at: Moment,
    /// Something to tell the learner.
    pub notice: Option<&'a Notice>,
    /// How things stand around it, once it is over.
    pub standing: Standing,
}

/// How things stand once a sitting is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Reviews due tomorrow, as of now.
    pub due_tomorrow: usize,
    /// When the next learning card is due.
    pub next_learning: Option<Timestamp>,
    /// Reviews and learning cards still due today.
    pub left_today: usize,
    /// Days in a row with at least one review.
    pub streak: usize,
}

/// What a learner wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Something for the session.
    Event(Event),
    /// To edit the card.
    Edit,
    /// To see the card's history.
    History,
    /// To leave.
    Leave,
    /// A signal, Ctrl-C, or a closed terminal.
    Interrupted,
}

/// A front end.
pub trait Front {
    /// Shows the session and waits for what the learner does.
    ///
    /// # Errors
    /// Fails when input or output does.
    fn next(&mut self, scene: &Scene<'_>) -> io::Result<Action>;

    /// Says that a record is on disk.
    ///
    /// # Errors
    /// Fails when output does.
    fn saved(&mut self, record: &Record) -> io::Result<()>;

    /// Says that the last thing about a card was taken back.
    ///
    /// # Errors
    /// Fails when output does.
    fn retracted(&mut self, card: CardUid) -> io::Result<()>;

    /// Shows a card's history and why it is due.
    ///
    /// # Errors
    /// Fails when input or output does.
    fn history(&mut self, scene: &Scene<'_>, entries: &[LogEntry]) -> io::Result<()>;

    /// Lets the learner edit a file; tells whether that ended well.
    ///
    /// # Errors
    /// Fails when the editor cannot be started.
    fn edit(&mut self, editor: &str, path: &Path, line: usize) -> io::Result<bool>;
}

/// A notice in words: lower case, no final stop.
#[must_use]
pub fn notice_text(notice: &Notice) -> String {
    match notice {
        Notice::Leech { lapses } => {
            format!("forgotten {lapses} times: parked as a leech, `retain leeches` shows and releases it")
        }
        Notice::Undone => "taken back: answer again".into(),
        Notice::NothingToUndo => "there is nothing to take back".into(),
        Notice::Elsewhere => "the card was answered in another session meanwhile, so it was skipped".into(),
        Notice::Buried => "buried until tomorrow".into(),
        Notice::Suspended => "suspended: `retain resume` brings it back".into(),
        Notice::Flagged => "flagged".into(),
        Notice::Unflagged => "the flag is gone".into(),
        Notice::Edited => "the card was read again, its progress is kept".into(),
        Notice::Gone => "a card that is no longer in its deck was skipped".into(),
        Notice::ClockBack => {
            "the clock stands before this card's last review: the order of reviews is kept".into()
        }
        Notice::Remark(text) => text.clone(),
    }
}

/// When a grade would bring the card back, as a button says it: `10m`, `3d`.
#[must_use]
pub fn interval_text(next: &NextState, at: &Moment) -> String {
    match next.state.due {
        Due::At(due) => words::interval(due.ms_since(at.now).max(0)),
        Due::On(_) | Due::New => words::interval_days(next.state.interval),
    }
}

/// A prompt without its pictures, which stand in fences; `instead` takes the place of the first.
fn without_fences(prompt: &str, instead: &str) -> String {
    let mut fenced = false;
    let mut instead = Some(instead).filter(|instead| !instead.is_empty());
    let mut kept = String::new();
    for line in prompt.lines() {
        let told = if line.trim_start().starts_with("```") {
            fenced = !fenced;
            instead.take()
        } else {
            (!fenced).then_some(line)
        };
        if let Some(told) = told {
            kept.push_str(told);
            kept.push('\n');
        }
    }
    kept
}

/// The prompt for a screen: a drawn picture that is too wide for it is told in words, since folded it would show nothing.
#[must_use]
pub fn prompt_in(question: &Question, size: Size) -> String {
    let Some(drawn) = question.drawn.as_ref().filter(|drawn| !drawn.spoken.is_empty()) else {
        return question.prompt.clone();
    };
    // Fenced lines stand two columns in.
    let room = Page::new(size).text_width().saturating_sub(2);
    let mut fenced = false;
    let fits = question.prompt.lines().all(|line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        fence || !fenced || columns(line) <= room
    });
    if fits {
        question.prompt.clone()
    } else {
        without_fences(&question.prompt, &drawn.spoken.replace('\n', "\n\n"))
    }
}

/// The answer to a question in plain words: what is right, for the forms the machine judges and those it does not.
#[must_use]
pub fn right_answer(form: &Form) -> String {
    match form {
        Form::Recall { answer } => answer.clone(),
        Form::Cloze { text, hidden } => text.get(hidden.start..hidden.end).unwrap_or_default().to_owned(),
        Form::Choice { options, .. } => {
            let right: Vec<&str> =
                options.iter().filter(|option| option.right).map(|option| option.text.as_str()).collect();
            right.join("; ")
        }
        Form::Order { items, solution } => {
            let lines: Vec<String> =
                solution.iter().zip(1..).map(|(&at, number)| format!("{number}. {}", items[at])).collect();
            lines.join("\n")
        }
        Form::Typed { accepted, .. } => accepted.first().cloned().unwrap_or_default(),
        Form::Number { answer } => quantity::shown(answer),
    }
}

/// The history of the current card as a view; `None` without a card.
#[must_use]
pub fn history_view(scene: &Scene<'_>, entries: &[LogEntry]) -> Option<HistoryView> {
    let current = scene.session.current()?;
    let state = &current.record.state;
    let mut facts = vec![("stage".to_owned(), format!("{:?}", state.phase).to_lowercase())];
    match state.due {
        Due::New => facts.push(("due".into(), "when new cards are taken up".into())),
        Due::On(day) => facts.push(("due".into(), words::relative_day(day, scene.at.today))),
        Due::At(at) => {
            facts.push(("due".into(), format!("in {}", words::interval(at.ms_since(scene.at.now).max(0)))));
        }
    }
    if state.interval > 0 {
        facts.push(("interval".into(), words::interval_days(state.interval)));
    }
    if let Memory::Ease { permille } = state.memory {
        facts.push(("ease".into(), format!("{:.2}", f64::from(permille) / 1000.0)));
    }
    if let Some(recall) = scene.session.scheduler().retrievability(state, &scene.at) {
        facts.push(("recall now".into(), format!("{:.0} %", recall * 100.0)));
    }
    facts.push(("lapses".into(), state.lapses.to_string()));
    let retracted: std::collections::HashSet<_> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            LogEvent::Retract(target) => Some(*target),
            _ => None,
        })
        .collect();
    let answers = entries
        .iter()
        .rev()
        .filter(|entry| !matches!(entry.event, LogEvent::Retract(_)))
        .map(|entry| {
            let mut row = HistoryRow {
                when: scene.at.zone.local(entry.at).format("%Y-%m-%d %H:%M").to_string(),
                what: json::event_name(&entry.event).to_owned(),
                ..HistoryRow::default()
            };
            let mut notes = Vec::new();
            match &entry.event {
                LogEvent::Answer(answer) => {
                    row.what = answer.grade.to_string();
                    row.interval = answer.interval.map_or_else(String::new, words::interval_days);
                    row.took = words::duration(u64::from(answer.took_ms));
                    match answer.purpose {
                        Purpose::Review => {}
                        Purpose::Quiz => notes.push("quiz".to_owned()),
                        Purpose::Exam => notes.push("exam".to_owned()),
                    }
                }
                LogEvent::Flag(note) if !note.is_empty() => notes.push(note.clone()),
                _ => {}
            }
            if retracted.contains(&entry.id) {
                notes.push("undone".to_owned());
            }
            row.note = notes.join(", ");
            row
        })
        .collect();
    Some(HistoryView {
        title: current.loaded.card.kind.title(),
        place: format!("{} · {}", current.queued.key, current.loaded.deck),
        facts,
        reason: Vec::new(),
        answers,
    })
}
