//! The review loop: draw, read what the learner does, step the session, commit, and only then draw again.
//! Not for rules (`session/`) or looks (`view/`).

use std::path::Path;

use super::front::{Action, Front, Scene, Standing};
use super::{App, AppError, Result};
use crate::card::CardUid;
use crate::progress::streak;
use crate::review::{EntryId, LogEntry, LogEvent, Purpose};
use crate::schedule::balance::EasyDays;
use crate::schedule::replay::{self, CardRecord};
use crate::session::{Event, Loaded, Notice, Plan, QueueCard, Record, Rules, Session, Step};
use crate::shelf;
use crate::store::{Append, QueueFilter};
use crate::time::Moment;

/// How a sitting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing was left, or the learner left.
    Done,
    /// A signal, Ctrl-C, or a closed terminal.
    Interrupted,
}

/// What a learner asked of a sitting.
#[derive(Clone, Copy, Debug)]
pub struct Sitting {
    /// What answers count for.
    pub purpose: Purpose,
    /// Cards at most.
    pub limit: Option<u32>,
    /// Minutes at most.
    pub minutes: Option<u32>,
}

impl App {
    /// Begins a sitting over a plan.
    ///
    /// # Errors
    /// Fails when the settings name no scheduler.
    pub fn begin(&self, plan: Plan, sitting: Sitting) -> Result<Session> {
        let settings = &self.config.settings;
        let rules = Rules {
            purpose: sitting.purpose,
            learn_ahead_ms: i64::from(settings.learn_ahead_minutes) * 60_000,
            limit: sitting.limit,
            time_ms: sitting.minutes.map(|minutes| i64::from(minutes) * 60_000),
            pace_ms: self.pace()?,
            type_cloze: settings.type_cloze,
            device: self.store.device(),
            seed: self.chance("sitting"),
            balance: settings.balance.then_some(EasyDays(settings.easy_days)),
        };
        Ok(Session::new(self.schedulers()?, rules, plan, &self.moment()))
    }

    /// Runs a sitting to its end. Each answer is on disk before the next frame is drawn.
    ///
    /// # Errors
    /// Fails when the database or the front end does; everything graded before is kept.
    pub fn run(&mut self, session: &mut Session, front: &mut dyn Front) -> Result<Ended> {
        loop {
            self.fill(session)?;
            let notice = session.take_notice();
            let at = self.moment();
            let scene =
                Scene { session, at, notice: notice.as_ref(), standing: self.standing(session, &at)? };
            let event = match front.next(&scene).map_err(AppError::Terminal)? {
                Action::Event(event) => event,
                Action::Edit => {
                    self.edit_current(session, front)?;
                    continue;
                }
                Action::History => {
                    if let Some(current) = session.current() {
                        let history = self.store.history(current.queued.card)?;
                        front.history(&scene, &history).map_err(AppError::Terminal)?;
                    }
                    continue;
                }
                Action::Leave => return Ok(Ended::Done),
                Action::Interrupted => return Ok(Ended::Interrupted),
            };
            if matches!(event, Event::Reveal | Event::Answer(_) | Event::Grade(_)) && self.follow(session)? {
                continue;
            }
            let at = self.moment();
            if matches!(event, Event::Reveal | Event::Answer(_)) {
                for day in session.wanted_load(&at) {
                    session.supply_load(day, self.store.load_on(day)?);
                }
            }
            match session.step(event, &at) {
                Step::Record(record) => self.commit(session, &record, front)?,
                Step::Retract { card, entries } => self.retract(session, card, &entries, front)?,
                Step::UndoEarlier => self.retract_earlier(session)?,
                Step::Left => return Ok(Ended::Done),
                Step::Shown | Step::Ignored => {}
            }
        }
    }

    /// Puts the next card before the learner, unless one is there or none is left.
    fn fill(&mut self, session: &mut Session) -> Result<()> {
        let at = self.moment();
        while let Some(card) = session.advance(&at) {
            match self.load(card)? {
                Some(loaded) => {
                    let record = self.store.record(card)?.unwrap_or_default();
                    session.not_before(card, self.store.newest_entry_of(card)?);
                    session.present(card, loaded, record, &at);
                }
                None => session.skip(card, Notice::Gone),
            }
        }
        Ok(())
    }

    /// Goes on with the schedulers in force, should others have been chosen elsewhere meanwhile, or the present card have
    /// come to another deck. What the buttons said no longer holds then, so an answered card is asked anew; returns
    /// whether that was so.
    fn follow(&self, session: &mut Session) -> Result<bool> {
        let Some(current) = session.current() else { return Ok(false) };
        let (card, answered) = (current.queued.card, current.answered.is_some());
        let chosen_elsewhere = session.schedulers().chosen() != self.chosen()?;
        let schedulers = if chosen_elsewhere { Some(self.schedulers()?) } else { None };
        let is_uniform = schedulers.as_ref().unwrap_or(session.schedulers()).is_uniform();
        let deck = if is_uniform { Some(current.queued.deck) } else { self.deck_of(card)? };
        if schedulers.is_none() && deck == Some(current.queued.deck) {
            return Ok(false);
        }
        session.follow(schedulers, deck, self.store.record(card)?.unwrap_or_default());
        if answered {
            session.notify(Notice::Remark(
                "another scheduler was chosen meanwhile: the card is asked anew".into(),
            ));
        }
        Ok(answered)
    }

    /// How things stand around the session, for the screen of its end.
    fn standing(&self, session: &Session, at: &Moment) -> Result<Standing> {
        if session.current().is_some() {
            return Ok(Standing::default());
        }
        // The learner looks at the end of a sitting: the write-ahead log is moved home meanwhile.
        self.store.checkpoint()?;
        let everything = QueueFilter::default();
        let left_today = self.store.due_reviews(at.today, &everything)?.len() + session.left().1;
        Ok(Standing {
            due_tomorrow: self.store.due_reviews(at.today.plus(1), &everything)?.len(),
            next_learning: session.next_learning(),
            left_today,
            streak: streak(&self.store.review_days()?, at.today).0,
        })
    }

    fn commit(&mut self, session: &mut Session, record: &Record, front: &mut dyn Front) -> Result<()> {
        let appended = if record.scheduled {
            self.store.append(&record.entries, &record.before, &record.after)?
        } else {
            self.store.append_unscheduled(&record.entries)?;
            Append::Done
        };
        match appended {
            Append::Done => {
                session.committed();
                front.saved(record).map_err(AppError::Terminal)
            }
            Append::Elsewhere => {
                session.refused();
                Ok(())
            }
        }
    }

    fn retract(
        &mut self,
        session: &mut Session,
        card: CardUid,
        entries: &[EntryId],
        front: &mut dyn Front,
    ) -> Result<()> {
        let at = self.moment();
        let record = self.take_back(card, entries, &at)?;
        front.retracted(card).map_err(AppError::Terminal)?;
        session.not_before(card, self.store.newest_entry_of(card)?);
        match self.load(card)? {
            Some(loaded) => session.undone(loaded, record, &at),
            None => session.skip(card, Notice::Gone),
        }
        Ok(())
    }

    fn retract_earlier(&mut self, session: &mut Session) -> Result<()> {
        let at = self.moment();
        let Some((card, record)) = self.undo_last(&at)? else {
            session.notify(Notice::NothingToUndo);
            return Ok(());
        };
        session.not_before(card, self.store.newest_entry_of(card)?);
        match (self.load(card)?, self.store.queue_row(card)?) {
            (Some(loaded), Some(queued)) => session.undone_earlier(queued, loaded, record, &at),
            _ => session.notify(Notice::Undone),
        }
        Ok(())
    }

    /// Takes back the last thing that this machine wrote and that still stands: an answer or a mark.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn undo_last(&mut self, at: &Moment) -> Result<Option<(CardUid, CardRecord)>> {
        let Some(last) = self.store.last_standing_entry()? else { return Ok(None) };
        // An answer and the parking that followed from it were written as one, and are taken back as one.
        let as_one = |entry: &LogEntry| matches!(entry.event, LogEvent::Answer(_) | LogEvent::Park);
        let history = self.store.history(last.card)?;
        let together: Vec<EntryId> = replay::effective(&history)
            .into_iter()
            .filter(|entry| entry.at == last.at && entry.device == last.device)
            .filter(|entry| entry.id == last.id || (as_one(&last) && as_one(entry)))
            .map(|entry| entry.id)
            .collect();
        let record = self.take_back(last.card, &together, at)?;
        Ok(Some((last.card, record)))
    }

    /// Appends retractions and stores the state that the rest of the log gives.
    fn take_back(&mut self, card: CardUid, entries: &[EntryId], at: &Moment) -> Result<CardRecord> {
        let schedulers = self.schedulers()?;
        let scheduler = schedulers.of(self.deck_of(card)?);
        loop {
            let before = self.store.record(card)?.unwrap_or_default();
            let mut history = self.store.history(card)?;
            // Never before what it retracts, even when the clock was set back.
            let newest = history.last().map_or(at.now, |entry| entry.at);
            let now = at.now.max(newest.plus_ms(1));
            let base = self.chance("retract").derive("card", card.0.cast_unsigned());
            let retractions: Vec<LogEntry> = entries
                .iter()
                .zip(0..)
                .map(|(&target, number)| LogEntry {
                    id: EntryId::drawn(now, base.derive("number", number)),
                    device: self.store.device(),
                    card,
                    at: now,
                    day: at.today,
                    event: LogEvent::Retract(target),
                })
                .collect();
            history.extend(retractions.iter().cloned());
            let after = replay::replay(scheduler, replay::effective(&history));
            // Another session may write in between; then its entry is part of the history the next time round.
            if self.store.append(&retractions, &before, &after)? == Append::Done {
                return Ok(after);
            }
        }
    }

    fn edit_current(&mut self, session: &mut Session, front: &mut dyn Front) -> Result<()> {
        let Some(current) = session.current() else { return Ok(()) };
        let card = current.queued.card;
        let Some((path, byte)) = self.editable(&current.loaded)? else {
            session.notify(Notice::Remark("the deck of this card cannot be edited".into()));
            return Ok(());
        };
        let line = self.line_of(&path, byte);
        let editor = self.config.editor.clone();
        if !front.edit(&editor, Path::new(&path), line).map_err(AppError::Terminal)? {
            session.notify(Notice::Remark(format!("the editor did not end well: the deck is `{path}`")));
            return Ok(());
        }
        self.refresh(&[Path::new(&path).to_owned()])?;
        match self.load(card)? {
            Some(loaded) => session.reload(loaded, &self.moment()),
            None => session.skip(card, Notice::Gone),
        }
        Ok(())
    }

    /// Returns the file and byte at which a card can be edited. A card of the shipped course gets a copy of its deck in
    /// the learner's folder, which takes the shipped deck's place and keeps all progress.
    ///
    /// # Errors
    /// Fails when the copy cannot be written, or the database fails.
    pub fn editable(&mut self, loaded: &Loaded) -> Result<Option<(String, usize)>> {
        let (path, byte) = &loaded.place;
        let Some(shipped) = path.strip_prefix(shelf::SHIPPED_PREFIX) else {
            return Ok(Some((path.clone(), *byte)));
        };
        let Some(text) = shelf::shipped_file(shipped) else { return Ok(None) };
        let name = shipped.rsplit('/').next().unwrap_or(shipped);
        let own = self.config.deck_folder().join(name);
        if !own.exists() {
            shelf::write_atomically(&own, text)?;
        }
        self.refresh(&[])?;
        Ok(own.to_str().map(|own| (own.to_owned(), *byte)))
    }

    /// The median time to a right answer among the last two hundred, in milliseconds; `None` with fewer than twenty.
    fn pace(&self) -> Result<Option<u32>> {
        Ok(self.store.median_took_ms(200, 20)?)
    }
}

/// Makes a plan out of single cards, as practice needs it.
#[must_use]
pub fn plan_of(cards: Vec<QueueCard>) -> Plan {
    Plan { main: cards, learning: Vec::new() }
}
