//! What a sitting has brought so far. Not for statistics over the log (`progress/`).

use std::collections::HashMap;

use crate::card::CardUid;
use crate::review::Grade;
use crate::schedule::Phase;

/// Counts of one sitting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Answers by grade, `Again` first.
    pub grades: [u32; 4],
    /// Time from question to answer, summed, in milliseconds.
    pub took_ms: u64,
    /// New cards among those answered.
    pub new: u32,
    /// First answers of cards that were in review, and how many of them were recalled.
    pub reviews: (u32, u32),
    /// Answers the machine judged, and the sum of the shares that were right.
    pub judged: (u32, f64),
    answered: HashMap<CardUid, u32>,
}

impl Tally {
    pub(super) fn add(
        &mut self,
        card: CardUid,
        phase: Phase,
        grade: Grade,
        share: Option<f64>,
        took_ms: u32,
    ) {
        self.grades[usize::from(grade.number() - 1)] += 1;
        self.took_ms += u64::from(took_ms);
        let times = self.answered.entry(card).or_default();
        *times += 1;
        if *times == 1 {
            match phase {
                Phase::New => self.new += 1,
                Phase::Review => {
                    self.reviews.0 += 1;
                    self.reviews.1 += u32::from(grade.passed());
                }
                Phase::Learning | Phase::Relearning => {}
            }
        }
        if let Some(share) = share {
            self.judged.0 += 1;
            self.judged.1 += share;
        }
    }

    /// Returns the number of answers.
    #[must_use]
    pub fn answers(&self) -> u32 {
        self.grades.iter().sum()
    }

    /// Returns the number of different cards answered.
    #[must_use]
    pub fn cards(&self) -> u32 {
        u32::try_from(self.answered.len()).unwrap_or(u32::MAX)
    }

    /// Returns the share of answers that were not `Again`, `0.0..=1.0`; `None` without an answer.
    #[must_use]
    pub fn share_right(&self) -> Option<f64> {
        let answers = self.answers();
        (answers > 0).then(|| f64::from(answers - self.grades[0]) / f64::from(answers))
    }
}
