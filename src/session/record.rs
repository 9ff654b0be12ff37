//! From a record to the disk and back: what waits to be committed, what was done, and how it is taken back.
//! Not for writing (`store/`): the caller does that between a step and [`Session::committed`].

use super::{Loaded, Notice, QueueCard, Record, Session, Step, Tally, queue};
use crate::card::CardUid;
use crate::review::{EntryId, LogEntry, LogEvent, Purpose};
use crate::schedule::Due;
use crate::schedule::replay::CardRecord;
use crate::time::{Day, Moment, Timestamp};

/// What the session has done that can be taken back.
#[derive(Clone, Debug)]
pub(super) struct Done {
    queued: QueueCard,
    from_learning: bool,
    entries: Vec<EntryId>,
    at: Timestamp,
    tally: Tally,
    siblings: Vec<QueueCard>,
}

/// What follows once a record is on disk.
pub(super) struct Pending {
    done: Done,
    /// The card, when it comes back within the sitting.
    again: Option<QueueCard>,
    notice: Option<Notice>,
    /// The day from which the card goes, and the day on which it will be due.
    days: (Option<Day>, Option<Day>),
}

impl Session {
    pub(super) fn mark(&mut self, event: LogEvent, notice: Notice, leaves: bool, at: &Moment) -> Step {
        let Some(current) = self.current.as_ref() else { return Step::Ignored };
        let moment = self.later(at, current);
        let mut after = current.record.clone();
        let entry = self.entry(current.queued.card, event.clone(), &moment, 0);
        after.step(self.scheduler(), &entry);
        if leaves {
            let tally = self.tally.clone();
            return self.record(vec![event], after, tally, None, Some(notice), true, &moment);
        }
        // The card stays: only its mark changes.
        let before = current.record.clone();
        let card = current.queued.card;
        let done = Done {
            queued: current.queued.clone(),
            from_learning: self.from_learning,
            entries: vec![entry.id],
            at: entry.at,
            tally: self.tally.clone(),
            siblings: Vec::new(),
        };
        self.entries_made += 1;
        self.pending = Some(Pending { done, again: None, notice: Some(notice), days: (None, None) });
        if let Some(current) = &mut self.current {
            current.record = after.clone();
        }
        Step::Record(Box::new(Record {
            card,
            entries: vec![entry],
            before,
            after,
            title: None,
            scheduled: true,
        }))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one place where a record is made, from what its two callers know"
    )]
    pub(super) fn record(
        &mut self,
        events: Vec<LogEvent>,
        after: CardRecord,
        tally: Tally,
        again: Option<QueueCard>,
        notice: Option<Notice>,
        scheduled: bool,
        at: &Moment,
    ) -> Step {
        let Some(current) = self.current.take() else { return Step::Ignored };
        let card = current.queued.card;
        let entries: Vec<LogEntry> = events
            .into_iter()
            .enumerate()
            .map(|(number, event)| self.entry(card, event, at, number as u64))
            .collect();
        self.entries_made += entries.len() as u64;
        let block = current.queued.block;
        let title = Some(current.loaded.card.kind.title());
        let siblings: Vec<QueueCard> = if scheduled {
            self.main.iter().filter(|other| other.block == block).cloned().collect()
        } else {
            Vec::new()
        };
        let done = Done {
            queued: current.queued,
            from_learning: self.from_learning,
            entries: entries.iter().map(|entry| entry.id).collect(),
            at: at.now,
            tally: std::mem::replace(&mut self.tally, tally),
            siblings,
        };
        let day_of = |record: &CardRecord| match record.state.due {
            Due::On(day) if scheduled => Some(day),
            _ => None,
        };
        let days = (day_of(&current.record), day_of(&after));
        self.pending = Some(Pending { done, again, notice, days });
        Step::Record(Box::new(Record { card, entries, before: current.record, after, title, scheduled }))
    }

    fn entry(&self, card: CardUid, event: LogEvent, at: &Moment, number: u64) -> LogEntry {
        let seed = self.rules.seed.derive("entry", self.entries_made + number);
        let seed = seed.derive("card", card.0.cast_unsigned());
        LogEntry {
            id: EntryId::drawn(at.now, seed),
            device: self.rules.device,
            card,
            at: at.now,
            day: at.today,
            event,
        }
    }

    /// Says that the record is on disk.
    pub fn committed(&mut self) {
        let Some(Pending { done, again, notice, days: (from, to) }) = self.pending.take() else { return };
        self.not_before(done.queued.card, Some(done.at));
        if notice.is_some() {
            self.notice = notice;
        }
        if self.current.is_some() {
            // Only a mark changed; the card is still being asked.
            self.done.push(done);
            return;
        }
        // Days that were never asked for are left unknown: the database counts this card when they are.
        if let Some(count) = from.and_then(|day| self.load.get_mut(&day)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = to.and_then(|day| self.load.get_mut(&day)) {
            *count += 1;
        }
        // Siblings of a card that was answered wait for another day.
        self.main.retain(|card| !done.siblings.iter().any(|sibling| sibling.card == card.card));
        self.recent.push(done.queued.clone());
        if self.recent.len() > queue::APART {
            self.recent.remove(0);
        }
        self.learning.extend(again);
        self.done.push(done);
    }

    /// Says that nothing was written, because another session had answered the card: it is left out.
    pub fn refused(&mut self) {
        if let Some(Pending { done, .. }) = self.pending.take() {
            self.tally = done.tally;
            self.current = None;
            self.notice = Some(Notice::Elsewhere);
        }
    }

    pub(super) fn undo(&mut self) -> Step {
        match self.done.last() {
            Some(done) => Step::Retract { card: done.queued.card, entries: done.entries.clone() },
            None if self.rules.purpose == Purpose::Review => Step::UndoEarlier,
            // Practice never touches a review.
            None => {
                self.notice = Some(Notice::NothingToUndo);
                Step::Shown
            }
        }
    }

    /// Says that the last thing of this session was taken back: its card is asked again.
    pub fn undone(&mut self, loaded: Loaded, record: CardRecord, at: &Moment) {
        let Some(done) = self.done.pop() else { return };
        self.tally = done.tally;
        self.learning.retain(|card| card.card != done.queued.card);
        for sibling in done.siblings.into_iter().rev() {
            self.main.push_front(sibling);
        }
        self.ask_again(done.queued, done.from_learning, loaded, record, at);
    }

    /// Says that something of an earlier session was taken back: its card is asked now.
    pub fn undone_earlier(&mut self, queued: QueueCard, loaded: Loaded, record: CardRecord, at: &Moment) {
        let _ = self.take(queued.card);
        self.ask_again(queued, false, loaded, record, at);
    }

    fn ask_again(
        &mut self,
        queued: QueueCard,
        from_learning: bool,
        loaded: Loaded,
        record: CardRecord,
        at: &Moment,
    ) {
        if let Some(current) = self.current.take()
            && current.queued.card != queued.card
        {
            if self.from_learning {
                self.learning.push(current.queued);
            } else {
                self.main.push_front(current.queued);
            }
        }
        self.recent.retain(|card| card.card != queued.card);
        // The card is back on the day it came from: what is due when is asked anew.
        self.load.clear();
        self.over = false;
        self.from_learning = from_learning;
        self.show(queued, loaded, record, at);
        self.notice = Some(Notice::Undone);
    }
}
