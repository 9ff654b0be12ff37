//! Evaluation and simulation on the learner's own log: gathers rows and states for the pure parts in `schedule/`.
//! Not for the figures themselves (`schedule/eval/`, `schedule/simulate/`).

use super::{App, Result};
use crate::card::CardUid;
use crate::review::{LogEvent, Purpose};
use crate::schedule::eval::{Answer, Predictor, Row, predictors::FsrsPredictor, rows};
use crate::schedule::fsrs::Parameters;
use crate::schedule::simulate::Start;
use crate::schedule::simulate::learner::Mind;
use crate::schedule::{CardState, Phase};
use crate::store::LogFilter;
use std::collections::HashMap;

impl App {
    /// Returns all reviews that stand, as evaluation needs them.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn answers(&self) -> Result<Vec<Answer>> {
        let retracted = self.retracted_entries()?;
        let mut answers = Vec::new();
        self.store.for_each_entry(LogFilter::default(), |entry| {
            if let LogEvent::Answer(answer) = &entry.event
                && answer.purpose == Purpose::Review
                && !retracted.contains(&entry.id)
            {
                answers.push(Answer {
                    card: entry.card.0,
                    at: entry.at,
                    day: entry.day,
                    grade: answer.grade,
                    took_ms: answer.took_ms,
                });
            }
        })?;
        Ok(answers)
    }

    /// Returns where each card of the collection stands and what is remembered of it, for a simulation; new cards
    /// last, at most `most_new` of them. Memories are FSRS's with the parameters given.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn starts(&self, parameters: &Parameters, most_new: usize) -> Result<(Vec<Start>, Vec<Row>)> {
        let answers = self.answers()?;
        let rows = rows(&answers);
        let mut predictor = FsrsPredictor::new("fsrs", parameters);
        for row in &rows {
            predictor.predict(&row.showing);
            predictor.observe(row);
        }
        // Rows number the cards in the order of first sight; answers carry the uid.
        let mut sorted: Vec<&Answer> = answers.iter().collect();
        sorted.sort_by_key(|answer| answer.at);
        let number: HashMap<CardUid, usize> =
            sorted.iter().zip(&rows).map(|(answer, row)| (CardUid(answer.card), row.showing.card)).collect();
        let mut starts = Vec::new();
        let present = self.store.present_cards()?;
        let records = self.store.all_records()?;
        for (card, record) in records.iter().filter(|(card, _)| present.contains(card)) {
            if record.suspended || record.parked || record.state.phase == Phase::New {
                continue;
            }
            if let Some(memory) = number.get(card).and_then(|&number| predictor.memory(number)) {
                starts.push((card.0, Start { state: record.state, mind: Some(Mind::Fsrs(memory)) }));
            }
        }
        // In a fixed order, so that the same seed gives the same life.
        starts.sort_by_key(|(card, _)| *card);
        let mut starts: Vec<Start> = starts.into_iter().map(|(_, start)| start).collect();
        let new = present.len().saturating_sub(starts.len()).min(most_new);
        starts.extend(std::iter::repeat_n(Start { state: CardState::NEW, mind: None }, new));
        Ok((starts, rows))
    }
}
