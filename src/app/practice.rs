//! Practice on one problem family: questions drawn afresh, nothing kept.
//! Not for quizzes over cards (`review.rs`), which are logged.

use super::front::{Action, Front, Scene, Standing};
use super::review::Ended;
use super::{App, AppError, Result};
use crate::card::{Card, CardKey, CardKind, CardUid};
use crate::problem::Family;
use crate::review::Purpose;
use crate::schedule::replay::CardRecord;
use crate::schedule::{CardState, Phase};
use crate::session::{Loaded, Plan, QueueCard, Rules, Session, Step};
use crate::source::Span;

/// What to practise.
pub struct Practice {
    /// The family.
    pub family: &'static dyn Family,
    /// Its parameters, as in a deck.
    pub parameters: toml::Table,
    /// The difficulty, `0..=2`.
    pub difficulty: u8,
    /// How many questions.
    pub count: u32,
}

impl App {
    /// Runs practice on a family. Nothing is logged.
    ///
    /// # Errors
    /// Fails when the front end does.
    pub fn practise(&self, practice: &Practice, front: &mut dyn Front) -> Result<Ended> {
        let name = practice.family.name();
        let cards = (0..i64::from(practice.count))
            .map(|number| QueueCard {
                card: CardUid(number),
                key: CardKey(name.to_owned()),
                deck: 0,
                block: number,
                confuses: Vec::new(),
                new: false,
                early: false,
                round: 0,
                due_at: None,
            })
            .collect();
        let rules = Rules {
            purpose: Purpose::Quiz,
            learn_ahead_ms: 0,
            limit: None,
            time_ms: None,
            pace_ms: None,
            type_cloze: false,
            device: self.store.device(),
            seed: self.seed.derive("practice", 0),
            balance: None,
        };
        let plan = Plan { main: cards, learning: Vec::new() };
        let mut session = Session::new(self.schedulers()?, rules, plan, &self.moment());
        loop {
            let at = self.moment();
            while let Some(card) = session.advance(&at) {
                session.present(card, loaded(practice), record(practice.difficulty), &at);
            }
            let notice = session.take_notice();
            let scene =
                Scene { session: &session, at, notice: notice.as_ref(), standing: Standing::default() };
            let event = match front.next(&scene).map_err(AppError::Terminal)? {
                Action::Event(event) => event,
                Action::Edit | Action::History => continue,
                Action::Leave => return Ok(Ended::Done),
                Action::Interrupted => return Ok(Ended::Interrupted),
            };
            match session.step(event, &self.moment()) {
                Step::Record(record) => {
                    session.committed();
                    front.saved(&record).map_err(AppError::Terminal)?;
                }
                Step::Retract { card, .. } => {
                    front.retracted(card).map_err(AppError::Terminal)?;
                    session.undone(loaded(practice), record(practice.difficulty), &self.moment());
                }
                Step::Left => return Ok(Ended::Done),
                Step::UndoEarlier | Step::Shown | Step::Ignored => {}
            }
        }
    }
}

fn loaded(practice: &Practice) -> Loaded {
    let key = CardKey(practice.family.name().to_owned());
    Loaded {
        card: Card {
            block_key: key.clone(),
            key,
            kind: CardKind::Problem {
                family: practice.family.name().to_owned(),
                parameters: practice.parameters.clone(),
            },
            hint: None,
            why: None,
            source: None,
            tags: Vec::new(),
            concepts: Vec::new(),
            confuses: Vec::new(),
            span: Span::default(),
        },
        deck: practice.family.title().to_owned(),
        level: String::new(),
        source: String::new(),
        place: (String::new(), 0),
    }
}

/// A record with the interval at which a card would be drawn with this difficulty.
fn record(difficulty: u8) -> CardRecord {
    let interval = [1, 21, 90][usize::from(difficulty.min(2))];
    CardRecord {
        state: CardState { phase: Phase::Review, interval, ..CardState::NEW },
        ..CardRecord::default()
    }
}
