//! The plain and the JSON front end of an exam: lines, or one object a line. `docs/exams.md` describes both.
//! Not for the terminal (`exam_terminal.rs`) or for the loop that runs them (`app/exam.rs`).

use std::io::{self, BufRead, Write};

use serde::Deserialize;
use serde_json::{Value, json};

use super::json_lines::{JsonLines, put_form, read_given};
use super::plain::{ask_words, read_answer};
use crate::exam::Confidence;
use crate::exam::sitting::{Asked, Event, Recorded, Sitting};
use crate::term::Plain;
use crate::time::{Moment, Timestamp};
use crate::view::{markdown, words};

/// What a front end shows of an exam.
pub struct ExamScene<'a> {
    /// The sitting; an item is being asked.
    pub sitting: &'a Sitting,
    /// What it is called.
    pub title: &'a str,
    /// Whether it was begun earlier.
    pub resumed: bool,
    /// Something to tell the learner before the first item.
    pub note: Option<&'a str>,
    /// Now.
    pub at: Moment,
}

/// What a learner wants.
#[derive(Clone, Debug, PartialEq)]
pub enum ExamAction {
    /// Something for the sitting.
    Event(Event),
    /// To go on another time.
    Pause,
    /// A signal, Ctrl-C, or a closed terminal.
    Interrupted,
}

/// A front end of an exam.
pub trait ExamFront {
    /// Shows the item and waits for what the learner does.
    ///
    /// # Errors
    /// Fails when input or output does.
    fn next(&mut self, scene: &ExamScene<'_>) -> io::Result<ExamAction>;

    /// Says that an answer is on disk; not whether it was right.
    ///
    /// # Errors
    /// Fails when output does.
    fn saved(&mut self, recorded: &Recorded) -> io::Result<()>;
}

/// What is said before the first item: how long the exam is, and what else there is to know.
#[must_use]
pub fn opening(scene: &ExamScene<'_>) -> String {
    let rules = scene.sitting.rules().words(scene.sitting.paper().sections.len());
    scene.note.map_or_else(|| rules.clone(), |note| format!("{rules}; {note}"))
}

/// The clock in words: what is left, or what was spent.
#[must_use]
pub fn clock(sitting: &Sitting, now: Timestamp) -> String {
    let minutes = |ms: u64| format!("{}:{:02}", ms / 60_000, ms / 1000 % 60);
    match sitting.left_ms(now) {
        Some(left) => format!("{} left", minutes(left)),
        None => minutes(sitting.elapsed_ms(now)),
    }
}

/// The line mode.
pub struct PlainExam<R, W> {
    plain: Plain<R, W>,
    begun: bool,
    /// The item that was last told, and whether its confidence was asked for.
    told: Option<(u32, bool)>,
    /// The time was asked for: it is told with the next scene, which knows it.
    tell_clock: bool,
}

const HELP: &str = "a line answers; a leading = makes a single letter an answer\n\
     d: I do not know, which counts as wrong\n\
     r repeats the item, t tells the time, q leaves and keeps your place, end leaves for good: that counts as not passed";

impl<R: BufRead, W: Write> PlainExam<R, W> {
    /// Builds the line mode over a reader and a writer.
    pub fn new(input: R, output: W) -> Self {
        Self { plain: Plain::new(input, output), begun: false, told: None, tell_clock: false }
    }

    fn question(&mut self, scene: &ExamScene<'_>, asked: &Asked) -> io::Result<()> {
        let (number, most) = scene.sitting.progress();
        let fewest = scene.sitting.fewest();
        let length = if fewest < most { format!("{fewest} to {most}") } else { most.to_string() };
        self.plain.say(&format!("\nitem {number} of {length}. {}.", clock(scene.sitting, scene.at.now)))?;
        let question = &asked.question;
        if !question.prompt.is_empty() {
            self.plain.say(&markdown::speak(&question.prompt))?;
        }
        if let Some(drawn) = question.drawn.as_ref().filter(|drawn| !drawn.spoken.is_empty()) {
            self.plain.say(&drawn.spoken)?;
        }
        for line in ask_words(&question.form, false) {
            self.plain.say(&line)?;
        }
        Ok(())
    }

    fn tell(&mut self, scene: &ExamScene<'_>, asked: &Asked) -> io::Result<()> {
        if asked.given.is_some() {
            self.plain.say("how sure are you? 1 guess, 2 think so, 3 sure")
        } else {
            self.question(scene, asked)
        }
    }
}

impl<R: BufRead, W: Write> ExamFront for PlainExam<R, W> {
    fn next(&mut self, scene: &ExamScene<'_>) -> io::Result<ExamAction> {
        if !self.begun {
            self.begun = true;
            let how = if scene.resumed { "goes on where it was" } else { "begins" };
            self.plain.say(&format!("{} {how}. ? lists all commands.", scene.title))?;
            self.plain.say(&opening(scene))?;
        }
        let Some(asked) = scene.sitting.asked() else { return Ok(ExamAction::Event(Event::Tick)) };
        let now = (asked.item.number, asked.given.is_some());
        if self.told != Some(now) {
            self.tell(scene, asked)?;
            self.told = Some(now);
        }
        if std::mem::take(&mut self.tell_clock) {
            self.plain.say(&clock(scene.sitting, scene.at.now))?;
        }
        loop {
            let Some(line) = self.plain.line()? else { return Ok(ExamAction::Pause) };
            let line = line.trim();
            match line {
                "q" => return Ok(ExamAction::Pause),
                "end" => return Ok(ExamAction::Event(Event::Leave)),
                "r" => self.tell(scene, asked)?,
                "t" => {
                    self.tell_clock = true;
                    return Ok(ExamAction::Event(Event::Tick));
                }
                "?" => self.plain.say(HELP)?,
                "" => {
                    let text = if asked.given.is_some() {
                        "type 1, 2 or 3"
                    } else {
                        "type an answer, or d for I do not know"
                    };
                    self.plain.say(text)?;
                }
                _ if asked.given.is_some() => match confidence(line) {
                    Some(confidence) => return Ok(ExamAction::Event(Event::Confidence(confidence))),
                    None => self.plain.say("type 1 for guess, 2 for think so, 3 for sure")?,
                },
                "d" => return Ok(ExamAction::Event(Event::Pass)),
                _ => match read_answer(line, &asked.question.form, false) {
                    Ok(given) => return Ok(ExamAction::Event(Event::Answer(given))),
                    Err(complaint) => self.plain.say(&complaint)?,
                },
            }
        }
    }

    fn saved(&mut self, _: &Recorded) -> io::Result<()> {
        self.told = None;
        self.plain.say("saved")
    }
}

/// Reads a confidence: a number from 1 to 3, or its word.
fn confidence(text: &str) -> Option<Confidence> {
    match text {
        "1" => Some(Confidence::Guess),
        "2" => Some(Confidence::Think),
        "3" => Some(Confidence::Sure),
        word => Confidence::from_name(word),
    }
}

/// A command of the JSON mode.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase", deny_unknown_fields)]
enum Command {
    Answer {
        given: Value,
        #[serde(default)]
        confidence: Option<Confidence>,
    },
    Pass,
    Confidence {
        confidence: Confidence,
    },
    Clock,
    Pause,
    End,
}

/// The JSON mode.
pub struct JsonExam<R, W> {
    lines: JsonLines<R, W>,
    begun: bool,
    told: Option<(u32, bool)>,
    /// The time was asked for: it is told with the next scene, which knows it.
    tell_clock: bool,
    /// A confidence that came along with an answer.
    confidence: Option<Confidence>,
}

impl<R: BufRead, W: Write> JsonExam<R, W> {
    /// Builds the JSON mode over a reader and a writer.
    pub fn new(input: R, output: W) -> Self {
        let lines = JsonLines::new(input, output);
        Self { lines, begun: false, told: None, tell_clock: false, confidence: None }
    }

    fn item(&mut self, scene: &ExamScene<'_>, asked: &Asked) -> io::Result<()> {
        let (number, most) = scene.sitting.progress();
        let question = &asked.question;
        let mut item = json!({
            "type": "item", "item": asked.item.number, "number": number, "fewest": scene.sitting.fewest(), "most": most,
            "elapsed_ms": scene.sitting.elapsed_ms(scene.at.now), "left_ms": scene.sitting.left_ms(scene.at.now),
            "card": asked.item.card.to_string(), "kind": asked.item.kind,
            "question": question.prompt,
        });
        put_form(&mut item, &question.form);
        if let Some(drawn) = &question.drawn {
            // The drawn values may hold the answer; what is asked, and its picture in words, is all there is to see.
            item["problem"] = json!({ "family": drawn.family, "spoken": drawn.spoken });
        }
        self.lines.put(&item)
    }
}

impl<R: BufRead, W: Write> ExamFront for JsonExam<R, W> {
    fn next(&mut self, scene: &ExamScene<'_>) -> io::Result<ExamAction> {
        if !self.begun {
            self.begun = true;
            self.lines.put(&json!({
                "type": "exam", "version": 1, "title": scene.title, "resumed": scene.resumed,
                "confidence": scene.sitting.rules().confidence, "rules": scene.sitting.rules(), "note": scene.note,
                "at": scene.at.now.to_rfc3339(scene.at.zone),
            }))?;
        }
        let Some(asked) = scene.sitting.asked() else { return Ok(ExamAction::Event(Event::Tick)) };
        if asked.given.is_some()
            && let Some(confidence) = self.confidence.take()
        {
            return Ok(ExamAction::Event(Event::Confidence(confidence)));
        }
        let now = (asked.item.number, asked.given.is_some());
        if self.told != Some(now) {
            if asked.given.is_some() {
                let words: Vec<&str> = Confidence::ALL.into_iter().map(Confidence::name).collect();
                self.lines
                    .put(&json!({ "type": "confidence", "item": asked.item.number, "one_of": words }))?;
            } else {
                self.item(scene, asked)?;
            }
            self.told = Some(now);
        }
        if std::mem::take(&mut self.tell_clock) {
            self.lines.put(&json!({
                "type": "clock", "elapsed_ms": scene.sitting.elapsed_ms(scene.at.now),
                "left_ms": scene.sitting.left_ms(scene.at.now),
            }))?;
        }
        loop {
            let Some(command) = self.lines.command()? else { return Ok(ExamAction::Pause) };
            return Ok(match command {
                Command::Pause => ExamAction::Pause,
                Command::End => ExamAction::Event(Event::Leave),
                Command::Clock => {
                    self.tell_clock = true;
                    ExamAction::Event(Event::Tick)
                }
                Command::Confidence { confidence } if asked.given.is_some() => {
                    ExamAction::Event(Event::Confidence(confidence))
                }
                Command::Confidence { .. } => {
                    self.lines.error("answer first, then say how sure you are")?;
                    continue;
                }
                Command::Answer { .. } | Command::Pass if asked.given.is_some() => {
                    self.lines.error("the answer stands: say how sure you are of it")?;
                    continue;
                }
                Command::Pass => ExamAction::Event(Event::Pass),
                Command::Answer { given, confidence } => {
                    match read_given(&given, &asked.question.form, false) {
                        Ok(given) => {
                            self.confidence = confidence.filter(|_| scene.sitting.rules().confidence);
                            ExamAction::Event(Event::Answer(given))
                        }
                        Err(message) => {
                            self.lines.error(&message)?;
                            continue;
                        }
                    }
                }
            });
        }
    }

    fn saved(&mut self, recorded: &Recorded) -> io::Result<()> {
        self.told = None;
        self.confidence = None;
        self.lines.put(&json!({
            "type": "saved", "item": recorded.item.number, "card": recorded.item.card.to_string(),
            "took_ms": recorded.marked.took_ms,
        }))
    }
}

/// How far an exam is, in words, for the line that says it waits.
#[must_use]
pub fn waiting(sitting: &Sitting, command: &str) -> String {
    let answered = sitting.marked().iter().filter(|marked| marked.share.is_some()).count();
    format!(
        "{} answered and saved: `retain {command}` goes on with the same item",
        words::plural(answered, "item")
    )
}
