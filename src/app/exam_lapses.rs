//! What exams do to the schedule, where the learner asks for it: a wrong answer counts as a lapse of its card.
//! Not for the exam itself (`exam.rs`), nor for what a lapse does to a card (`schedule/`).

use std::collections::BTreeMap;

use super::{App, AppError, Result};
use crate::card::CardUid;
use crate::review::{EntryId, Grade, LogEntry, LogEvent, LoggedAnswer, Purpose};
use crate::schedule::replay::{becomes_leech, effective};
use crate::schedule::{Due, Phase};
use crate::store::{Append, Lapse, RescheduleRow, SittingRow};
use crate::time::Timestamp;
use crate::view::words;

impl App {
    /// Returns the lapses that the wrong answers of a sitting count as: of cards that were in review and that no review has
    /// asked since. Only what was known can be forgotten: a card that is new, or still learnt, has its own way.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn exam_lapses(&self, sitting: i64) -> Result<Vec<Lapse>> {
        let mut wrong: BTreeMap<i64, Timestamp> = BTreeMap::new();
        for answer in self.store.exam_answers(sitting)? {
            if answer.marked.share.is_some() && !answer.marked.is_right() {
                let at = wrong.entry(answer.card.0).or_insert(answer.at);
                *at = answer.at.max(*at);
            }
        }
        let mut lapses = Vec::new();
        for (card, answered) in wrong {
            lapses.extend(self.lapse(CardUid(card), answered)?);
        }
        Ok(lapses)
    }

    fn lapse(&self, card: CardUid, answered: Timestamp) -> Result<Option<Lapse>> {
        let at = self.moment();
        let before = self.store.record(card)?.unwrap_or_default();
        let is_known = before.state.phase == Phase::Review && matches!(before.state.due, Due::On(_));
        if !is_known || !before.is_active(at.today) {
            return Ok(None);
        }
        let history = self.store.history(card)?;
        let reviewed_since = effective(&history).iter().any(|entry| {
            let is_review =
                matches!(&entry.event, LogEvent::Answer(answer) if answer.purpose == Purpose::Review);
            is_review && entry.at > answered
        });
        if reviewed_since {
            return Ok(None);
        }
        let now = history.last().map_or(at.now, |entry| at.now.max(entry.at.plus_ms(1)));
        let entry = |event: LogEvent| LogEntry {
            id: EntryId::drawn(now, self.chance("exam-lapse").derive("card", card.0.cast_unsigned())),
            device: self.store.device(),
            card,
            at: now,
            day: at.today,
            event,
        };
        let schedulers = self.schedulers()?;
        let scheduler = schedulers.of(self.store.card(card)?.map(|row| row.deck));
        let mut entries = vec![entry(LogEvent::Answer(LoggedAnswer::review(Grade::Again, 0)))];
        let mut after = before.clone();
        after.step(scheduler, &entries[0]);
        // As in a review.
        if after.state.lapses > before.state.lapses && becomes_leech(after.state.lapses) {
            let park = entry(LogEvent::Park);
            after.step(scheduler, &park);
            entries.push(park);
        }
        Ok(Some(Lapse { entries, before, after }))
    }

    /// Counts the wrong answers of a sitting as lapses of their cards: once.
    ///
    /// # Errors
    /// Fails when it is not over, when they were counted before, when there is none, or when the database fails.
    pub fn reschedule_exam(&mut self, row: &SittingRow) -> Result<RescheduleRow> {
        self.told(row)?;
        loop {
            if let Some(counted) = self.store.lapses_counted(row.id)? {
                return Err(AppError::Refused(format!(
                    "the wrong answers of exam {} were counted on {} already",
                    row.id,
                    words::date(counted.day)
                )));
            }
            let at = self.moment();
            let lapses = self.exam_lapses(row.id)?;
            if lapses.is_empty() {
                return Err(AppError::Refused(format!(
                    "no wrong answer of exam {} is of a card in review that was not reviewed since: no card has forgotten anything",
                    row.id
                )));
            }
            if self.store.count_lapses(row.id, at.now, at.today, &lapses)? == Append::Done {
                let parked = lapses.iter().filter(|lapse| lapse.after.parked).count();
                let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                return Ok(RescheduleRow {
                    at: at.now,
                    day: at.today,
                    cards: count(lapses.len()),
                    parked: count(parked),
                });
            }
        }
    }
}

/// Says in a sentence what was counted.
#[must_use]
pub fn lapse_words(counted: &RescheduleRow) -> String {
    let cards = words::plural(counted.cards as usize, "card");
    let (counts, come) = if counted.cards == 1 { ("counts", "comes") } else { ("count", "come") };
    let text = format!("{cards} {counts} as forgotten and {come} back for review");
    match counted.parked {
        0 => text,
        1 => format!("{text}; 1 was parked as a leech: `retain leeches`"),
        parked => format!("{text}; {parked} were parked as leeches: `retain leeches`"),
    }
}
