//! An answer given and its grade: judged, a grade proposed, and what goes into the log.
//! Not for judging (`grading/`) or for taking things back (`record.rs`).

use super::{Answered, Notice, QueueCard, Session, Step};
use crate::card::Given;
use crate::grading::{Judgement, judge};
use crate::review::{Grade, LogEvent, LoggedAnswer, Purpose};
use crate::schedule::Due;
use crate::schedule::replay::becomes_leech;
use crate::time::Moment;

/// A thinking time above this says that the learner went away, not that the card is hard: ten minutes.
pub(super) const MAX_TOOK_MS: i64 = 600_000;

impl Session {
    pub(super) fn answer(&mut self, given: Option<Given>, at: &Moment) -> Step {
        let rules = self.rules;
        let next = match &self.current {
            Some(current) => self.outcomes(current, &self.later(at, current)),
            None => return Step::Ignored,
        };
        let Some(current) = self.current.as_mut().filter(|current| current.answered.is_none()) else {
            return Step::Ignored;
        };
        let judgement = given.as_ref().and_then(|given| judge(&current.question, given));
        if given.is_some() && judgement.is_none() {
            return Step::Ignored;
        }
        let proposed = match &judgement {
            Some(judgement) => Some(propose(judgement, at.now.ms_since(current.shown_at), rules.pace_ms)),
            // To look before answering is not to know.
            None if current.question.form.is_checked() => Some(Grade::Again),
            None => None,
        };
        current.answered = Some(Answered { given, judgement, proposed, next, at: at.now });
        Step::Shown
    }

    pub(super) fn grade(&mut self, grade: Grade, at: &Moment) -> Step {
        let Some(current) = self.current.as_ref() else { return Step::Ignored };
        let Some(answered) = current.answered.as_ref() else { return Step::Ignored };
        let moment = self.later(at, current);
        let reviewing = self.rules.purpose == Purpose::Review;
        let state = self.settled(current, answered, &moment, grade);
        let drawn = current.question.drawn.as_ref();
        let shuffled = current.question.form.is_checked();
        let answer = LoggedAnswer {
            purpose: self.rules.purpose,
            grade,
            quality: None,
            took_ms: u32::try_from(answered.at.ms_since(current.shown_at).clamp(0, MAX_TOOK_MS)).unwrap_or(0),
            verdict: answered.judgement.as_ref().map(|judgement| judgement.verdict),
            given: answered.given.as_ref().map(given_text),
            seed: shuffled.then_some(current.seed.0),
            version: drawn.map(|drawn| drawn.version),
            difficulty: drawn.map(|drawn| drawn.difficulty),
            interval: (reviewing && matches!(state.due, Due::On(_))).then_some(state.interval),
        };
        let took_ms = answer.took_ms;
        let mut events = vec![LogEvent::Answer(answer)];
        let mut after = current.record.clone();
        let mut notice = None;
        if reviewing {
            after.state = state;
            after.last_grade = Some(grade);
            if state.lapses > current.record.state.lapses && becomes_leech(state.lapses) {
                after.parked = true;
                events.push(LogEvent::Park);
                notice = Some(Notice::Leech { lapses: state.lapses });
            }
        }
        let mut tally = self.tally.clone();
        let share = answered.judgement.as_ref().map(|judgement| judgement.verdict.share());
        tally.add(current.queued.card, current.record.state.phase, grade, share, took_ms);
        let again = match state.due {
            Due::At(due) if reviewing && !after.parked => {
                Some(QueueCard { due_at: Some(due), new: false, early: false, ..current.queued.clone() })
            }
            _ => None,
        };
        self.record(events, after, tally, again, notice, reviewing, &moment)
    }
}

/// The grade that a verdict proposes: wrong is Again, partly is Hard, right is Good, or Easy when it took less than half
/// of the learner's own time.
pub(super) fn propose(judgement: &Judgement, took_ms: i64, pace_ms: Option<u32>) -> Grade {
    match judgement.verdict {
        crate::review::Verdict::Wrong => Grade::Again,
        crate::review::Verdict::Partly(share) if share < 0.5 => Grade::Again,
        crate::review::Verdict::Partly(_) => Grade::Hard,
        crate::review::Verdict::Right => {
            if pace_ms.is_some_and(|pace| took_ms * 2 < i64::from(pace)) {
                Grade::Easy
            } else {
                Grade::Good
            }
        }
    }
}

/// An answer as the log keeps it: option and item numbers from 1, or the text.
#[must_use]
pub fn given_text(given: &Given) -> String {
    match given {
        Given::Text(text) => text.clone(),
        Given::Choice(places) | Given::Order(places) => {
            places.iter().map(|place| (place + 1).to_string()).collect::<Vec<_>>().join(" ")
        }
    }
}
