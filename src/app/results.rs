//! Results of exams for people and for scripts: one sitting, its items, all sittings with their trend.
//! Not for running one (`exam.rs`) or for laying it out (`view/exam.rs`).

use serde_json::{Value, json};

use super::exam::resit_from;
use super::exam_lapses::lapse_words;
use super::{App, AppError, Result};
use crate::card::Level;
use crate::exam::Scope;
use crate::exam::outcome::{Outcome, Part};
use crate::review::Verdict;
use crate::store::{AnswerRow, QueueFilter, SittingRow};
use crate::view::exam::{CalibrationRow, ItemView, PartRow, ResultView, SittingLine, SittingState};
use crate::view::words;

/// An exam's title and its scores in percent, oldest first.
pub type Trend = (String, Vec<u32>);

/// Cards named for a weak concept; the rest are found by its name.
const CARDS_NAMED: usize = 4;

impl App {
    /// Finds a sitting by its number.
    ///
    /// # Errors
    /// Fails when there is none.
    pub fn sitting_named(&self, id: i64) -> Result<SittingRow> {
        let near = || self.store.sittings().ok()?.last().map(|row| row.id.to_string());
        self.store.sitting(id)?.ok_or_else(|| AppError::Unknown {
            what: "exam",
            name: id.to_string(),
            near: near(),
        })
    }

    /// Returns what a sitting came to; `None` while it is not over.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn result(&self, row: &SittingRow) -> Result<Option<ResultView>> {
        let Some(end) = &row.end else { return Ok(None) };
        let outcome = &end.outcome;
        let decision = match (&row.scope, outcome.passed, outcome.placed) {
            (Scope::Placement, true, Some(level)) => match above(level) {
                Some(above) => format!("placed at {above}: {level} passed"),
                None => format!("placed at the top: {level} passed"),
            },
            (Scope::Placement, ..) => "placed at beginner, the first level".to_owned(),
            (_, true, _) => "passed".to_owned(),
            (_, false, _) => "not passed".to_owned(),
        };
        let rows = |parts: &[Part]| parts.iter().map(part_row).collect::<Vec<_>>();
        let mut parts: Vec<(String, Vec<PartRow>)> = Vec::new();
        for (heading, list) in
            [("by level", &outcome.levels), ("by area", &outcome.areas), ("by resource", &outcome.resources)]
        {
            if !list.is_empty() {
                parts.push((heading.to_owned(), rows(list)));
            }
        }
        let cards = self.store.cards_with_records(&QueueFilter::default())?;
        let weak = outcome
            .weak()
            .map(|part| {
                let named = cards
                    .iter()
                    .filter(|(card, _)| {
                        card.concepts.contains(&part.name)
                            || card.key.0.split(['/', '#']).next() == Some(&part.name)
                    })
                    .map(
                        |(card, _)| {
                            if card.key.is_explicit() { card.key.0.clone() } else { card.title.clone() }
                        },
                    );
                let named: Vec<String> = named.collect();
                let more = named.len().saturating_sub(CARDS_NAMED);
                let mut shown: Vec<String> = named.into_iter().take(CARDS_NAMED).collect();
                if more > 0 {
                    shown.push(format!("{more} more"));
                }
                (part_row(part), shown)
            })
            .collect();
        Ok(Some(ResultView {
            title: row.title.clone(),
            place: format!("exam {}, {}", row.id, words::date(end.day)),
            passed: (outcome.passed || row.scope != Scope::Placement).then_some(outcome.passed),
            decision,
            sentences: outcome.sentences(),
            took_ms: outcome.took_ms,
            items: outcome.items as usize,
            parts,
            weak,
            calibration: outcome
                .calibration
                .iter()
                .map(|row| CalibrationRow {
                    said: row.confidence.words().to_owned(),
                    promise: row.confidence.promise(),
                    right: row.right as usize,
                    items: row.items as usize,
                })
                .collect(),
            judged: outcome.calibration_words(),
            next: self.after(row, outcome)?,
            menu: Vec::new(),
            spoken: false,
        }))
    }

    /// What a learner may do after a sitting: what is open now, or how to mend what was weak.
    fn after(&self, row: &SittingRow, outcome: &Outcome) -> Result<Vec<String>> {
        let mut next = Vec::new();
        let opened = match &row.scope {
            Scope::Level(level) if outcome.passed => above(*level),
            Scope::Placement => outcome.placed.and_then(above),
            _ => None,
        };
        if let Some(level) = opened {
            next.push(self.news_of(level)?);
        } else if row.scope == Scope::Placement && !outcome.passed && outcome.is_placement() {
            next.push("`retain review` takes up the first cards of beginner".to_owned());
        }
        if matches!(row.scope, Scope::Level(Level::Advanced)) && outcome.passed {
            next.push("that was the last exam of the course".to_owned());
        }
        if outcome.weak().next().is_some() {
            next.push("`retain review --weak` takes up what was weak".to_owned());
        }
        if !outcome.passed && matches!(row.scope, Scope::Level(_) | Scope::Placement) {
            let open =
                resit_from(&row.scope, &self.store.sittings()?, &self.exam_settings()?, self.moment().today);
            let from = open.map_or(String::new(), |day| format!("from {} on ", words::date(day)));
            next.push(format!(
                "{from}`retain {}` sits it again, with other items first",
                row.scope.command()
            ));
        }
        if let Some(counted) = self.store.lapses_counted(row.id)? {
            next.push(lapse_words(&counted));
        } else if !self.exam_lapses(row.id)?.is_empty() {
            next.push(format!(
                "the schedule is as it was: `retain exams reschedule {}` counts what was wrong as forgotten",
                row.id
            ));
        }
        next.push(format!("`retain exams show {}` shows every item with its answer", row.id));
        Ok(next)
    }

    /// Says what a level that was opened holds.
    fn news_of(&self, level: Level) -> Result<String> {
        let roadmap = self.roadmap();
        let resources: Vec<&str> = roadmap
            .resources
            .iter()
            .filter(|resource| resource.level == level)
            .map(|resource| resource.title.as_str())
            .collect();
        let decks: Vec<i64> = self
            .store
            .decks()?
            .iter()
            .filter(|deck| deck.head.level == Some(level))
            .map(|deck| deck.id)
            .collect();
        let counts = self.store.deck_counts(&self.moment())?;
        let cards: u32 =
            counts.iter().filter(|count| decks.contains(&count.deck)).map(|count| count.cards).sum();
        let first = resources.first().map_or(String::new(), |title| format!(", first {title}"));
        Ok(format!(
            "{level} is open: {}, {}, {}{first}",
            words::plural(resources.len(), "resource"),
            words::plural(decks.len(), "deck"),
            words::plural(cards as usize, "card")
        ))
    }

    /// Returns the items of a sitting that is over, in the order in which they were asked.
    ///
    /// # Errors
    /// Fails when the database does, or the sitting is not over: nothing is told before.
    pub fn items(&self, row: &SittingRow) -> Result<Vec<ItemView>> {
        self.told(row)?;
        let paper = self.store.exam_paper(row.id)?;
        let answers = self.answers_as_given(row)?;
        Ok((1..)
            .zip(answers)
            .map(|(place, answer): (usize, AnswerRow)| {
                let item = paper
                    .sections
                    .iter()
                    .flat_map(|section| &section.items)
                    .find(|item| item.number == answer.marked.number);
                let about =
                    item.map_or_else(String::new, |item| format!(" · {} · {}", item.deck, item.concept));
                let sure =
                    answer.marked.confidence.map_or_else(String::new, |said| format!(" · {}", said.words()));
                ItemView {
                    head: format!("item {place}{about}{sure} · {}", words::duration(answer.marked.took_ms)),
                    verdict: answer.marked.share.map(verdict_of),
                    prompt: answer.shown.prompt,
                    options: answer.shown.options,
                    given: answer.shown.given,
                    right: answer.shown.right,
                    mistake: answer.mistake,
                    why: answer.shown.why,
                    source: answer.shown.source,
                }
            })
            .collect())
    }

    /// Fails where a sitting is not over: nothing is told before.
    pub(super) fn told(&self, row: &SittingRow) -> Result<()> {
        if row.end.is_some() {
            return Ok(());
        }
        Err(AppError::Refused(format!(
            "exam {} is not over, and nothing is told before: `retain {}` goes on with it",
            row.id,
            row.scope.command()
        )))
    }

    /// Answers in the order in which they were given: a placement does not begin with its first section.
    fn answers_as_given(&self, row: &SittingRow) -> Result<Vec<AnswerRow>> {
        let mut answers = self.store.exam_answers(row.id)?;
        answers.sort_by_key(|answer| (answer.at, answer.marked.number));
        Ok(answers)
    }

    /// Returns all sittings as lines, and the scores of each exam that was sat more than once.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn sitting_lines(&self) -> Result<(Vec<SittingLine>, Vec<Trend>)> {
        let rows = self.store.sittings()?;
        let mut lines = Vec::new();
        let mut trends: Vec<(Scope, String, Vec<u32>)> = Vec::new();
        for row in &rows {
            let result = match &row.end {
                None => format!(
                    "not over: {} answered, `retain {}` goes on",
                    self.store.exam_answers(row.id)?.len(),
                    row.scope.command()
                ),
                Some(end) => score_words(&end.outcome),
            };
            if let Some(end) = &row.end {
                let share = percent(&end.outcome);
                match trends.iter_mut().find(|(scope, ..)| *scope == row.scope) {
                    Some((_, _, shares)) => shares.push(share),
                    None => trends.push((row.scope.clone(), row.title.clone(), vec![share])),
                }
            }
            lines.push(SittingLine {
                id: row.id,
                when: row.day.to_string(),
                title: row.title.clone(),
                result,
                state: match &row.end {
                    None => SittingState::Waits,
                    Some(end) if end.outcome.passed => SittingState::Passed,
                    Some(end) if end.outcome.is_placement() => SittingState::Placed,
                    Some(_) => SittingState::NotPassed,
                },
            });
        }
        let trends = trends
            .into_iter()
            .filter(|(_, _, shares)| shares.len() > 1)
            .map(|(_, title, shares)| (title, shares));
        Ok((lines, trends.collect()))
    }

    /// Returns a sitting as data; its items only once it is over.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn sitting_json(&self, row: &SittingRow, items: bool) -> Result<Value> {
        let (scope, target) = row.scope.parts();
        let mut value = json!({
            "exam": row.id, "scope": scope, "target": target, "title": row.title, "rules": row.rules,
            "at": row.at.to_rfc3339(self.zone()), "day": row.day.to_string(), "seed": row.seed.0,
            "over": row.end.is_some(),
        });
        if let Some(end) = &row.end {
            value["ended_at"] = end.at.to_rfc3339(self.zone()).into();
            value["outcome"] = json!(end.outcome);
            value["lapses"] = self.store.lapses_counted(row.id)?.map_or(Value::Null, |counted| {
                json!({ "day": counted.day.to_string(), "cards": counted.cards, "parked": counted.parked })
            });
            if items {
                value["next"] = json!(self.after(row, &end.outcome)?);
                let answers: Vec<Value> = self
                    .answers_as_given(row)?
                    .iter()
                    .map(|answer| {
                        json!({
                            "item": answer.marked.number, "card": answer.card.to_string(), "given": answer.given,
                            "share": answer.marked.share, "confidence": answer.marked.confidence,
                            "took_ms": answer.marked.took_ms, "mistake": answer.mistake, "shown": answer.shown,
                        })
                    })
                    .collect();
                value["items"] = answers.into();
            }
        }
        Ok(value)
    }
}

/// The level above one.
pub(super) fn above(level: Level) -> Option<Level> {
    Level::ALL.into_iter().find(|other| *other > level)
}

/// What came of a sitting, in a few words: `passed, 22 of 23 (96%)`.
pub(super) fn score_words(outcome: &Outcome) -> String {
    let decision = match (outcome.passed, outcome.placed) {
        (true, Some(level)) => format!("{level} passed"),
        (true, None) => "passed".to_owned(),
        (false, _) if outcome.is_placement() => "placed at beginner".to_owned(),
        (false, _) => "not passed".to_owned(),
    };
    let left = if outcome.ended == "left" { ", left" } else { "" };
    format!("{decision}{left}, {} of {} ({}%)", outcome.right, outcome.items, percent(outcome))
}

fn percent(outcome: &Outcome) -> u32 {
    (outcome.share() * 100.0).round() as u32
}

fn part_row(part: &Part) -> PartRow {
    PartRow { name: part.name.clone(), right: part.right as usize, items: part.items as usize }
}

fn verdict_of(share: f64) -> Verdict {
    if share >= 1.0 {
        Verdict::Right
    } else if share > 0.0 {
        Verdict::Partly(share)
    } else {
        Verdict::Wrong
    }
}
