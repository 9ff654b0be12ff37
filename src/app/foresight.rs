//! Recall as the best predictor on the learner's own log sees it. `retain eval` decides which that is; until it has, the
//! scheduler's own view stands, and for the order of the queue also on logs too long to go through at each start.

use super::{App, Result};
use crate::card::CardUid;
use crate::schedule::eval::blend::Blend;
use crate::schedule::eval::{Ledger, Predictor};
use crate::time::Moment;

/// The setting that holds the name of the best predictor on the learner's own log.
const SETTING: &str = "predictor";
/// Going through a longer log would be felt at the start of a session: about 30 ms.
const LONGEST_LOG: u64 = 30_000;

/// A predictor that has seen the whole log.
pub struct Foresight {
    blend: Blend,
    ledger: Ledger,
}

impl Foresight {
    /// Returns the probability that a card is recalled now, `0.0..=1.0`; `None` for a card never answered.
    #[must_use]
    pub fn recall(&self, card: CardUid, at: &Moment) -> Option<f64> {
        self.blend.recall(&self.ledger.showing(card.0, at.now, at.today))
    }
}

impl App {
    /// Keeps the name of the predictor that is best on the learner's own log.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn keep_best_predictor(&self, name: &str) -> Result<()> {
        Ok(self.store.set_setting(SETTING, name)?)
    }

    /// Returns the best predictor on this log, when it is ours, for whoever can wait until it has seen the whole log.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn foresight(&self) -> Result<Option<Foresight>> {
        if self.store.setting(SETTING)?.as_deref() != Some("blend") {
            return Ok(None);
        }
        self.look_through_log().map(Some)
    }

    /// As [`Self::foresight`], for the start of a sitting: `None` also where the log is too long to go through now.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn foresight_at_once(&self) -> Result<Option<Foresight>> {
        if self.store.setting(SETTING)?.as_deref() != Some("blend") || self.store.log_len()? > LONGEST_LOG {
            return Ok(None);
        }
        self.look_through_log().map(Some)
    }

    fn look_through_log(&self) -> Result<Foresight> {
        let mut answers = self.answers()?;
        answers.sort_by_key(|answer| answer.at);
        let mut foresight = Foresight { blend: Blend::default(), ledger: Ledger::default() };
        for answer in &answers {
            let row = foresight.ledger.record(answer);
            foresight.blend.predict(&row.showing);
            foresight.blend.observe(&row);
        }
        Ok(foresight)
    }
}
