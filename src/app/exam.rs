//! Exams as a use case: which cards may be asked, a paper written down before the first item, the loop that saves every
//! answer before the next item is drawn, and the end.
//! Not for drawing papers or deciding (`exam/`), nor for what is open (`gates.rs`).

use std::collections::HashSet;

use super::front::exam::{ExamAction, ExamFront, ExamScene};
use super::plan::Wanted;
use super::{App, AppError, Result};
use crate::card::{CardUid, Form, Given, Question};
use crate::diagnostic::did_you_mean;
use crate::exam::blueprint::{self, Blueprint, Candidate};
use crate::exam::outcome::Outcome;
use crate::exam::sitting::{Recorded, Sitting};
use crate::exam::{Item, Marked, Paper, ProblemRef, Rules, Scope, Section, Stop};
use crate::problem;
use crate::progress::course::{ExamSettings, Roadmap};
use crate::review::{EntryId, Grade, LogEntry, LogEvent, LoggedAnswer, Purpose, Verdict};
use crate::schedule::{Due, Phase};
use crate::seed::Seed;
use crate::session::pose::{annotated, pose};
use crate::session::{Loaded, given_text};
use crate::shelf;
use crate::store::{AnswerRow, Append, DeckRow, EndRow, NewSitting, QueueFilter, Shown, SittingRow};

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
    /// Whether wrong answers count as lapses of their cards.
    pub reschedule: bool,
}

impl ExamOptions {
    /// An exam as the roadmap has it.
    #[must_use]
    pub fn new(settings: ExamSettings) -> Self {
        Self { settings, fixed: None, minutes: None, seed: None, force: false, reschedule: false }
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
        Rules { stop, confidence: self.settings.confidence, time_ms }
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

/// A card that an exam may ask, with all that a paper says of it.
struct PoolCard {
    candidate: Candidate,
    deck: DeckRow,
    kind: String,
}

/// Problems of an exam are neither the easiest nor the hardest, so that two sittings weigh the same.
const DIFFICULTY: u8 = 1;

/// The log takes longer thinking for absence, as reviews do: ten minutes.
const MAX_TOOK_MS: u64 = 600_000;

/// Kinds that the machine marks without doubt. A hidden part of a sentence has too many right wordings.
const MARKABLE: &[&str] = &["choice", "several", "order", "typed", "number", "problem"];

impl App {
    /// Returns the roadmap of the course.
    #[must_use]
    pub fn roadmap(&self) -> Roadmap {
        Roadmap::shipped_order(shelf::shipped_file("roadmap.toml").unwrap_or_default())
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
            return self.resume_exam(row);
        }
        let at = self.moment();
        if !options.force
            && matches!(scope, Scope::Level(_) | Scope::Placement)
            && let Some(end) = of_scope().find_map(|row| row.end.as_ref())
            && !end.outcome.passed
        {
            let wait = i32::try_from(options.settings.resit_days).unwrap_or(i32::MAX);
            let open = end.day.plus(wait);
            if at.today < open {
                return Err(AppError::Refused(format!(
                    "the next try is open from {}: until then `retain review --weak` takes up what was weak, and \
                     `retain {} --force` sits it now",
                    crate::view::words::date(open),
                    scope.command()
                )));
            }
        }
        let title = self.exam_title(&scope)?;
        let seed = options.seed.unwrap_or_else(|| self.chance("exam"));
        let rules = options.rules();
        let paper = self.draw_paper(&scope, &rules, options.settings.problems, seed)?;
        let sitting = Sitting::new(rules, paper.clone(), Vec::new())
            .map_err(|fault| AppError::Refused(fault.to_owned()))?;
        let new = NewSitting {
            uid: EntryId::new(at.now, random(seed.derive("uid", 0))),
            scope: scope.clone(),
            title: title.clone(),
            rules,
            seed,
            at: at.now,
            day: at.today,
        };
        let id = self.store.begin_exam(&new, &paper)?;
        Ok(OpenExam { id, scope, title, sitting, resumed: false })
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
        })
    }

    /// Draws a paper and looks at every card on it: what cannot be asked is left out and drawn around.
    fn draw_paper(&mut self, scope: &Scope, rules: &Rules, problem_share: f64, seed: Seed) -> Result<Paper> {
        let scopes: Vec<(Option<crate::card::Level>, Scope)> = match scope {
            Scope::Placement => {
                crate::card::Level::ALL.map(|level| (Some(level), Scope::Level(level))).to_vec()
            }
            other => vec![(None, other.clone())],
        };
        let most = rules.stop.most_of(scopes.len());
        let blueprint = Blueprint { items: most, problem_share };
        let asked = self.store.times_examined()?;
        let mut paper = Paper::default();
        let mut number = 0;
        for (level, scope) in scopes {
            let mut pool = self.pool(&scope, &asked)?;
            let mut items: Vec<Item> = Vec::new();
            let section_seed = seed.derive("section", paper.sections.len() as u64);
            // Each round that finds a card unfit leaves it out for good, so this ends.
            while !pool.is_empty() {
                let candidates: Vec<Candidate> = pool.iter().map(|card| card.candidate.clone()).collect();
                let drawn = blueprint::draw(&candidates, &blueprint, section_seed);
                let mut unfit: HashSet<CardUid> = HashSet::new();
                items = Vec::with_capacity(drawn.len());
                for place in drawn {
                    let card = &pool[place];
                    let uid = card.candidate.card;
                    if unfit.contains(&uid) {
                        continue;
                    }
                    let at = number + u32::try_from(items.len()).unwrap_or(u32::MAX) + 1;
                    let item = item_of(card, at, seed.derive("item", u64::from(at)));
                    match self.load(uid)?.and_then(|loaded| with_problem(item, &loaded)) {
                        Some(item) => items.push(item),
                        None => {
                            unfit.insert(uid);
                        }
                    }
                }
                if unfit.is_empty() {
                    break;
                }
                pool.retain(|card| !unfit.contains(&card.candidate.card));
                items.clear();
            }
            if items.is_empty() {
                let what = match scope.parts() {
                    (kind, name) if !name.is_empty() => format!("{kind} `{name}`"),
                    (kind, _) => kind.to_owned(),
                };
                return Err(AppError::Refused(format!(
                    "the {what} has no card that the machine can mark: an exam needs choices, orderings, words, numbers or problems"
                )));
            }
            number += u32::try_from(items.len()).unwrap_or(u32::MAX);
            paper.sections.push(Section { level, items });
        }
        Ok(paper)
    }

    /// The cards that an exam on a scope may ask.
    fn pool(&self, scope: &Scope, asked: &std::collections::HashMap<CardUid, u32>) -> Result<Vec<PoolCard>> {
        let roadmap = self.roadmap();
        let at_hand = self.filter(&Wanted::default())?;
        let decks: Vec<DeckRow> = self
            .store
            .decks()?
            .into_iter()
            .filter(|deck| at_hand.decks.as_ref().is_none_or(|ids| ids.contains(&deck.id)))
            .filter(|deck| covers(scope, deck, &roadmap))
            .collect();
        let filter = QueueFilter { decks: Some(decks.iter().map(|deck| deck.id).collect()), tag: None };
        let mut pool = Vec::new();
        for (card, record) in self.store.cards_with_records(&filter)? {
            // What was suspended was set aside for a reason; a leech is hard, not wrong.
            if !MARKABLE.contains(&card.kind.as_str()) || record.is_some_and(|record| record.suspended) {
                continue;
            }
            let Some(deck) = decks.iter().find(|deck| deck.id == card.deck) else { continue };
            let concept = card.concepts.first().cloned().unwrap_or_else(|| {
                let key = card.key.0.as_str();
                key.split(['/', '#']).next().unwrap_or(key).to_owned()
            });
            pool.push(PoolCard {
                candidate: Candidate {
                    card: card.uid,
                    resource: resource_name(deck, &roadmap),
                    concept,
                    is_problem: card.kind == "problem",
                    asked: asked.get(&card.uid).copied().unwrap_or(0),
                },
                deck: deck.clone(),
                kind: card.kind,
            });
        }
        Ok(pool)
    }

    /// Runs a sitting until it is over or left. Each answer is on disk before the next item is drawn.
    ///
    /// # Errors
    /// Fails when the database or the front end does; everything answered before is kept.
    pub fn run_exam(
        &mut self,
        exam: &mut OpenExam,
        options: &ExamOptions,
        front: &mut dyn ExamFront,
    ) -> Result<ExamLeft> {
        loop {
            self.put_item(exam)?;
            if exam.sitting.ending().is_some() {
                self.end_exam(exam, options)?;
                return Ok(ExamLeft::Over);
            }
            let at = self.moment();
            let scene = ExamScene { sitting: &exam.sitting, title: &exam.title, resumed: exam.resumed, at };
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
            id: EntryId::new(now, random(self.chance("exam-entry"))),
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

    /// Writes down what a sitting came to. With `reschedule`, what was wrong counts as a lapse of its card.
    fn end_exam(&mut self, exam: &OpenExam, options: &ExamOptions) -> Result<()> {
        let at = self.moment();
        let outcome = Outcome::of(&exam.sitting);
        self.store.end_exam(exam.id, &EndRow { at: at.now, day: at.today, outcome })?;
        if options.reschedule {
            let wrong: HashSet<CardUid> = self
                .store
                .exam_answers(exam.id)?
                .into_iter()
                .filter(|answer| answer.marked.share.is_some() && !answer.marked.is_right())
                .map(|answer| answer.card)
                .collect();
            for card in wrong {
                // Only what was known can be forgotten: a card that is still learnt, or new, has its own way.
                let record = self.store.record(card)?.unwrap_or_default();
                if record.state.phase == Phase::Review
                    && matches!(record.state.due, Due::On(_))
                    && record.is_active(at.today)
                {
                    self.mark(card, &LogEvent::Answer(LoggedAnswer::review(Grade::Again, 0)))?;
                }
            }
        }
        self.store.checkpoint()?;
        Ok(())
    }
}

/// Answers in the order of the paper's sections, which is the order of their numbers.
fn in_order(mut marked: Vec<Marked>) -> Vec<Marked> {
    marked.sort_by_key(|marked| marked.number);
    marked
}

fn covers(scope: &Scope, deck: &DeckRow, roadmap: &Roadmap) -> bool {
    match scope {
        Scope::Level(level) => deck.head.level == Some(*level),
        Scope::Deck(slug) => deck.slug == *slug,
        Scope::Resource(id) => resource_name(deck, roadmap) == *id,
        Scope::Area(area) => deck.head.area == Some(*area),
        Scope::Placement => deck.head.level.is_some(),
    }
}

/// The resource of a deck: what the roadmap says, else its front matter, else the deck alone.
pub(super) fn resource_name(deck: &DeckRow, roadmap: &Roadmap) -> String {
    roadmap
        .resource_of(&deck.slug)
        .map(|resource| resource.id.clone())
        .or_else(|| deck.head.resource.clone())
        .unwrap_or_else(|| deck.slug.clone())
}

fn item_of(card: &PoolCard, number: u32, seed: Seed) -> Item {
    Item {
        number,
        card: card.candidate.card,
        deck: card.deck.slug.clone(),
        resource: card.candidate.resource.clone(),
        area: card.deck.head.area,
        concept: card.candidate.concept.clone(),
        kind: card.kind.clone(),
        seed,
        difficulty: DIFFICULTY,
        problem: None,
    }
}

/// Adds what a problem is drawn from; `None` for a card that cannot be asked and marked.
fn with_problem(mut item: Item, loaded: &Loaded) -> Option<Item> {
    if let crate::card::CardKind::Problem { family, parameters } = &loaded.card.kind {
        let version = problem::find(family)?.version();
        item.problem = Some(ProblemRef { family: family.clone(), parameters: parameters.clone(), version });
    }
    question_of(&item, loaded).map(|_| item)
}

/// The question of an item: the same values each time it is put.
fn question_of(item: &Item, loaded: &Loaded) -> Option<Question> {
    let question = match &item.problem {
        Some(problem) => annotated(
            problem::redraw(
                &problem.family,
                problem.version,
                &problem.parameters,
                item.seed.0,
                item.difficulty,
            )?,
            &loaded.card,
        ),
        None => pose(&loaded.card, item.seed, item.difficulty)?,
    };
    question.form.is_checked().then_some(question)
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

fn random(seed: Seed) -> u128 {
    u128::from(seed.derive("high", 0).0) << 64 | u128::from(seed.derive("low", 0).0)
}
