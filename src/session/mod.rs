//! One sitting as a state machine: events in, records out. The terminal, the line mode and the JSON mode all run it.
//!
//! [`Session::step`] is pure: it decides what an event means and what must be saved; `app/review.rs` saves it before the
//! next frame is drawn, then says [`Session::committed`] or [`Session::refused`]. Not for keys, screens or storage.

mod answer;
mod asked;
pub mod draft;
mod event;
mod outcome;
pub mod pose;
pub mod queue;
mod record;
mod schedulers;
mod tally;

use std::collections::{HashMap, VecDeque};

use crate::card::CardUid;
use crate::review::{LogEvent, Purpose};
use crate::schedule::Scheduler;
use crate::schedule::balance::EasyDays;
use crate::schedule::replay::CardRecord;
use crate::seed::Seed;
use crate::time::{Day, Moment, Timestamp};
use record::{Done, Pending};

pub use answer::given_text;
pub use asked::{Answered, Current, Loaded};
pub use event::{Event, Notice, Record, Step};
pub use outcome::due_day;
pub use queue::{DueCard, QueueCard};
pub use schedulers::Schedulers;
pub use tally::Tally;

/// How a sitting is run.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// What answers count for.
    pub purpose: Purpose,
    /// Learning cards due within this span are shown when nothing else is left, in milliseconds.
    pub learn_ahead_ms: i64,
    /// Cards to answer at most.
    pub limit: Option<u32>,
    /// Time to spend at most, in milliseconds; the card being answered is finished.
    pub time_ms: Option<i64>,
    /// The learner's own pace: the median time to a right answer, in milliseconds, where it is known.
    pub pace_ms: Option<u32>,
    /// Whether hidden parts of sentences are typed.
    pub type_cloze: bool,
    /// The device that writes the log.
    pub device: i64,
    /// Chance for questions and entry ids.
    pub seed: Seed,
    /// Weekdays that suit more or less; `None` leaves intervals where fuzz puts them.
    pub balance: Option<EasyDays>,
}

/// The deck of a card that is in none any more: no deck has this id.
const NO_DECK: i64 = 0;

/// The cards of a sitting, in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Reviews and new cards, woven.
    pub main: Vec<QueueCard>,
    /// Learning cards with their instants.
    pub learning: Vec<QueueCard>,
}

/// A sitting.
pub struct Session {
    schedulers: Schedulers,
    rules: Rules,
    main: VecDeque<QueueCard>,
    learning: Vec<QueueCard>,
    current: Option<Current>,
    from_learning: bool,
    recent: Vec<QueueCard>,
    pending: Option<Pending>,
    done: Vec<Done>,
    tally: Tally,
    started: Timestamp,
    entries_made: u64,
    over: bool,
    notice: Option<Notice>,
    /// How many cards are due on a day, as far as it was asked for.
    load: HashMap<Day, u32>,
    /// The instant of each card's newest entry: what follows is written after it.
    newest: HashMap<CardUid, Timestamp>,
}

impl Session {
    /// Starts a sitting.
    #[must_use]
    pub fn new(schedulers: Schedulers, rules: Rules, plan: Plan, at: &Moment) -> Self {
        Self {
            schedulers,
            rules,
            main: plan.main.into(),
            learning: plan.learning,
            current: None,
            from_learning: false,
            recent: Vec::new(),
            pending: None,
            done: Vec::new(),
            tally: Tally::default(),
            started: at.now,
            entries_made: 0,
            over: false,
            notice: None,
            load: HashMap::new(),
            newest: HashMap::new(),
        }
    }

    /// Returns the card being asked.
    #[must_use]
    pub fn current(&self) -> Option<&Current> {
        self.current.as_ref()
    }

    /// Returns what was done so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Returns how the sitting is run.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Returns the scheduler of the current card, or of the collection.
    #[must_use]
    pub fn scheduler(&self) -> &dyn Scheduler {
        self.schedulers.of(self.current.as_ref().map(|current| current.queued.deck))
    }

    /// Returns the schedulers.
    #[must_use]
    pub fn schedulers(&self) -> &Schedulers {
        &self.schedulers
    }

    /// Goes on with other schedulers, or with the card being asked in another deck; `record` is how it stands now, and
    /// an answer that awaits its grade is forgotten.
    pub fn follow(&mut self, schedulers: Option<Schedulers>, deck: Option<i64>, record: CardRecord) {
        if let Some(schedulers) = schedulers {
            self.schedulers = schedulers;
        }
        self.load.clear();
        if let Some(current) = &mut self.current {
            current.queued.deck = deck.unwrap_or(NO_DECK);
            current.record = record;
            current.answered = None;
        }
    }

    /// Returns what to tell the learner, once.
    pub fn take_notice(&mut self) -> Option<Notice> {
        self.notice.take()
    }

    /// Tells the learner something with the next frame.
    pub fn notify(&mut self, notice: Notice) {
        self.notice = Some(notice);
    }

    /// Tells whether something was done that this session can take back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Returns the cards still to come: main queue, and learning cards, the current one not counted.
    #[must_use]
    pub fn left(&self) -> (usize, usize) {
        (self.main.len(), self.learning.len())
    }

    /// Returns how many new cards are still to come, the current one not counted.
    #[must_use]
    pub fn new_left(&self) -> usize {
        self.main.iter().filter(|card| card.new).count()
    }

    /// Returns the instant at which the next learning card is due; `None` without one.
    #[must_use]
    pub fn next_learning(&self) -> Option<Timestamp> {
        self.learning.iter().filter_map(|card| card.due_at).min()
    }

    /// Returns the time spent since the sitting began, in milliseconds.
    #[must_use]
    pub fn elapsed_ms(&self, now: Timestamp) -> i64 {
        now.ms_since(self.started).max(0)
    }

    /// Decides what an event means.
    pub fn step(&mut self, event: Event, at: &Moment) -> Step {
        debug_assert!(self.pending.is_none(), "a record was neither committed nor refused");
        match event {
            Event::Quit => {
                self.over = true;
                Step::Left
            }
            Event::Undo => self.undo(),
            Event::Reveal => self.answer(None, at),
            Event::Answer(given) => self.answer(Some(given), at),
            Event::Grade(grade) => self.grade(grade, at),
            Event::Hint => self.current.as_mut().filter(|current| current.question.hint.is_some()).map_or(
                Step::Ignored,
                |current| {
                    current.hint_shown = true;
                    Step::Shown
                },
            ),
            Event::Why => self.current.as_mut().map_or(Step::Ignored, |current| {
                current.why_shown = !current.why_shown;
                Step::Shown
            }),
            Event::Bury => self.mark(LogEvent::Bury(at.today.plus(1)), Notice::Buried, true, at),
            Event::Suspend => self.mark(LogEvent::Suspend, Notice::Suspended, true, at),
            Event::Flag(note) => match note {
                Some(note) => self.mark(LogEvent::Flag(note), Notice::Flagged, false, at),
                None => self.mark(LogEvent::Unflag, Notice::Unflagged, false, at),
            },
        }
    }
}

#[cfg(test)]
mod tests;
