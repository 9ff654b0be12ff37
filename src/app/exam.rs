//! Exams as a use case: begun with a paper that is written down before the first item, the loop that saves every answer
//! before the next item is drawn, and the end.
//! Not for which cards are asked (`exam_paper.rs`), for deciding (`exam/`), nor for what is open (`gates.rs`).

use super::exam_paper::question_of;
use super::front::exam::{ExamAction, ExamFront, ExamScene};
use super::{App, AppError, Result};
use crate::card::{Form, Given, Question};
use crate::diagnostic::did_you_mean;
use crate::exam::outcome::Outcome;
use crate::exam::sitting::{Recorded, Sitting};
use crate::exam::{Marked, Paper, Rules, Scope, Stop};
use crate::progress::course::{ExamSettings, Roadmap};
use crate::progress::sprt::Plan;
use crate::review::{EntryId, Grade, LogEntry, LogEvent, LoggedAnswer, Purpose, Verdict};
use crate::seed::Seed;
use crate::session::{Loaded, given_text};
use crate::shelf;
use crate::store::{AnswerRow, Append, EndRow, NewSitting, Shown, SittingRow};
use crate::time::Day;
use crate::view::words;

/// What a learner asked of an exam.
#[derive(Clone, Copy, Debug)]
pub struct ExamOptions {
    /// How exams are held.
    pub settings: ExamSettings,
    /// An ordinary exam of so many items, and the share of right answers that passes it.
    pub fixed: Option<(u32, f64)>,
    /// Minutes for the whole of it.
    pub minutes: Option<u32>,
    /// The chance from which the paper is drawn; by default its own.
    pub seed: Option<Seed>,
    /// Whether to sit it although a try was not passed a short while ago.
    pub force: bool,
    /// Whether wrong answers count as lapses of their cards once it is over.
    pub reschedule: bool,
    /// Whether any of this was asked for by name: a sitting that goes on keeps what it was begun with, and says so.
    pub named: bool,
}

impl ExamOptions {
    /// An exam as the roadmap has it.
    #[must_use]
    pub fn new(settings: ExamSettings) -> Self {
        Self {
            settings,
            fixed: None,
            minutes: None,
            seed: None,
            force: false,
            reschedule: false,
            named: false,
        }
    }

    fn rules(&self) -> Rules {
        let stop = match self.fixed {
            // What is needed is rounded up: 80 % of 11 are 9.
            Some((items, share)) => {
                Stop::Fixed { items, needed: (f64::from(items) * share - 1e-9).ceil().max(0.0) as u32 }
            }
            None => Stop::Sequential(self.settings.plan()),
        };
        let time_ms = self.minutes.map(|minutes| u64::from(minutes) * 60_000);
        Rules { stop, confidence: self.settings.confidence, time_ms, reschedule: self.reschedule }
    }
}

/// A sitting that can be run.
pub struct OpenExam {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub scope: Scope,
    /// What it is called.
    pub title: String,
    /// The state machine.
    pub sitting: Sitting,
    /// Whether it was begun earlier.
    pub resumed: bool,
    /// Something to tell the learner before the first item.
    pub note: Option<String>,
}

/// How the loop of an exam was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExamLeft {
    /// It is over, and its result is kept.
    Over,
    /// It waits to be taken up again.
    Paused,
    /// A signal, Ctrl-C, or a closed terminal; it waits.
    Interrupted,
}

/// The log takes longer thinking for absence, as reviews do: ten minutes.
const MAX_TOOK_MS: u64 = 600_000;

impl App {
    /// Returns the roadmap of the course.
    #[must_use]
    pub fn roadmap(&self) -> Roadmap {
        Roadmap::shipped_order(shelf::shipped_file("roadmap.toml").unwrap_or_default())
    }

    /// Returns how exams are held: as the learner's own `roadmap.toml` says, else as the course does.
    ///
    /// # Errors
    /// Fails when that file is not as it should be.
    pub fn exam_settings(&self) -> Result<ExamSettings> {
        Ok(self.config.exam_settings()?.unwrap_or_else(|| self.roadmap().exam))
    }

    /// Returns what an exam is called.
    ///
    /// # Errors
    /// Fails when the scope names nothing that is there.
    pub fn exam_title(&self, scope: &Scope) -> Result<String> {
        Ok(match scope {
            Scope::Level(level) => {
                let name = level.name();
                format!("{}{} exam", name[..1].to_uppercase(), &name[1..])
            }
            Scope::Deck(slug) => format!("Exam: {}", self.deck_named(slug)?.head.name),
            Scope::Resource(id) => format!("Exam: {}", self.resource_title(id)?),
            Scope::Area(area) => format!("Exam: {}", area.name()),
            Scope::Placement => "Placement".to_owned(),
        })
    }

    /// Returns the title of a resource.
    ///
    /// # Errors
    /// Fails when the roadmap has no such resource.
    pub fn resource_title(&self, id: &str) -> Result<String> {
        let roadmap = self.roadmap();
        match roadmap.resource(id) {
            Some(resource) => Ok(resource.title.clone()),
            None => {
                let near = did_you_mean(id, roadmap.resources.iter().map(|resource| resource.id.as_str()));
                let near = near.map(str::to_owned);
                Err(AppError::Unknown { what: "resource", name: id.to_owned(), near })
            }
        }
    }

    /// Goes on with the unfinished sitting of a scope, or begins one.
    ///
    /// # Errors
    /// Fails when there is nothing to ask, the options make no sense, or a try was not passed a short while ago.
    pub fn open_exam(&mut self, scope: &Scope, options: &ExamOptions) -> Result<OpenExam> {
        let scope = match scope {
            Scope::Deck(name) => Scope::Deck(self.deck_named(name)?.slug),
            other => other.clone(),
        };
        let sittings = self.store.sittings()?;
        let of_scope = || sittings.iter().rev().filter(|row| row.scope == scope);
        if let Some(row) = of_scope().find(|row| row.end.is_none()) {
            let mut exam = self.resume_exam(row)?;
            if options.named {
                exam.note = Some("it goes on with the settings it was begun with".to_owned());
            }
            return Ok(exam);
        }
        let at = self.moment();
        if !options.force
            && let Some(open) = resit_from(&scope, &sittings, &options.settings, at.today)
        {
            let command = scope.command();
            return Err(AppError::Blocked {
                message: format!("the next try is open from {}", words::date(open)),
                hints: vec![
                    "`retain review --weak` takes up what was weak until then".to_owned(),
                    format!("`retain {command} --force` sits it now"),
                ],
            });
        }
        let title = self.exam_title(&scope)?;
        let seed = options.seed.unwrap_or_else(|| self.chance("exam"));
        let mut rules = options.rules();
        let paper = self.exam_paper(&scope, &rules, options.settings.problems, seed)?;
        rules.stop = fitted(rules.stop, &scope, &paper)?;
        let sitting = Sitting::new(rules, paper.clone(), Vec::new())
            .map_err(|fault| AppError::Refused(fault.to_owned()))?;
        let new = NewSitting {
            uid: EntryId::drawn(at.now, seed.derive("uid", 0)),
            scope: scope.clone(),
            title: title.clone(),
            rules,
            seed,
            at: at.now,
            day: at.today,
        };
        let id = self.store.begin_exam(&new, &paper)?;
        Ok(OpenExam { id, scope, title, sitting, resumed: false, note: None })
    }

    /// Goes on with a sitting as its answers left it.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn resume_exam(&self, row: &SittingRow) -> Result<OpenExam> {
        let paper = self.store.exam_paper(row.id)?;
        let marked: Vec<Marked> =
            self.store.exam_answers(row.id)?.into_iter().map(|answer| answer.marked).collect();
        let sitting = Sitting::new(row.rules, paper, in_order(marked))
            .map_err(|fault| AppError::Refused(fault.to_owned()))?;
        Ok(OpenExam {
            id: row.id,
            scope: row.scope.clone(),
            title: row.title.clone(),
            sitting,
            resumed: true,
            note: None,
        })
    }

    /// Runs a sitting until it is over or left. Each answer is on disk before the next item is drawn.
    ///
    /// # Errors
    /// Fails when the database or the front end does; everything answered before is kept.
    pub fn run_exam(&mut self, exam: &mut OpenExam, front: &mut dyn ExamFront) -> Result<ExamLeft> {
        loop {
            self.put_item(exam)?;
            if exam.sitting.ending().is_some() {
                self.end_exam(exam)?;
                return Ok(ExamLeft::Over);
            }
            let at = self.moment();
            let scene = ExamScene {
                sitting: &exam.sitting,
                title: &exam.title,
                resumed: exam.resumed,
                note: exam.note.as_deref(),
                at,
            };
            let event = match front.next(&scene).map_err(AppError::Terminal)? {
                ExamAction::Event(event) => event,
                ExamAction::Pause => return Ok(ExamLeft::Paused),
                ExamAction::Interrupted => return Ok(ExamLeft::Interrupted),
            };
            if let crate::exam::sitting::Step::Record(recorded) = exam.sitting.step(event, &self.moment()) {
                self.save_answer(exam, &recorded)?;
                front.saved(&recorded).map_err(AppError::Terminal)?;
            }
        }
    }

    /// Puts the next item before the learner; items whose card is gone are left out, and that is kept too.
    fn put_item(&mut self, exam: &mut OpenExam) -> Result<()> {
        while let Some(item) = exam.sitting.wanted().cloned() {
            let at = self.moment();
            let put = self.load(item.card)?.and_then(|loaded| {
                let question = question_of(&item, &loaded)?;
                Some((loaded, question))
            });
            match put {
                Some((loaded, question)) => exam.sitting.present(loaded, question, &at),
                None => {
                    if let Some(void) = exam.sitting.void() {
                        self.save_answer(exam, &void)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn save_answer(&mut self, exam: &mut OpenExam, recorded: &Recorded) -> Result<()> {
        let at = self.moment();
        let item = &recorded.item;
        let asked = exam.sitting.asked();
        let now =
            self.store.newest_entry_of(item.card)?.map_or(at.now, |newest| at.now.max(newest.plus_ms(1)));
        let given = recorded.given.as_ref().map(given_text);
        let drawn = asked.and_then(|asked| asked.question.drawn.as_ref());
        let entry = recorded.marked.share.map(|share| LogEntry {
            id: EntryId::drawn(now, self.chance("exam-entry")),
            device: self.store.device(),
            card: item.card,
            at: now,
            day: at.today,
            event: LogEvent::Answer(LoggedAnswer {
                purpose: Purpose::Exam,
                grade: if share >= 1.0 {
                    Grade::Good
                } else if share > 0.0 {
                    Grade::Hard
                } else {
                    Grade::Again
                },
                quality: None,
                took_ms: u32::try_from(recorded.marked.took_ms.min(MAX_TOOK_MS)).unwrap_or(0),
                verdict: Some(match share {
                    1.0.. => Verdict::Right,
                    share if share > 0.0 => Verdict::Partly(share),
                    _ => Verdict::Wrong,
                }),
                given: given.clone(),
                seed: Some(item.seed.0),
                version: drawn.map(|drawn| drawn.version),
                difficulty: drawn.map(|drawn| drawn.difficulty),
                interval: None,
            }),
        });
        let shown = asked.map_or_else(Shown::default, |asked| {
            shown(&asked.question, &asked.loaded, recorded.given.as_ref())
        });
        let answer = AnswerRow {
            card: item.card,
            at: now,
            given,
            marked: recorded.marked.clone(),
            mistake: recorded.mistake.clone(),
            shown,
        };
        match self.store.append_exam_answer(exam.id, &answer, entry.as_ref())? {
            Append::Done => exam.sitting.committed(recorded),
            // Answered in another window: what stands there counts.
            Append::Elsewhere => {
                if let Some(row) = self.store.sitting(exam.id)? {
                    if row.end.is_some() {
                        return Err(AppError::Refused(
                            "this exam was brought to its end in another window".to_owned(),
                        ));
                    }
                    exam.sitting = self.resume_exam(&row)?.sitting;
                }
            }
        }
        Ok(())
    }

    /// Writes down what a sitting came to. Where it was begun so, what was wrong counts as a lapse of its card.
    fn end_exam(&mut self, exam: &OpenExam) -> Result<()> {
        let outcome = Outcome::of(&exam.sitting);
        loop {
            let at = self.moment();
            let end = EndRow { at: at.now, day: at.today, outcome: outcome.clone() };
            let lapses = match exam.sitting.rules().reschedule {
                true => Some(self.exam_lapses(exam.id)?),
                false => None,
            };
            // A card that was answered elsewhere in between has another state to lapse from.
            if self.store.end_exam(exam.id, &end, lapses.as_deref())? == Append::Done {
                break;
            }
        }
        Ok(self.store.checkpoint()?)
    }
}

/// Fits an exam to its paper: one that has fewer items than the exam may take is decided at its last item, and its errors
/// are those of the shorter exam.
fn fitted(stop: Stop, scope: &Scope, paper: &Paper) -> Result<Stop> {
    let [section] = paper.sections.as_slice() else { return Ok(stop) };
    let there = u32::try_from(section.items.len()).unwrap_or(u32::MAX);
    let needs = match stop {
        Stop::Sequential(plan) if there >= plan.min => {
            return Ok(Stop::Sequential(Plan { max: plan.max.min(there), ..plan }));
        }
        Stop::Sequential(plan) => plan.min,
        Stop::Fixed { items, .. } if there >= items => return Ok(stop),
        Stop::Fixed { items, .. } => items,
    };
    let questions = words::plural(there as usize, "question");
    let them = if there == 1 { "asks it" } else { "asks them all" };
    Err(AppError::Blocked {
        message: format!(
            "{} has {questions} that the machine can mark, and this exam needs {needs}",
            scope_words(scope)
        ),
        hints: vec![format!("`retain {} --fixed {there}` {them}", scope.command())],
    })
}

/// The day from which an exam may be sat again after a try that was not passed; `None` where it may be sat today. Only what
/// opens something has to wait.
pub(super) fn resit_from(
    scope: &Scope,
    sittings: &[SittingRow],
    settings: &ExamSettings,
    today: Day,
) -> Option<Day> {
    if !matches!(scope, Scope::Level(_) | Scope::Placement) {
        return None;
    }
    let last = sittings.iter().rev().filter(|row| row.scope == *scope).find_map(|row| row.end.as_ref())?;
    let open = last.day.plus(i32::try_from(settings.resit_days).unwrap_or(i32::MAX));
    (!last.outcome.passed && today < open).then_some(open)
}

/// A scope in words, as `the deck `raft``.
pub(super) fn scope_words(scope: &Scope) -> String {
    match scope.parts() {
        (kind, name) if !name.is_empty() => format!("the {kind} `{name}`"),
        (kind, _) => format!("the {kind}"),
    }
}

/// Answers in the order of the paper's sections, which is the order of their numbers.
fn in_order(mut marked: Vec<Marked>) -> Vec<Marked> {
    marked.sort_by_key(|marked| marked.number);
    marked
}

/// What stood on the screen, and what was right, in words.
fn shown(question: &Question, loaded: &Loaded, given: Option<&Given>) -> Shown {
    let options = match &question.form {
        Form::Choice { options, .. } => options.iter().map(|option| option.text.clone()).collect(),
        Form::Order { items, .. } => items.clone(),
        _ => Vec::new(),
    };
    let named = |places: &[usize], between: &str| -> String {
        let texts = places.iter().filter_map(|&place| options.get(place)).map(String::as_str);
        texts.collect::<Vec<_>>().join(between)
    };
    let given = match given {
        None => String::new(),
        Some(Given::Text(text)) => text.clone(),
        Some(Given::Choice(places)) => named(places, "; "),
        Some(Given::Order(places)) => {
            let lines = places.iter().zip(1..).filter_map(|(&place, number): (_, u32)| {
                options.get(place).map(|text| format!("{number}. {text}"))
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    Shown {
        title: loaded.card.kind.title(),
        prompt: question.prompt.clone(),
        right: super::front::right_answer(&question.form),
        given,
        why: question.why.clone().unwrap_or_default(),
        source: loaded.source.clone(),
        options,
    }
}
