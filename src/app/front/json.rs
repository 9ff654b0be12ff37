//! JSON mode: one object a line each way, for editors and scripts. `docs/json-mode.md` has the protocol.
//! Not for machine-readable reports (`stats --json` and its like).

use std::io::{self, BufRead, Write};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::json_lines::{JsonLines, put_form, read_given};
use super::{Action, Front, Scene, notice_text, right_answer};
use crate::card::{CardUid, Form};
use crate::review::{Grade, LogEntry, LogEvent};
use crate::schedule::Due;
use crate::session::{Current, Event, Record, given_text};
use crate::time::DAY_MS;

/// A command, one a line.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase", deny_unknown_fields)]
enum Command {
    Reveal,
    Answer {
        #[serde(default)]
        given: Value,
    },
    Grade {
        grade: Value,
    },
    Undo,
    Bury,
    Suspend,
    Flag {
        #[serde(default)]
        note: String,
    },
    Unflag,
    Hint,
    Why,
    History,
    Quit,
}

/// The JSON mode.
pub struct JsonFront<R, W> {
    lines: JsonLines<R, W>,
    begun: bool,
    shown: Option<(CardUid, u32, bool)>,
}

impl<R: BufRead, W: Write> JsonFront<R, W> {
    /// Builds the JSON mode over a reader and a writer.
    pub fn new(input: R, output: W) -> Self {
        Self { lines: JsonLines::new(input, output), begun: false, shown: None }
    }

    /// Says what was done; `due_tomorrow` is told only when nothing was left, for it is looked up only then.
    fn done(&mut self, scene: &Scene<'_>, due_tomorrow: Option<usize>) -> io::Result<()> {
        let tally = scene.session.tally();
        self.lines.put(&json!({
            "type": "done",
            "cards": tally.cards(),
            "answers": tally.answers(),
            "new": tally.new,
            "share_right": tally.share_right(),
            "took_ms": tally.took_ms,
            "due_tomorrow": due_tomorrow,
            "next_learning": scene.session.next_learning().map(|at| at.to_rfc3339(scene.at.zone)),
        }))
    }

    fn card(&mut self, scene: &Scene<'_>, current: &Current) -> io::Result<()> {
        let question = &current.question;
        let mut card = json!({
            "type": "card",
            "card": current.queued.card.to_string(),
            "key": current.queued.key.0,
            "deck": current.loaded.deck,
            "level": current.loaded.level,
            "kind": current.loaded.card.kind.name(),
            "question": question.prompt,
            "has_hint": question.hint.is_some(),
            "flag": current.record.flag,
            "left": { "queue": scene.session.left().0, "learning": scene.session.left().1 },
        });
        put_form(&mut card, &question.form);
        if let Some(drawn) = &question.drawn {
            card["problem"] = json!({
                "family": drawn.family, "version": drawn.version, "seed": drawn.seed, "difficulty": drawn.difficulty,
                "values": drawn.values, "spoken": drawn.spoken,
            });
        }
        self.lines.put(&card)
    }

    fn verdict(&mut self, scene: &Scene<'_>, current: &Current) -> io::Result<()> {
        let Some(answered) = &current.answered else { return Ok(()) };
        let days = |grade: Grade| {
            let next = answered.next.get(grade);
            match next.state.due {
                Due::At(due) => due.ms_since(scene.at.now).max(0) as f64 / DAY_MS as f64,
                Due::On(_) | Due::New => f64::from(next.state.interval),
            }
        };
        let question = &current.question;
        let reasons: Value = match &question.form {
            Form::Choice { options, .. } => {
                options.iter().map(|option| option.reason.clone()).collect::<Vec<_>>().into()
            }
            _ => Value::Null,
        };
        let judgement = answered.judgement.as_ref();
        self.lines.put(&json!({
            "type": "verdict",
            "card": current.queued.card.to_string(),
            "given": answered.given.as_ref().map(given_text),
            "verdict": judgement.map(|judgement| if judgement.verdict.is_right() { "right" } else if judgement.verdict.share() > 0.0 { "partly" } else { "wrong" }),
            "share": judgement.map(|judgement| judgement.verdict.share()),
            "mistake": judgement.and_then(|judgement| judgement.mistake.clone()),
            "near": judgement.and_then(|judgement| judgement.near.clone()),
            "answer": right_answer(&question.form),
            "reasons": reasons,
            "why": question.why,
            "source": current.loaded.source,
            "proposed": answered.proposed.map(Grade::name),
            "intervals": { "again": days(Grade::Again), "hard": days(Grade::Hard), "good": days(Grade::Good), "easy": days(Grade::Easy) },
        }))
    }
}

impl<R: BufRead, W: Write> Front for JsonFront<R, W> {
    fn next(&mut self, scene: &Scene<'_>) -> io::Result<Action> {
        if !self.begun {
            self.begun = true;
            let (queue, learning) = scene.session.left();
            let waiting = usize::from(scene.session.current().is_some());
            self.lines.put(&json!({
                "type": "session",
                "version": 1,
                "purpose": scene.session.rules().purpose,
                "scheduler": scene.session.scheduler().name(),
                "at": scene.at.now.to_rfc3339(scene.at.zone),
                "cards": queue + learning + waiting,
            }))?;
        }
        if let Some(notice) = scene.notice {
            self.lines.put(&json!({ "type": "notice", "message": notice_text(notice) }))?;
            self.shown = None;
        }
        let Some(current) = scene.session.current() else {
            self.done(scene, Some(scene.standing.due_tomorrow))?;
            return Ok(Action::Leave);
        };
        let now = (current.queued.card, current.record.state.reps, current.answered.is_some());
        if self.shown != Some(now) {
            if current.answered.is_some() {
                self.verdict(scene, current)?;
            } else {
                self.card(scene, current)?;
            }
            self.shown = Some(now);
        }
        loop {
            let Some(command) = self.lines.command()? else {
                self.done(scene, None)?;
                return Ok(Action::Leave);
            };
            let event = match command {
                // Whoever waits for a reply must get one.
                Command::Reveal | Command::Answer { .. } if current.answered.is_some() => {
                    self.lines.error("the card is answered: grade it")?;
                    continue;
                }
                Command::Reveal => Event::Reveal,
                Command::Answer { given: Value::Null } => Event::Reveal,
                Command::Answer { given } => {
                    match read_given(&given, &current.question.form, scene.session.rules().type_cloze) {
                        Ok(given) => Event::Answer(given),
                        Err(message) => {
                            self.lines.error(&message)?;
                            continue;
                        }
                    }
                }
                Command::Grade { grade } => {
                    let grade = match &grade {
                        Value::String(name) => Grade::from_name(name),
                        other => other
                            .as_u64()
                            .and_then(|number| u8::try_from(number).ok())
                            .and_then(Grade::from_number),
                    };
                    match grade {
                        Some(_) if current.answered.is_none() => {
                            self.lines.error("answer before grading")?;
                            continue;
                        }
                        Some(grade) => Event::Grade(grade),
                        None => {
                            self.lines.error("`grade` must be again, hard, good or easy, or 1 to 4")?;
                            continue;
                        }
                    }
                }
                Command::Undo => Event::Undo,
                Command::Bury => Event::Bury,
                Command::Suspend => Event::Suspend,
                Command::Flag { note } => Event::Flag(Some(note)),
                Command::Unflag => Event::Flag(None),
                Command::Hint => {
                    let hint = current.question.hint.clone();
                    self.lines.put(&json!({ "type": "hint", "hint": hint }))?;
                    continue;
                }
                Command::Why => {
                    if current.answered.is_none() {
                        self.lines.error("answer before asking why")?;
                        continue;
                    }
                    self.verdict(scene, current)?;
                    continue;
                }
                Command::History => return Ok(Action::History),
                Command::Quit => {
                    self.done(scene, None)?;
                    Event::Quit
                }
            };
            return Ok(Action::Event(event));
        }
    }

    fn saved(&mut self, record: &Record) -> io::Result<()> {
        self.shown = None;
        let due = match record.after.state.due {
            Due::New => Value::Null,
            Due::At(at) => at.to_rfc3339(crate::time::ZoneOffset::UTC).into(),
            Due::On(day) => day.to_string().into(),
        };
        let entries: Vec<String> = record.entries.iter().map(|entry| entry.id.to_string()).collect();
        self.lines.put(&json!({
            "type": "saved",
            "card": record.card.to_string(),
            "entries": entries,
            "event": record.entries.first().map(|entry| event_name(&entry.event)),
            "due": due,
            "interval_days": record.after.state.interval,
        }))
    }

    fn retracted(&mut self, card: CardUid) -> io::Result<()> {
        self.shown = None;
        self.lines.put(&json!({ "type": "saved", "card": card.to_string(), "event": "retract" }))
    }

    fn history(&mut self, scene: &Scene<'_>, entries: &[LogEntry]) -> io::Result<()> {
        let rows: Vec<Value> = entries.iter().map(|entry| entry_json(entry, scene.at.zone)).collect();
        self.lines.put(&json!({ "type": "history", "entries": rows }))
    }

    fn edit(&mut self, _: &str, path: &Path, line: usize) -> io::Result<bool> {
        self.lines.put(&json!({ "type": "edit", "path": path.display().to_string(), "line": line }))?;
        Ok(true)
    }
}

/// An entry of the log as data.
#[must_use]
pub fn entry_json(entry: &LogEntry, zone: crate::time::ZoneOffset) -> Value {
    let mut row = json!({
        "id": entry.id.to_string(),
        "at": entry.at.to_rfc3339(zone),
        "day": entry.day.to_string(),
        "event": event_name(&entry.event),
    });
    match &entry.event {
        LogEvent::Answer(answer) => {
            row["purpose"] = json!(answer.purpose);
            row["grade"] = answer.grade.name().into();
            row["took_ms"] = answer.took_ms.into();
            row["share"] = json!(answer.verdict.map(crate::review::Verdict::share));
            row["given"] = json!(answer.given);
            row["seed"] = json!(answer.seed);
            row["version"] = json!(answer.version);
            row["interval_days"] = json!(answer.interval);
        }
        LogEvent::Retract(target) => row["retracts"] = target.to_string().into(),
        LogEvent::Bury(until) => row["until"] = until.to_string().into(),
        LogEvent::Flag(note) => row["note"] = note.clone().into(),
        LogEvent::Import { ease, interval, due } => {
            row["ease_permille"] = json!(ease);
            row["interval_days"] = (*interval).into();
            row["due"] = due.to_string().into();
        }
        LogEvent::Suspend | LogEvent::Resume | LogEvent::Unflag | LogEvent::Park | LogEvent::Unpark => {}
    }
    row
}

/// The word for an event, as the log has it.
#[must_use]
pub fn event_name(event: &LogEvent) -> &'static str {
    match event {
        LogEvent::Answer(_) => "answer",
        LogEvent::Retract(_) => "retract",
        LogEvent::Suspend => "suspend",
        LogEvent::Resume => "resume",
        LogEvent::Bury(_) => "bury",
        LogEvent::Flag(_) => "flag",
        LogEvent::Unflag => "unflag",
        LogEvent::Park => "park",
        LogEvent::Unpark => "unpark",
        LogEvent::Import { .. } => "import",
    }
}
