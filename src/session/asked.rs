//! The card that is asked: which comes next, how it is put, and what has been answered so far.
//! Not for the order of a day's cards (`queue.rs`) or for what an answer leads to (`answer.rs`).

use super::{Notice, QueueCard, Session, pose, queue};
use crate::card::{Card, CardUid, Given, Question};
use crate::grading::Judgement;
use crate::review::{Grade, Purpose};
use crate::schedule::replay::CardRecord;
use crate::schedule::{Due, NextStates, Phase};
use crate::seed::Seed;
use crate::time::{Moment, Timestamp};

/// All that showing a card needs, read by `app/`.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The card as written.
    pub card: Card,
    /// Its deck's name.
    pub deck: String,
    /// Its deck's level, as a word; empty where it has none.
    pub level: String,
    /// Its source: the deck's work and the card's place.
    pub source: String,
    /// Where it is written: path and line.
    pub place: (String, usize),
}

/// The card being asked.
#[derive(Clone, Debug)]
pub struct Current {
    /// Its place in the queue.
    pub queued: QueueCard,
    /// What it is and says.
    pub loaded: Loaded,
    /// The question as put.
    pub question: Question,
    /// The seed it was put with.
    pub seed: Seed,
    /// The difficulty a problem was drawn with, `0..=2`.
    pub difficulty: u8,
    /// Its record when it was shown.
    pub record: CardRecord,
    /// When it was shown.
    pub shown_at: Timestamp,
    /// What was answered and made of it, once answered.
    pub answered: Option<Answered>,
    /// Whether the hint was asked for.
    pub hint_shown: bool,
    /// Whether why and source are shown in full.
    pub why_shown: bool,
}

/// An answer that awaits its grade.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What the learner gave; `None` when the answer was only revealed.
    pub given: Option<Given>,
    /// What the machine made of it.
    pub judgement: Option<Judgement>,
    /// The grade it proposes.
    pub proposed: Option<Grade>,
    /// What each grade leads to.
    pub next: NextStates,
    /// When it was answered.
    pub at: Timestamp,
}

impl Session {
    /// Chooses the next card unless one is being asked; the caller loads it and hands it to [`Session::present`], or
    /// says [`Session::skip`]. `None` when the sitting is over.
    pub fn advance(&mut self, at: &Moment) -> Option<CardUid> {
        if self.over || self.current.is_some() {
            return None;
        }
        let enough = self.rules.limit.is_some_and(|limit| self.tally.cards() >= limit)
            || self.rules.time_ms.is_some_and(|time| self.elapsed_ms(at.now) >= time);
        if enough {
            self.over = true;
            return None;
        }
        if let Some(card) = self.due_learning(at.now) {
            return Some(card);
        }
        if let Some(place) = self.main_place() {
            return Some(self.main[place].card);
        }
        let ahead = self.due_learning(at.now.plus_ms(self.rules.learn_ahead_ms));
        self.over = ahead.is_none();
        ahead
    }

    fn due_learning(&self, until: Timestamp) -> Option<CardUid> {
        self.learning
            .iter()
            .filter(|card| card.due_at.is_none_or(|due| due <= until))
            .min_by_key(|card| card.due_at)
            .map(|card| card.card)
    }

    /// The first card of the main queue that is not mistaken for one just shown; the first where all are.
    fn main_place(&self) -> Option<usize> {
        (0..self.main.len().min(4 * queue::APART))
            .find(|&place| !queue::is_too_close(&self.main[place], &self.recent))
            .or(if self.main.is_empty() { None } else { Some(0) })
    }

    /// Takes the card that [`Session::advance`] chose, loaded; `record` is how it stands in the database now.
    ///
    /// A card that was answered elsewhere since the plan was made is left out.
    pub fn present(&mut self, uid: CardUid, loaded: Loaded, record: CardRecord, at: &Moment) {
        let Some((queued, from_learning)) = self.take(uid) else { return };
        let elsewhere = !from_learning
            && self.rules.purpose == Purpose::Review
            && !is_due(&record, at)
            && (!queued.early || record.state.last_day == Some(at.today));
        let learnt_elsewhere = from_learning && matches!(record.state.due, Due::On(day) if day > at.today);
        if self.rules.purpose == Purpose::Review
            && (elsewhere || learnt_elsewhere || !record.is_active(at.today))
        {
            self.notice = Some(Notice::Elsewhere);
            return;
        }
        self.from_learning = from_learning;
        self.show(queued, loaded, record, at);
    }

    pub(super) fn show(&mut self, queued: QueueCard, loaded: Loaded, record: CardRecord, at: &Moment) {
        let seed =
            self.rules.seed.derive("question", queued.card.0.cast_unsigned() ^ u64::from(record.state.reps));
        let difficulty = difficulty_for(&record);
        let Some(question) = pose::pose(&loaded.card, seed, difficulty) else {
            self.notice = Some(Notice::Gone);
            return;
        };
        if record.state.last.is_some_and(|last| last > at.now) {
            self.notice.get_or_insert(Notice::ClockBack);
        }
        self.current = Some(Current {
            queued,
            loaded,
            question,
            seed,
            difficulty,
            record,
            shown_at: at.now,
            answered: None,
            hint_shown: false,
            why_shown: false,
        });
    }

    pub(super) fn take(&mut self, uid: CardUid) -> Option<(QueueCard, bool)> {
        if let Some(place) = self.learning.iter().position(|card| card.card == uid) {
            return Some((self.learning.remove(place), true));
        }
        let place = self.main.iter().position(|card| card.card == uid)?;
        self.main.remove(place).map(|card| (card, false))
    }

    /// Leaves a card out that cannot be shown.
    pub fn skip(&mut self, uid: CardUid, notice: Notice) {
        let _ = self.take(uid);
        if self.current.as_ref().is_some_and(|current| current.queued.card == uid) {
            self.current = None;
        }
        self.notice = Some(notice);
    }

    /// Puts the current card again after its text was edited: same card, same progress, drawn anew.
    pub fn reload(&mut self, loaded: Loaded, at: &Moment) {
        if let Some(current) = self.current.take() {
            let shown_at = current.shown_at;
            self.show(current.queued, loaded, current.record, at);
            if let Some(current) = &mut self.current {
                current.shown_at = shown_at;
            }
            self.notice = Some(Notice::Edited);
        }
    }
}

/// Tells whether a card of the main queue may still be asked: new, or due.
fn is_due(record: &CardRecord, at: &Moment) -> bool {
    match record.state.due {
        Due::New => true,
        Due::On(day) => day <= at.today,
        Due::At(_) => false,
    }
}

/// Problems grow harder with the card's interval: under a week, under two months, beyond.
fn difficulty_for(record: &CardRecord) -> u8 {
    match (record.state.phase, record.state.interval) {
        (Phase::New | Phase::Learning, _) | (_, 0..7) => 0,
        (_, 7..60) => 1,
        _ => 2,
    }
}
